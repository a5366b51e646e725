"""The ways in which a Deker storage is found damaged (contract §9.3), each done to a pristine storage.

Each does the same whenever it is done. `combinations` says which of them can be done to one storage.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy

from tests.deker.pristine import Pristine, fixed_id
from tests.deker.remembered import entries

Damage = Callable[[Pristine], object]
DEAD = 4_194_303
"""A process number that is not in use: the highest that Linux gives."""
STRANGER = fixed_id("stranger")
"""An id that nothing in the storage has."""


def _write(path: Callable[[Pristine], Path], content: bytes) -> Damage:
    return lambda storage: path(storage).write_bytes(content)


def _arr_json(storage: Pristine) -> Path:
    return storage.json_of("arr")


def _first(storage: Pristine) -> Path:
    return storage.data("arr", storage.arr[0])


def _edit(**changes: Any) -> Damage:
    return lambda storage: storage.edit_json(_arr_json(storage), **changes)


def _schema(**changes: Any) -> Damage:
    def damage(storage: Pristine) -> None:
        content = json.loads(_arr_json(storage).read_text())
        content["schema"].update(changes)
        _arr_json(storage).write_text(json.dumps(content))

    return damage


def _size(size: int) -> Damage:
    def damage(storage: Pristine) -> None:
        content = json.loads(_arr_json(storage).read_text())
        content["schema"]["dimensions"][0]["size"] = size
        _arr_json(storage).write_text(json.dumps(content))

    return damage


def _cut(keep: Callable[[int], int]) -> Damage:
    def damage(storage: Pristine) -> None:
        os.truncate(_first(storage), keep(_first(storage).stat().st_size))

    return damage


def _meta(change: Callable[[dict[str, Any]], Any] | bytes, path: Callable[[Pristine], Path] = _first) -> Damage:
    """Replace the file's `meta` by changed JSON, or by these bytes."""

    def damage(storage: Pristine) -> None:
        with h5py.File(path(storage), "r+") as file:
            content = json.loads(file["meta"][()])
            text = change if isinstance(change, bytes) else json.dumps(change(content)).encode()
            del file["meta"]
            file.create_dataset("meta", data=numpy.bytes_(text))

    return damage


def _datasets(change: Callable[[h5py.File], object], path: Callable[[Pristine], Path] = _first) -> Damage:
    def damage(storage: Pristine) -> None:
        with h5py.File(path(storage), "r+") as file:
            change(file)

    return damage


def _data(values: Any) -> Damage:
    def change(file: h5py.File) -> None:
        del file["data"]
        file.create_dataset("data", data=values)

    return _datasets(change)


def _empty_cells(value: int | None) -> Damage:
    def change(file: h5py.File) -> None:
        del file["empty_cells"]
        if value is not None:
            file.create_dataset("empty_cells", data=numpy.int64(value))

    return _datasets(change)


def _group(file: h5py.File) -> None:
    del file["data"]
    file.create_group("data")


def _without(file: h5py.File, name: str) -> None:
    del file[name]


def _flip(storage: Pristine, path: Path, chunk: int | None) -> None:
    """Change bytes inside the data: of the contiguous dataset, or of one chunk."""
    with h5py.File(path, "r") as file:
        dataset = file["data"].id
        if chunk is None:
            offset = dataset.get_offset() + 8
        else:
            offset = dataset.get_chunk_info(chunk % dataset.get_num_chunks()).byte_offset + 6
    with path.open("r+b") as file:
        file.seek(offset)
        before = file.read(4)
        file.seek(offset)
        file.write(bytes(byte ^ 0xFF for byte in before))


def _unknown_filter(storage: Pristine) -> None:
    """Make the packed array's filter one that nobody has, as a file from another machine may have."""
    path = storage.data("packed", storage.packed)
    content = path.read_bytes()
    with h5py.File(path, "r") as file:
        assert file["data"].compression == "gzip"
    # A version 1 filter message: number 1 (deflate), the length of its name, flags 1, one value.
    at = content.index(b"\x01\x00\x08\x00\x01\x00\x01\x00deflate\x00")
    path.write_bytes(content[:at] + (0x7D5A).to_bytes(2, "little") + content[at + 2 :])


def _relink(link: Path, target: str | Path) -> None:
    link.unlink()
    link.symlink_to(target)


def _moved(storage: Pristine) -> None:
    """Move the storage away and back under its name as a copy, whose links lead to where nothing is."""
    away = storage.root.with_name(storage.root.name + "-away")
    storage.root.rename(away)
    shutil.copytree(away, storage.root, symlinks=True)
    for entry in [*entries(storage.root)]:
        if entry.is_symlink():
            link = Path(entry.path)
            _relink(link, str(link.readlink()).replace(str(storage.root), str(away) + "-gone"))
    shutil.rmtree(away)


def _renamed(storage: Pristine) -> None:
    storage.folder("arr").rename(storage.folder("renamed"))
    (storage.folder("renamed") / "arr.json").rename(storage.folder("renamed") / "renamed.json")
    # With the lock left behind the real check is content: the inner name and the lock's still agree.
    storage.lock("arr").rename(storage.lock("renamed"))


