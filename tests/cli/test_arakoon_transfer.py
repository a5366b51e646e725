"""Many keys of an Arakoon cluster moved from the shell: exported and imported without loss, compared, taken back."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES, Call

MIB = 2**20
COUNT = 10_000
_STEERING = (
    b"\x1b]0;title\x07",
    b"\x1b[31mred",
    b"\x9b2J",
    "\u202e\u2066 ünïcode ✓".encode(),
    b"\r\n\t",
    b"[bold]",
    b"\0",
)


def random_entries(count: int) -> dict[bytes, bytes]:
    """Return so many entries: empty, binary, escape sequences, text, a few large ones and one of 8 MiB."""
    chance = random.Random(4)
    made = {b"": b"", b"large/8 MiB": chance.randbytes(8 * MIB)}
    for number in range(5):
        made[b"large/%d" % number] = chance.randbytes(chance.randrange(64 * 1024, 512 * 1024))
    for text in _STEERING:
        made[text] = text * 3
    while len(made) < count:
        key = chance.choice((b"", b"tree/", b"\xff\xff", b"hex:", b"base64:", b" ", *_STEERING))
        key += chance.randbytes(chance.randrange(12))
        kind = chance.randrange(4)
        if kind == 0:
            made[key] = b""
        elif kind == 1:
            made[key] = chance.choice(_STEERING) * chance.randrange(4)
        elif kind == 2:
            made[key] = json.dumps({"n": chance.random(), "é": None}).encode()
        else:
            made[key] = chance.randbytes(chance.randrange(200))
    return made


@pytest.fixture(scope="module")
def solo() -> Iterator[Running]:
    with Running("solo") as cluster:
        yield cluster


def test_ten_thousand_entries_come_back_byte_by_byte(call: Call, tmp_path: Path) -> None:
    entries = random_entries(COUNT)
    assert len(entries) == COUNT
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    with Running("source", 1, entries) as source:
        said = call("run", "keys", "export", "--path", str(first), "-p", source.uri)
        assert said.code == 0 and "10,000 keys" in said.out, said.err
    assert first.read_bytes().isascii()
    with Running("target") as target:
        dry = call("run", "keys", "import-file", "--path", str(first), "--dry-run", "-p", target.uri)
        assert dry.code == 0 and "10,000 keys" in dry.out and "\x1b" not in dry.out
        assert target.entries() == {}
        said = call("run", "keys", "import-file", "--path", str(first), "--yes", "-p", target.uri)
        assert said.code == 0 and "10,000 new keys" in said.out, said.err
        assert target.entries() == entries
        assert call("run", "keys", "export", "--path", str(second), "-p", target.uri).code == 0
        assert second.read_bytes() == first.read_bytes()
        said = call("run", "keys", "compare", "--other", target.uri, "-o", "json", "-p", target.uri)
        assert said.code == 0 and "10,000" in said.err and json.loads(said.out) == []
        assert call("undo").code == 0
        assert target.entries() == {}


def test_a_prefix_is_exported_and_imported_over_what_is_there(call: Call, trio: Running, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    words = ("--path", str(path), "-p", trio.uri)
    assert call("run", "keys", "export", "--prefix", "a/", *words).code == 0
    said = call("run", "keys", "export", "--prefix", "a/", *words)
    assert said.code == 1 and str(path) in said.err
    assert call("run", "keys", "export", "--prefix", "a/", "--overwrite", "true", *words).code == 0
    other = {**ENTRIES, b"a/1": b"changed", b"z": b"stays"}
    del other[b"a/2"]
    trio.become(other)
    dry = call("run", "keys", "import-file", *words, "--dry-run")
    assert dry.code == 0 and "a/1" in dry.out and "a/2" in dry.out
    assert call("run", "keys", "import-file", *words).code == 3
    assert trio.entries() == other
    assert call("run", "keys", "import-file", *words, "--replace", "no", "--yes").code == 0
    assert trio.entries() == {**other, b"a/2": ENTRIES[b"a/2"]}
    assert call("run", "keys", "import-file", *words, "--yes").code == 0
    assert trio.entries() == {**ENTRIES, b"z": b"stays"}
    assert call("undo").code == 0 and call("undo").code == 0
    assert trio.entries() == other


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b'{"key": "a"}\n', 2, "line 1"),
        (b"no json\n", 2, "line 1"),
        (b'{"key": "k", "value": "1"}\n{"key": "k", "value": "2"}\n', 2, "twice"),
        (b"\xff\xfe\n", 2, "line 1"),
    ],
)
def test_a_file_that_is_no_export_changes_nothing(
    call: Call, trio: Running, tmp_path: Path, content: bytes, code: int, said: str
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    answer = call("run", "keys", "import-file", "--path", str(path), "--yes", "-p", trio.uri)
    assert answer.code == code and said in answer.err, answer
    assert trio.entries() == ENTRIES


def test_files_that_cannot_be_used(call: Call, trio: Running, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert call("run", "keys", "import-file", "--path", missing, "--yes", "-p", trio.uri).code == 1
    said = call("run", "keys", "export", "--path", str(tmp_path / "no" / "folder"), "-p", trio.uri)
    assert said.code == 2 and "there is no folder" in said.err and said.out == ""
    assert list(tmp_path.glob("*.jsonl*")) == []


def test_two_prefixes_and_two_clusters_are_compared(call: Call, trio: Running, solo: Running) -> None:
    trio.become({b"l/1": b"x", b"l/2": b"\xff", b"l/3": b"z", b"r/2": b"\xff", b"r/3": b"other", b"r/4": b""})
    words = ("run", "keys", "compare", "--left", "l/", "-o", "json", "-p", trio.uri)
    said = call(*words, "--right", "r/")
    assert said.code == 0, said.err
    assert [(row["key"], row["verdict"]) for row in json.loads(said.out)] == [
        ("1", "only left"),
        ("3", "different"),
        ("4", "only right"),
    ]
    solo.become({b"l/1": b"x", b"l/2": b"\xfe", b"l/3": b"z"})
    said = call(*words, "--right", "l/", "--other", solo.uri)
    assert [(row["key"], row["verdict"]) for row in json.loads(said.out)] == [("2", "different")]
    said = call(*words, "--right", "l/", "--other", "arakoon://127.0.0.1:1/gone?timeout=2")
    assert said.code != 0 and said.out == ""
