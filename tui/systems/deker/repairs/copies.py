"""Copies of an array's file in which one of the small datasets is written anew; the file itself is never opened to
be changed (contract §11)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

from tui.services.errors import Conflict, DataCorrupt
from tui.systems.deker.format.header import ArrayHeader
from tui.systems.deker.format.header_messages import Damaged
from tui.systems.deker.format.item_file import any_header
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.repairs.repair_plan import mark_of, told

_PADDING = 33
"""More bytes than the text has: the overhead of a bytes object, which Deker counts (contract §5.1)."""


def copy_with_meta(path: str, raw: bytes) -> Callable[[str], None]:
    """Return what writes a copy of the file at `path` whose `meta` is `raw`, as Deker writes it.

    Of what is returned, raises:
        Conflict: the file changed since.
        DataCorrupt: HDF5 cannot change the copy, or the copy is not what it should be.
    """

    def change(file: Any) -> None:
        import numpy

        if "meta" in file:
            del file["meta"]
        file.create_dataset("meta", data=numpy.array(raw, dtype=f"S{len(raw) + _PADDING}"))

    return _copying(path, change, lambda header: header.meta == raw)


def copy_with_counter(path: str, count: int) -> Callable[[str], None]:
    """Return what writes a copy of the file at `path` whose `empty_cells` is `count`; raises as `copy_with_meta`."""

    def change(file: Any) -> None:
        import numpy

        if "empty_cells" in file:
            del file["empty_cells"]
        file.create_dataset("empty_cells", data=numpy.int64(count))

    return _copying(path, change, lambda header: header.empty_cells == count)


def _copying(
    path: str, change: Callable[[Any], None], is_right: Callable[[ArrayHeader], bool]
) -> Callable[[str], None]:
    mark = mark_of(path)

    def prepare(place: str) -> None:
        import h5py

        if mark is None or mark_of(path) != mark:
            raise Conflict(SYSTEM, "repair", f"{told(path)} changed since the plan was made", "make the plan again")
        shutil.copyfile(path, place, follow_symlinks=False)
        shutil.copymode(path, place)
        before = _header(place)
        try:
            with h5py.File(place, "r+", locking=False) as file:
                change(file)
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            reason = (str(error).splitlines() or [""])[0][:200]
            raise DataCorrupt(SYSTEM, "repair", f"{told(path)} cannot be mended: {reason}") from error
        after = _header(place)
        if after is None or not is_right(after) or (before is not None and before.data != after.data):
            raise DataCorrupt(SYSTEM, "repair", f"the mended copy of {told(path)} is not what it should be")
        if mark_of(path) != mark:
            raise Conflict(SYSTEM, "repair", f"{told(path)} changed while it was copied", "make the plan again")

    return prepare


def _header(path: str) -> ArrayHeader | None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return any_header(descriptor, os.fstat(descriptor).st_size)
    except Damaged:
        return None
    finally:
        os.close(descriptor)
