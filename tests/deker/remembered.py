"""A storage that is made once in a process and written out again for every test that wants one.

That is a small part of the work. Links that lead into the storage are written out to lead into the new place.

A storage of a dozen arrays is hundreds of directories, which tests write and walk through thousands of times: that is
why paths are text here, and joined by hand.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Iterator
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
        top = f"{root}/"
        for path, mode in self.folders:
            os.mkdir(top + path, mode)  # noqa: PTH102 - a Path takes longer than the directory
        for path, mode, content in self.files:
            with open(top + path, "xb") as file:  # noqa: PTH123
                file.write(content)
                os.fchmod(file.fileno(), mode)
        for path, target, is_inside in self.links:
            os.symlink(top + target if is_inside else target, top + path)  # noqa: PTH211


def entries(root: Path, but: str = "") -> Iterator[os.DirEntry[str]]:
    """Yield every directory, file and link below a directory, but a directory of this name and what is in it."""
    pending = [str(root)]
    while pending:
        with contextlib.suppress(PermissionError), os.scandir(pending.pop()) as found:
            for entry in found:
                if entry.is_dir():
                    if entry.name == but:
                        continue
                    if not entry.is_symlink():
                        pending.append(entry.path)
                yield entry


def set_back(root: Path, seconds: float, files: bool = True) -> None:
    """Let everything below a directory, or the directories there alone, have changed so many seconds ago."""
    before = time.time() - seconds
    for entry in [*entries(root)]:
        if files or entry.is_dir():
            os.utime(entry.path, (before, before), follow_symlinks=False)


def snapshot(root: Path, but: str = "") -> dict[str, str]:
    """Return everything below a directory by its path from there: what a file holds, where a link leads.

    A directory that is called `but` is left out with all that is in it.
    """
    cut, found = len(str(root)) + 1, dict[str, str]()
    for entry in entries(root, but):
        if entry.is_symlink():
            content = f"link {os.readlink(entry.path)}"  # noqa: PTH115
        elif entry.is_dir():
            content = "directory"
        else:
            with open(entry.path, "rb") as file:  # noqa: PTH123
                content = hashlib.sha256(file.read()).hexdigest()
        found[entry.path[cut:]] = content
    return found


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
