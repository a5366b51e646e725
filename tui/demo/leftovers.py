"""The folder of a demo is held while it is in use, so that one that was left behind can be told from a running one."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

PREFIX = "arraydeck-demo-"
HELD = ".in-use"


def hold(folder: Path) -> int:
    """Hold a demo's folder until the process ends; return the handle that does. Who holds it already keeps it."""
    handle = os.open(folder / HELD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    return handle


def abandoned_demos(place: Path) -> list[Path]:
    """Return this user's demo folders in `place` that no process holds."""
    return [folder for folder in sorted(place.glob(f"{PREFIX}*"))[:50] if _is_abandoned(folder)]


def _is_abandoned(folder: Path) -> bool:
    try:
        if folder.stat().st_uid != os.getuid():
            return False
        handle = os.open(folder / HELD, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
