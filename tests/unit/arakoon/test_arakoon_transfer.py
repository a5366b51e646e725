"""Export and import: every byte comes back, nothing is half there, and an import can be undone."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.jobs.progress import Progress
from tui.services.errors import AlreadyExists, Cancelled, InvalidInput, NotFound
from tui.systems.arakoon import transfer
from tui.systems.arakoon.changing import BrokenOff, InDoubt, Stopped
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.entry_lines import entry_line, read_entry
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.paging import EVERYTHING, Stretch
from tui.systems.arakoon.transfer import export_entries, import_entries, look_at_import
from tui.systems.arakoon.undoing import undo
from tui.systems.arakoon.wire.reader import MIB

ODD = {
    b"": b"",
    b"text/\xc3\xa9": "größe\u2028\n".encode(),
    b"bin/\x00\xff\xfe": bytes(range(256)),
    b"esc/\x1b[2J": b"\x1b]0;title\x07",
    b"half/\xed\xa0\x80": b"\xed\xa0\x80",
    b"json": b'{"a": "\\u0000"}',
    b"line\nbreak": b"\r\n",
    b"\xff": b"last",
}


def random_entries(count: int, seed: int = 5) -> dict[bytes, bytes]:
    """Return entries of which about half are text."""
    chance = random.Random(seed)

    def piece(longest: int) -> bytes:
        size = chance.randrange(longest)
        if chance.random() < 0.5:
            return "".join(chr(chance.randrange(0x20, 0xD000)) for _ in range(size)).encode()
        return chance.randbytes(size)

    made: dict[bytes, bytes] = {}
    while len(made) < count:
        made[piece(30)] = piece(200)
    return made


def write_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows))
    return path


def row(key: str, value: str) -> dict[str, str]:
    return {"key": key, "value": value}


class Cancelling(Progress):
    """Is cancelled once so many units are done."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def add(self, by: int) -> None:
        super().add(by)
        if self.done >= self._after:
            self.cancel()


@given(st.binary(max_size=60), st.binary(max_size=60) | st.text().map(str.encode))
@example(b"\x00" * 2000, b"\x1b" * 2000)
@example("ä".encode() * 2000, b'"' * 2000)
def test_a_line_gives_the_same_bytes(key: bytes, value: bytes) -> None:
    line = entry_line((key, value))
    assert line.isascii()
    assert line.index(b"\n") == len(line) - 1
    assert len(line) < 6 * (len(key) + len(value)) + 6000
    assert read_entry(line, 1) == (key, value)
    for raw, name in ((key, "key"), (value, "value")):
        fields = json.loads(line)
        if len(raw) < 100:
            assert (name in fields) == (raw.decode(errors="ignore").encode() == raw)


async def test_ten_thousand_entries_come_back(client: AsyncClient, node: NodeServer, tmp_path: Path) -> None:
    entries = random_entries(10_000) | ODD
    fill(node, {**entries})
    progress = Progress()
    exported = await export_entries(client, EVERYTHING, tmp_path / "all.jsonl", progress=progress)
    assert exported.count == progress.done == len(entries)
    assert exported.size == sum(len(key) + len(value) for key, value in entries.items())
    fill(node, dict.fromkeys(entries))
    progress = Progress()
    imported = await import_entries(client, tmp_path / "all.jsonl", progress=progress)
    assert (imported.new, imported.count, progress.done, progress.total) == (len(entries),) * 4
    assert everything(node) == entries
    again = tmp_path / "again.jsonl"
    await export_entries(client, EVERYTHING, again)
    assert again.read_bytes() == (tmp_path / "all.jsonl").read_bytes()
    assert imported.undo is not None
    assert await undo(client, json.loads(json.dumps(imported.undo))) == len(entries)
    assert everything(node) == {}


async def test_the_largest_values_come_back(client: AsyncClient, node: NodeServer, tmp_path: Path) -> None:
    size = 8 * MIB - 1
    entries = {b"text": b"x" * size, b"zeros": bytes(size), b"\xff": random.Random(1).randbytes(size)}
    fill(node, {**entries})
    await export_entries(client, EVERYTHING, tmp_path / "large.jsonl")
    fill(node, {b"text": b"short", b"\xff": None})
    look = await look_at_import(client, tmp_path / "large.jsonl")
    assert (look.new, look.same, look.different) == (1, 1, 1)
    imported = await import_entries(client, tmp_path / "large.jsonl")
    assert (imported.new, imported.replaced, imported.same) == (1, 1, 1)
    assert everything(node) == entries


