"""What Arakoon's own tools left on this machine: clusters' files, in the usual places and in the current folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from tui.config.profiles import Profile
from tui.resources.discovery import Found, entries_of, here, home, is_folder, profile_name, shown_path
from tui.services.errors import ServiceError
from tui.systems.arakoon.ini import parse_settings
from tui.systems.arakoon.wire.reader import SYSTEM

FILES = (".ini", ".cfg")
"""How the name of a cluster's own file ends."""
IN_HOME = (".arakoon", ".config/arakoon")
USUAL = (
    "/etc/arakoon",
    "/opt/arakoon",
    "/opt/qbase3/cfg/arakoon",
    "/opt/qbase5/cfg/arakoon",
    "/opt/OpenvStorage/config/arakoon",
)
"""Where its packages and the products that come with it put them, each in a folder of its cluster's name or beside."""
MOST_READ, LARGEST, MOST = 200, 100_000, 50
"""Files that are opened, bytes that are read of each, and clusters that are offered."""


def found_profiles() -> list[Found]:
    """Return a profile for each cluster whose file is in the current folder or in a usual place."""
    found: dict[object, Found] = {}
    for path in islice(_candidates(), MOST_READ):
        text = _start_of(path)
        # Whatever else ends like this is not even parsed.
        if "cluster_id" not in text or "client_port" not in text:
            continue
        try:
            settings = parse_settings(text, path.parent)
            name = profile_name(settings.cluster_id, "cluster")
            profile = Profile(name=name, system=SYSTEM, uri=str(path))
        except (ServiceError, ValidationError):
            continue
        # A cluster's file is often kept for its servers and for its clients.
        found.setdefault((settings.cluster_id, settings.nodes), Found(profile, shown_path(path)))
    return list(found.values())[:MOST]


def _candidates() -> Iterator[Path]:
    current = here()
    if current is not None:
        yield from _files_in(current)
    own = home()
    for folder in (*([own / name for name in IN_HOME] if own is not None else []), *map(Path, USUAL)):
        yield from _files_in(folder)
        for below in entries_of(folder):
            if is_folder(below):
                yield from _files_in(below)


def _files_in(folder: Path) -> Iterator[Path]:
    return (path for path in entries_of(folder) if path.name.endswith(FILES))


def _start_of(path: Path) -> str:
    """Return the text of an ordinary file, "" of one that is too large, that may not be read, or that is none."""
    try:
        # Not blocking: a pipe of such a name would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return ""
            content = file.read(LARGEST + 1)
    except OSError:
        return ""
    return content.decode("utf-8", "surrogateescape") if len(content) <= LARGEST else ""
