"""The header reader agrees with h5py on sound files, and answers cleanly on any others."""

from __future__ import annotations

import io
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.systems.deker.format import dtypes, header_messages
from tui.systems.deker.format.header import ArrayHeader, Source, parse_header
from tui.systems.deker.format.header_h5py import read_header_by_h5py
from tui.systems.deker.format.header_messages import Damaged, Unfamiliar
from tui.systems.deker.format.item_file import header_of
from tui.systems.deker.format.metadata import filter_name


def _file(data: Any = None, meta: bytes = b'{"id": "x"}', libver: Any = "earliest", **options: Any) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w", libver=libver) as file:
        file.create_dataset("meta", data=np.array(meta, f"S{len(meta) + 33}"))
        file.create_dataset("empty_cells", data=np.int64(-7))
    if data is not None:
        with h5py.File(stream, "r+", libver=libver) as file:
            file.create_dataset("data", data=data, **options)
    return stream.getvalue()


def _parse(content: bytes) -> ArrayHeader:
    return parse_header(Source(lambda offset, length: content[offset : offset + length], len(content)))


def _by_file(content: bytes) -> ArrayHeader | Damaged:
    """Read as the client does, h5py taking over where the reader gives up."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return header_of(file.fileno(), len(content))


@cache
def _samples() -> list[bytes]:
    values = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    return [
        _file(),
        _file(values),
        _file(values, chunks=(1, 2, 5), compression="gzip", compression_opts=9, shuffle=True, fletcher32=True),
        _file(values.astype(np.complex128), chunks=(3, 4, 5), compression="lzf"),
        _file(values, meta=b"[" + b'"0123456789", ' * 4000 + b"0]"),
    ]


@pytest.mark.parametrize("name", ["int8", "uint16", "int64", "uint64", "float16", "float64", "float128", "complex64"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_types_are_read_as_h5py_reads_them(name: str, order: str) -> None:
    dtype = np.dtype(dtypes.stored_type(name)).newbyteorder(order)
    found = _parse(_file(np.zeros((2, 3), dtype))).data
    assert found is not None
    assert found.shape == (2, 3)
    expected = f"{order if dtype.itemsize > 1 else '<'}{dtype.kind}{dtype.itemsize}"
    assert found.dtype == expected


def test_everything_is_read_and_h5py_says_the_same() -> None:
    for content in _samples():
        fast = _parse(content)
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            slow = read_header_by_h5py(file.fileno(), len(content))
        assert fast == slow._replace(by_h5py=False)
        assert fast.empty_cells == -7
        with h5py.File(io.BytesIO(content)) as file:
            assert fast.meta == bytes(file["meta"][()])
            if fast.data is not None:
                assert fast.data.shape == file["data"].shape
                assert fast.data.chunks == (file["data"].chunks or ())
                assert fast.data.address == file["data"].id.get_offset()
    filters = _parse(_samples()[2]).data
    assert filters is not None
    assert [filter_name(number) for number, _ in filters.filters] == ["shuffle", "gzip", "fletcher32"]


@pytest.mark.parametrize("libver", ["latest", ("v108", "v108"), ("v110", "v110")])
def test_other_versions_of_the_format_are_left_to_h5py(libver: Any) -> None:
    content = _file(np.ones((2, 2)), libver=libver)
    with pytest.raises(Unfamiliar):
        _parse(content)
    found = _by_file(content)
    assert isinstance(found, ArrayHeader)
    assert found.by_h5py
    assert found.meta == b'{"id": "x"}'
    assert found.data is not None
    assert (found.data.shape, found.data.dtype) == ((2, 2), "<f8")


def test_a_user_block_is_left_to_h5py() -> None:
    found = _by_file(bytes(512) + _file(np.ones(3)))
    assert isinstance(found, ArrayHeader)
    assert found.by_h5py


def test_only_the_live_attributes_count() -> None:
    stream = io.BytesIO(_samples()[1])
    with h5py.File(stream, "r+") as file:
        del file["meta"]
        file.create_dataset("meta", data=np.array(b"new", "S600"))
    content = stream.getvalue()
    assert b'{"id": "x"}' in content
    assert _parse(content).meta == b"new"


def _answers(content: bytes) -> None:
    try:
        found = _parse(content)
    except (Damaged, Unfamiliar):
        return
    assert found.size == len(content)


@given(st.binary(max_size=3000))
def test_any_bytes_give_an_answer(content: bytes) -> None:
    _answers(content)
    _answers(_samples()[1][:96] + content)
    for read in (header_messages.datatype, header_messages.filters):
        with suppress(Damaged, Unfamiliar):
            read(content)


@given(st.data())
@settings(max_examples=300)
def test_any_cut_and_any_flips_give_an_answer(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(_samples())))
    # What matters lies in the first 4 kB: superblock, group, headers.
    place = st.integers(0, min(len(content), 4600) - 1)
    for at, value in data.draw(st.lists(st.tuples(place, st.integers(0, 255)), max_size=6)):
        content[at] = value
    _answers(bytes(content))
    _answers(bytes(content[: data.draw(st.integers(0, len(content)))]))


@given(st.data())
def test_every_cut_file_is_damaged(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(_samples()))
    with pytest.raises(Damaged):
        _parse(content[: data.draw(st.integers(0, len(content) - 1))])


def test_a_tree_that_points_to_itself_ends() -> None:
    content = bytearray(_samples()[1])
    node = content.find(b"TREE")
    content[node + 6 : node + 8] = (32).to_bytes(2, "little")
    for child in range(32):
        at = node + 24 + 16 * child + 8
        content[at : at + 8] = node.to_bytes(8, "little")
    with pytest.raises(Unfamiliar):
        _parse(bytes(content))


def test_an_endless_continuation_ends() -> None:
    content = bytearray(_samples()[1])
    root = int.from_bytes(content[64:72], "little")
    content[root + 2 : root + 4] = (500).to_bytes(2, "little")
    # Its only message becomes a continuation that lies in itself.
    content[root + 16 : root + 18] = (0x10).to_bytes(2, "little")
    content[root + 24 : root + 32] = (root + 16).to_bytes(8, "little")
    content[root + 32 : root + 40] = (24).to_bytes(8, "little")
    with pytest.raises((Unfamiliar, Damaged)):
        _parse(bytes(content))


def test_a_file_of_another_program_is_not_taken_for_an_array(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.create_group("meta")
        file["data"] = np.ones(3)
    found = _by_file(stream.getvalue())
    assert isinstance(found, Damaged)