async def test_a_prefix_is_exported_alone(client: AsyncClient, node: NodeServer, tmp_path: Path) -> None:
    fill(node, {b"a": b"", b"p\xff": b"1", b"p\xff\xff": b"2", b"q": b""})
    await export_entries(client, Stretch.of_prefix(b"p\xff"), tmp_path / "p.jsonl")
    lines = (tmp_path / "p.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"key_base64": "cP8=", "value": "1"},
        {"key_base64": "cP//", "value": "2"},
    ]


async def test_an_export_is_whole_or_not_there(client: AsyncClient, node: NodeServer, tmp_path: Path) -> None:
    fill(node, {b"%06d" % number: b"" for number in range(5000)})
    with pytest.raises(Cancelled):
        await export_entries(client, EVERYTHING, tmp_path / "part.jsonl", progress=Cancelling(1500))
    assert [*tmp_path.glob("*part*")] == []
    kept = tmp_path / "kept.jsonl"
    kept.write_text("mine")
    with pytest.raises(AlreadyExists):
        await export_entries(client, EVERYTHING, kept)
    with pytest.raises(Cancelled):
        await export_entries(client, EVERYTHING, kept, overwrite=True, progress=Cancelling(1500))
    assert kept.read_text() == "mine"
    assert (await export_entries(client, EVERYTHING, kept, overwrite=True)).count == 5000
    with pytest.raises(InvalidInput, match="there is no folder"):
        await export_entries(client, EVERYTHING, tmp_path / "no" / "such.jsonl")


async def test_the_preview_says_what_will_happen(client: AsyncClient, node: NodeServer, tmp_path: Path) -> None:
    there = {b"%03d" % number: b"old" for number in range(400)}
    fill(node, {**there})
    rows = [row(f"{number:03d}", "old" if number < 100 else "new") for number in range(600)]
    path = write_lines(tmp_path / "in.jsonl", *rows)
    look = await look_at_import(client, path, sample=2)
    assert (look.new, look.same, look.different, look.count) == (200, 100, 300, 600)
    assert (look.new_sample, look.different_sample) == ((b"400", b"401"), (b"100", b"101"))
    assert look.size == 600 * 6
    assert everything(node) == there

    imported = await import_entries(client, path)
    assert (imported.new, imported.same, imported.replaced, imported.kept) == (200, 100, 300, 0)
    assert imported.count == 500
    assert (await look_at_import(client, path)).same == 600
    assert imported.undo is not None
    await undo(client, imported.undo)
    assert everything(node) == there

    careful = await import_entries(client, path, replace=False)
    assert (careful.new, careful.same, careful.replaced, careful.kept) == (200, 100, 0, 300)
    assert everything(node) == there | {b"%03d" % number: b"new" for number in range(400, 600)}


async def test_an_import_of_what_is_there_changes_nothing(
    client: AsyncClient, node: NodeServer, tmp_path: Path
) -> None:
    fill(node, {**ODD})
    await export_entries(client, EVERYTHING, tmp_path / "odd.jsonl")
    before = node.member.store.i
    imported = await import_entries(client, tmp_path / "odd.jsonl")
    assert (imported.count, imported.same, imported.undo) == (0, len(ODD), None)
    assert node.member.store.i == before


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{"], "line 2: it is no JSON"),
        (["[" * 100_000], "line 2: it is no JSON"),
        (["[]"], "line 2: it is no object"),
        ([{"key": "a"}], "line 2: it needs one of value and value_base64"),
        ([{"key": "a", "key_base64": "YQ==", "value": ""}], "line 2: it needs one of key"),
        ([{"key": "a", "value": 5}], "line 2: value: it is no text"),
        ([{"key": "a", "value_base64": "*"}], "line 2: value_base64: it is no base64"),
        ([{"key": "\ud800", "value": ""}], "line 2: key: half a character"),
        ([{"key": "a", "value": "", "ttl\x1b": 1}], r"line 2: it has a field ttl\\e"),
        ([row("a", "1"), row("a", "2")], "the key a is there twice"),
        ([row("b", "1"), row("a", "2"), row("b", "3")], "the key b is there twice"),
    ],
)
async def test_a_file_that_is_wrong_anywhere_changes_nothing(
    client: AsyncClient, node: NodeServer, tmp_path: Path, lines: list[Any], words: str
) -> None:
    path = write_lines(tmp_path / "wrong.jsonl", row("\x00first", "1"), *lines)
    for attempt in (look_at_import(client, path), import_entries(client, path)):
        with pytest.raises(InvalidInput, match=words):
            await attempt
    assert everything(node) == {}