def _swap(link: Path, other: Path) -> None:
    _relink(link, other.readlink())


def _copy_in_place(storage: Pristine) -> None:
    target = storage.link().resolve()
    storage.link().unlink()
    shutil.copy(target, storage.link())


def _extra_link(storage: Pristine) -> None:
    (storage.link().parent / f"{STRANGER}.hdf5").symlink_to(storage.link(2).readlink())


def _move_link(storage: Pristine) -> None:
    target = storage.link().readlink()
    shutil.rmtree(storage.link().parent)
    folder = storage.folder("arr") / "array_symlinks" / "99"
    folder.mkdir()
    (folder / f"{storage.arr[0]}.hdf5").symlink_to(target)


def _beside(name: Callable[[Pristine], str]) -> Damage:
    return lambda storage: (_first(storage).parent / name(storage)).write_bytes(b"")


def _tile_meta(**changes: Any) -> Damage:
    def change(content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "primary_attributes": {**content["primary_attributes"], **changes}}

    return _meta(change, lambda storage: storage.tile("0-0"))


def _wrong_tile(file: h5py.File) -> None:
    del file["data"]
    file.create_dataset("data", data=numpy.ones((2, 2), "float32"))


def _both(*damages: Damage) -> Damage:
    def damage(storage: Pristine) -> None:
        for one in damages:
            one(storage)

    return damage


def _second_tile_link(storage: Pristine) -> None:
    link = storage.tile_link("0-0")
    (link.parent / f"{STRANGER}.hdf5").symlink_to(storage.tile_link("0-1").readlink())


def _primary(**values: Any) -> Damage:
    return _meta(lambda content: {**content, "primary_attributes": values})


