"""Undo files: where large undo data is kept beside the journal, and how the old ones are thrown away."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path

from tui.config.paths import state_folder

DAY = 86_400.0
KEPT_FOR = 30 * DAY
"""Seconds after which a file goes: nobody undoes a change of a month ago, which others have built upon."""
KEPT_SURELY = 7 * DAY
"""Seconds in which no file goes, however many there are."""
MOST_FILES = 500
"""Files that are kept if they are older than that; beyond it the oldest go."""
FILE_NAME = re.compile(r"[a-z0-9-]{1,80}\.jsonl")


def undo_folder() -> Path:
    """Return the folder of the files. Raises Unavailable if it cannot be made."""
    return state_folder() / "arakoon-undo"


def clean(folder: Path, now: float | None = None) -> int:
    """Delete files that are too old or too many, and return how many went; what cannot be deleted stays.

    A file's age is that of what was written to it last, or of the last attempt to undo by it. Files that others made
    in the folder are left alone, and so are links and folders.

    Args:
        folder: of the files; it need not be there.
        now: seconds since 1970.
    """
    now = time.time() if now is None else now
    ages: list[tuple[float, Path]] = []
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if FILE_NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                    ages.append((now - path.stat().st_mtime, path))
    ages.sort()
    gone = 0
    for rank, (age, path) in enumerate(ages):
        if age > KEPT_FOR or (rank >= MOST_FILES and age > KEPT_SURELY):
            with suppress(OSError):
                path.unlink()
                gone += 1
    return gone