async def test_a_file_that_cannot_be_read_is_told(client: AsyncClient, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await look_at_import(client, tmp_path / "none.jsonl")
    assert (await look_at_import(client, write_lines(tmp_path / "empty.jsonl"))).count == 0
    assert (await import_entries(client, write_lines(tmp_path / "blank.jsonl", "", " "))).count == 0


async def test_keys_in_any_order_are_taken_if_they_are_few(
    client: AsyncClient, node: NodeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_lines(tmp_path / "in.jsonl", row("b", "2"), row("a", "1"), row("c", "3"))
    assert (await import_entries(client, path)).new == 3
    assert everything(node) == {b"a": b"1", b"b": b"2", b"c": b"3"}
    monkeypatch.setattr(transfer, "MOST_UNSORTED", 2)
    with pytest.raises(InvalidInput, match="not in order"):
        await import_entries(client, path)


async def test_a_line_too_long_for_an_entry_is_refused(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "LONGEST", 1000)
    path = write_lines(tmp_path / "in.jsonl", row("a", "x" * 1000))
    with pytest.raises(InvalidInput, match="line 1: it is too long"):
        await look_at_import(client, path)


async def test_cancelling_between_sequences_keeps_the_way_back(
    client: AsyncClient, node: NodeServer, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(row(f"{number:05d}", "v") for number in range(3000)))
    fill(node, {b"00000": b"old"})
    with pytest.raises(Stopped) as caught:
        await import_entries(client, path, progress=Cancelling(1000))
    assert 1000 <= len(everything(node)) < 3000
    assert caught.value.changed.undo is not None
    await undo(client, caught.value.changed.undo)
    assert everything(node) == {b"00000": b"old"}
    with pytest.raises(Cancelled):
        await look_at_import(client, path, progress=Cancelling(1000))


async def test_a_lost_answer_is_told_and_can_be_undone(node: NodeServer, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", *(row(f"{number:05d}", "v") for number in range(2000)))
    async with proxied(node, Proxy(lose=3)) as client:
        with pytest.raises(InDoubt, match="outcome unknown") as caught:
            await import_entries(client, path)
        assert caught.value.changed.undo is not None
        assert everything(node)
        await undo(client, caught.value.changed.undo)
    assert everything(node) == {}


async def test_what_others_write_meanwhile_is_replaced_and_brought_back(node: NodeServer, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", row("a", "1"), row("b", "1"))
    proxy = Proxy(before=lambda number: fill(node, {b"b": b"rival"}) if number == 1 else None)
    async with proxied(node, proxy) as client:
        imported = await import_entries(client, path)
        assert (imported.new, imported.replaced) == (1, 1)
        assert imported.undo is not None
        await undo(client, imported.undo)
    assert everything(node) == {b"b": b"rival"}


async def test_an_entry_too_large_to_be_written_ends_it_with_the_way_back(
    client: AsyncClient, node: NodeServer, tmp_path: Path
) -> None:
    large = bytes(9 * MIB)
    fill(node, {b"a": b"1", b"z": large * 3})
    path = tmp_path / "in.jsonl"
    path.write_bytes(entry_line((b"a", b"2")) + entry_line((b"b", b"2")) + entry_line((b"z", large)))
    with pytest.raises(BrokenOff, match=r"z: to change it safely takes .*; 2 keys were changed before") as caught:
        await import_entries(client, path)
    assert caught.value.changed.undo is not None
    await undo(client, caught.value.changed.undo)
    assert everything(node) == {b"a": b"1", b"z": large * 3}