FULL = numpy.arange(24, dtype="float32").reshape(6, 4)
CORRUPTIONS: dict[int, tuple[str, Damage]] = {
    1: ("collection json: invalid JSON", _write(_arr_json, b"{nope")),
    2: ("collection json: empty file", _write(_arr_json, b"")),
    3: ("collection json: missing", lambda storage: _arr_json(storage).unlink()),
    4: ("collection json: no type", _edit(type=None)),
    5: ("collection json: no name", _edit(name=None)),
    6: ("collection json: name mismatch", _edit(name="other")),
    7: ("collection json: metadata_version 9.9", _edit(metadata_version="9.9")),
    8: ("collection json: bad dtype name", _schema(dtype="numpy.float33")),
    9: ("collection json: is a list", _write(_arr_json, b"[]")),
    10: ("collection json: dim size 0", _size(0)),
    11: ("collection json: schema shape differs from data", _size(5)),
    12: ("collection json: schema dtype differs from data", _schema(dtype="numpy.float64")),
    13: ("collection .lock missing", lambda storage: storage.lock("arr").unlink()),
    14: ("orphan .lock", lambda storage: storage.lock("ghost").touch()),
    15: ("stray file in collections/", lambda storage: (storage.root / "collections" / "README").write_text("x")),
    16: ("stray empty dir in collections/", lambda storage: storage.folder("stray").mkdir()),
    17: ("collection dir, json and lock renamed, inner name old", _renamed),
    18: ("whole storage moved", _moved),
    20: ("hdf5 truncated to half", _cut(lambda size: size // 2)),
    21: ("hdf5 truncated by 8 bytes", _cut(lambda size: size - 8)),
    22: ("hdf5 zero bytes", _cut(lambda size: 0)),
    23: ("hdf5 garbage", _write(_first, bytes(range(256)) * 9)),
    24: ("hdf5 meta missing", _datasets(lambda file: _without(file, "meta"))),
    25: ("hdf5 meta invalid JSON", _meta(b"{nope")),
    26: ("hdf5 meta no primary attr key", _primary()),
    27: ("hdf5 meta no custom_attributes", _meta(lambda c: {k: v for k, v in c.items() if k != "custom_attributes"})),
    28: ("hdf5 meta another id", _meta(lambda content: {**content, "id": STRANGER})),
    29: ("hdf5 meta id not a uuid", _meta(lambda content: {**content, "id": "seven"})),
    30: ("hdf5 meta primary attr wrong type", _primary(number="many")),
    31: ("hdf5 meta primary attr value changed", _primary(number=77)),
    32: ("hdf5 meta custom attr wrong type", _meta(lambda content: {**content, "custom_attributes": {"note": [1]}})),
    33: ("hdf5 meta is null", _meta(b"null")),
    34: ("symlink missing", lambda storage: storage.link().unlink()),
    35: ("main file deleted", lambda storage: _first(storage).unlink()),
    36: ("main dir deleted", lambda storage: shutil.rmtree(_first(storage).parent)),
    37: ("symlink to another array", lambda storage: _swap(storage.link(), storage.link(2))),
    38: ("symlink replaced by a copy", _copy_in_place),
    39: ("extra symlink in attribute dir", _extra_link),
    40: (
        "symlink rewritten relative",
        lambda storage: _relink(storage.link(), os.path.relpath(_first(storage), storage.link().parent)),
    ),
    41: ("symlink in wrong attribute dir", _move_link),
    42: ("plain: one symlink missing", lambda storage: storage.plain_link().unlink()),
    43: ("plain: symlink to another array", lambda storage: _swap(storage.plain_link(), storage.plain_link(1))),
    44: ("array_symlinks deleted", lambda storage: shutil.rmtree(storage.folder("arr") / "array_symlinks")),
    45: ("array_data deleted", lambda storage: shutil.rmtree(storage.folder("arr") / "array_data")),
    46: ("data smaller shape", _data(FULL[:5])),
    47: ("data bigger shape", _data(numpy.ones((7, 9), "float32"))),
    48: ("data higher rank", _data(numpy.ones((6, 4, 2), "float32"))),
    49: ("data lower rank", _data(FULL.reshape(24))),
    50: ("data dtype float64", _data(FULL.astype("float64"))),
    51: ("data big-endian", _data(FULL.astype(">f4"))),
    52: ("data dtype bytes", _data(FULL.astype("S4"))),
    53: ("data is a group", _datasets(_group)),
    54: ("data deleted, empty_cells says full", _datasets(lambda file: _without(file, "data"))),
    55: ("empty_cells missing", _empty_cells(None)),
    56: ("empty_cells wrong", _empty_cells(999)),
    57: ("bit rot in contiguous data", lambda storage: _flip(storage, _first(storage), None)),
    58: ("bit rot in first chunk", lambda storage: _flip(storage, storage.data("packed", storage.packed), 0)),
    59: ("bit rot in last chunk", lambda storage: _flip(storage, storage.data("packed", storage.packed), -1)),
    60: ("filter that is not installed", _unknown_filter),
    61: ("stale .arrayreadlock", _beside(lambda s: f"{s.arr[0]}:{STRANGER}:{DEAD}:{DEAD}.arrayreadlock")),
    62: (
        "stale .varraylock",
        lambda s: (s.tile("0-0").parent / f"{s.tile('0-0').name}:{DEAD}.varraylock").write_bytes(b""),
    ),
    63: ("stale .arrlock", lambda s: (s.folder("arr") / "array_data" / f"{'a' * 32}.arrlock").write_bytes(b"")),
    64: ("stray file in array dir", _beside(lambda storage: "notes.txt")),
    65: ("hdf5 renamed", lambda storage: _first(storage).rename(_first(storage).with_name("renamed.hdf5"))),
    66: ("stray copy x.hdf5", lambda storage: shutil.copy(_first(storage), _first(storage).with_name("x.hdf5"))),
    67: ("directory named x.hdf5", lambda storage: _first(storage).with_name("x.hdf5").mkdir()),
    68: ("attr dir named like a lock", lambda s: (s.folder("arr") / "array_symlinks" / "5.arrlock").mkdir()),
    70: ("varray json deleted", lambda storage: storage.varray_json.unlink()),
    71: ("varray json invalid", lambda storage: storage.varray_json.write_bytes(b"{nope")),
    72: ("varray json another id", lambda s: s.edit_json(s.varray_json, id=STRANGER)),
    73: ("varray symlink missing", lambda storage: storage.varray_link.unlink()),
    74: ("tile hdf5 deleted", lambda storage: storage.tile("0-0").unlink()),
    75: ("last tile hdf5 deleted", lambda storage: storage.tile("1-1").unlink()),
    76: ("tile symlink deleted", lambda storage: storage.tile_link("0-0").unlink()),
    77: (
        "tile dir and data deleted",
        lambda s: (shutil.rmtree(s.tile("0-0").parent), shutil.rmtree(s.tile_link("0-1").parent.parent / "0-0")),
    ),
    78: (
        "tile link outside grid",
        lambda s: s.tile_link("0-0").parent.rename(s.tile_link("0-0").parent.parent / "9-9"),
    ),
    79: ("tile v_position out of grid", _tile_meta(v_position=[9, 9])),
    80: ("tile vid unknown", _tile_meta(vid=STRANGER)),
    81: ("two tile links in one position", _second_tile_link),
    82: ("tile wrong shape", _datasets(_wrong_tile, lambda storage: storage.tile("0-0"))),
    83: ("varray_symlinks deleted", lambda storage: shutil.rmtree(storage.folder("va") / "varray_symlinks")),
    84: ("tile truncated", lambda storage: os.truncate(storage.tile("0-0"), 700)),
    85: ("truncated 1 and missing symlink 2", _both(_cut(lambda size: size // 2), lambda s: s.link(2).unlink())),
    86: (
        "meta broken in 1, symlinks 2 and 3 missing",
        _both(_primary(), lambda s: (s.link(2).unlink(), s.link(3).unlink())),
    ),
}
SHOWN_AS_DAMAGED = (*range(1, 11), *range(20, 31), 33, 35, 36, *range(45, 50), 70, 71)
"""Rows whose damage a list shows, with the reason, from what it reads anyway."""
