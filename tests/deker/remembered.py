"""A storage that is made once in a process and written out again for every test that wants one.

That is a small part of the work. Links that lead into the storage are written out to lead into the new place.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Remembered:
    """Everything below a directory, by its path from there: directories from the outermost on, files, links."""

    folders: tuple[tuple[str, int], ...]
    files: tuple[tuple[str, int, bytes], ...]
    links: tuple[tuple[str, str, bool], ...]
    """Whether what a link says is a path from the directory on."""

    def write(self, root: Path) -> None:
        """Write it all into a directory, which is made if it is not there."""
        root.mkdir(parents=True, exist_ok=True)
        for path, mode in self.folders:
            (root / path).mkdir(mode)
        for path, mode, content in self.files:
            (root / path).write_bytes(content)
            (root / path).chmod(mode)
        for path, target, is_inside in self.links:
            (root / path).symlink_to(root / target if is_inside else target)


def remember(root: Path) -> Remembered:
    """Read everything below a directory."""
    folders: list[tuple[str, int]] = []
    files: list[tuple[str, int, bytes]] = []
    links: list[tuple[str, str, bool]] = []
    for folder, names, others in os.walk(root):
        for name in sorted((*names, *others)):
            path = Path(folder) / name
            inside, mode = str(path.relative_to(root)), path.lstat().st_mode
            if stat.S_ISLNK(mode):
                target = path.readlink()
                is_inside = target.is_relative_to(root)
                links.append((inside, str(target.relative_to(root)) if is_inside else str(target), is_inside))
            elif stat.S_ISDIR(mode):
                folders.append((inside, stat.S_IMODE(mode)))
            else:
                files.append((inside, stat.S_IMODE(mode), path.read_bytes()))
    return Remembered(tuple(folders), tuple(files), tuple(links))
