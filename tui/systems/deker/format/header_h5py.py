"""The same header as `header` reads, by h5py: for files that are HDF5 but not as Deker writes them."""

from __future__ import annotations

import os
from typing import Any

from tui.systems.deker.format.header import META_LIMIT, ArrayHeader
from tui.systems.deker.format.header_messages import Damaged, DataHeader


def read_header_by_h5py(descriptor: int, size: int) -> ArrayHeader:
    """Return the header of the open HDF5 file; takes no lock (contract §11), reads no data.

    h5py reads through the descriptor, so the file that was checked is the file that is read.

    Raises:
        Damaged: HDF5 cannot make sense of the file.
    """
    import h5py

    with os.fdopen(os.dup(descriptor), "rb") as stream:
        try:
            with h5py.File(stream, "r") as file:
                return ArrayHeader(_meta(file), _counter(file), _data(file), size, by_h5py=True)
        except Damaged:
            raise
        except Exception as problem:
            # h5py raises whatever fits the HDF5 library's failure: OSError, RuntimeError, KeyError, ValueError.
            raise Damaged(f"HDF5 cannot read it: {_first_line(problem)}") from problem


def _first_line(problem: Exception) -> str:
    text = str(problem.args[0]) if problem.args else type(problem).__name__
    return (text.splitlines() or [""])[0][:200]


def _meta(file: Any) -> bytes | None:
    import h5py

    found = file.get("meta")
    if found is None:
        return None
    if not isinstance(found, h5py.Dataset) or found.shape not in ((), (1,)):
        raise Damaged("meta is not a text")
    if found.dtype.kind == "S" and found.dtype.itemsize > META_LIMIT:
        raise Damaged(f"{found.dtype.itemsize:,} bytes of attributes")
    value = found[()]
    value = value if found.shape == () else value[0]
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if not isinstance(value, bytes):
        raise Damaged("meta is not a text")
    return bytes(value).rstrip(b"\0")


def _counter(file: Any) -> int | None:
    import h5py

    found = file.get("empty_cells")
    if not isinstance(found, h5py.Dataset) or found.shape not in ((), (1,)) or found.dtype.kind not in "iu":
        return None
    value = found[()]
    return int(value if found.shape == () else value[0])


def _data(file: Any) -> DataHeader | None:
    import h5py

    link = file.get("data", getlink=True)
    if link is None:
        return None
    if not isinstance(link, h5py.HardLink):
        # It may lead into another file, which this one has no business with.
        raise Damaged("data is a link to another dataset")
    found = file["data"]
    if not isinstance(found, h5py.Dataset):
        return DataHeader(shape=(), dtype="group", storage="none")
    plan = found.id.get_create_plist()
    steps = [plan.get_filter(index) for index in range(plan.get_nfilters())]
    storage = {0: "compact", 1: "contiguous", 2: "chunked"}.get(plan.get_layout(), "none")
    address = found.id.get_offset() if storage == "contiguous" else None
    return DataHeader(
        shape=tuple(found.shape or ()),
        dtype=_spelling(found.dtype),
        storage=storage,
        chunks=tuple(found.chunks or ()),
        filters=tuple((int(step[0]), tuple(int(value) for value in step[2])) for step in steps),
        address=address,
        size=found.id.get_storage_size() if address is not None else 0,
    )


def _spelling(dtype: Any) -> str:
    if dtype.kind in "iufc":
        order = ">" if dtype.byteorder == ">" else "<"
        return f"{order}{dtype.kind}{dtype.itemsize}"
    if dtype.kind == "S":
        return f"S{dtype.itemsize}"
    return {"V": "compound", "O": "text"}.get(dtype.kind) or str(dtype.str)
