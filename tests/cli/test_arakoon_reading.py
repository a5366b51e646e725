"""An Arakoon cluster read from the shell: lists, values whole and lossless, ranges, questions, dirty reads."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES, Call
from tui.cli.main import main
from tui.systems.arakoon.wire.consistency import AtLeast, NoGuarantees

IN_BASE64 = {"base64": base64.b64encode(ENTRIES[b"a/b/3"]).decode()}


def data(call: Call, *words: str) -> Any:
    said = call(*words, "-o", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_nodes_and_operations(call: Call, trio: Running) -> None:
    nodes = data(call, "get", "nodes", "-p", trio.uri)
    assert [node["name"] for node in nodes] == ["trio_0", "trio_1", "trio_2"]
    assert {node["name"]: node["role"] for node in nodes}[trio.master] == "master"
    assert all(node["health"] == "ok" and node["version"] == "1.9.25" and node["progress"] for node in nodes)
    told = data(call, "describe", "nodes", trio.slave, "-p", trio.uri)
    assert told["body"]["state"] == "Slave_steady_state" and told["body"]["master"] == trio.master
    operations = {each["name"]: each for each in data(call, "get", "operations", trio.master, "-p", trio.uri)}
    assert operations["get"]["count"] >= 0 and "set" in operations


def test_the_tree_and_the_flat_list(call: Call, trio: Running) -> None:
    top = data(call, "get", "keys", "-p", trio.uri)
    assert [(item["key"], item["is_prefix"]) for item in top] == [
        ("", False),
        ("a/", True),
        ("b", False),
        (r"c\xff", False),
    ]
    below = data(call, "get", "keys", "a/", "-p", trio.uri)
    assert [(item["key"], item["size"], item["kind"]) for item in below if not item["is_prefix"]] == [
        ("a/1", 3, "text"),
        ("a/2", 10, "JSON"),
    ]
    assert call("get", "entries", "-p", trio.uri, "-o", "name").out.splitlines()[1:] == [
        "a/1",
        "a/2",
        "a/b/3",
        "b",
        r"c\xff",
    ]
    assert call("get", "entries", "a/", "-p", trio.uri, "-o", "name", "--limit", "1").out == "a/1\n"
    lines = call("get", "entries", "-p", trio.uri, "-o", "jsonl", "--filter", "size > 5 and kind = JSON").out
    assert [json.loads(line)["key"] for line in lines.splitlines()] == ["a/2"]
    table = call("get", "entries", "-p", trio.uri)
    assert table.code == 0 and "\x1b" not in table.out


def name_of(key: bytes) -> str:
    return key.decode("latin-1").replace("\xff", r"\xff")


@pytest.mark.parametrize("key", [*ENTRIES])
def test_a_value_comes_out_whole(call: Call, trio: Running, key: bytes) -> None:
    told = data(call, "run", "keys", "value", name_of(key), "-p", trio.uri)
    assert told["key"] == name_of(key) and told["size"] == len(ENTRIES[key])
    value = told["value"]
    assert (value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])) == ENTRIES[key]
    text = call("run", "entries", "value", name_of(key), "-p", trio.uri)
    assert text.code == 0 and text.out and "\x1b" not in text.out + text.err
    assert data(call, "describe", "keys", name_of(key), "-p", trio.uri)["body"]["size"] == len(ENTRIES[key])


@pytest.mark.parametrize("key", [*ENTRIES])
def test_a_pipe_gets_the_bytes_themselves(
    home: Path, trio: Running, key: bytes, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "keys", "value", name_of(key), "--output", "raw", "-p", trio.uri])
    assert ended.value.code == 0 and capfdbinary.readouterr().out == ENTRIES[key]


def names(call: Call, trio: Running, *words: str) -> list[str]:
    return [row["key"] for row in data(call, "run", "keys", "range", *words, "-p", trio.uri)]


RANGES: list[tuple[list[str], list[str]]] = [
    ([], ["", "a/1", "a/2", "a/b/3", "b", r"c\xff"]),
    (["--begin", "a/1"], ["a/1", "a/2", "a/b/3", "b", r"c\xff"]),
    (["--begin", "a/1", "--begin-inclusive", "false"], ["a/2", "a/b/3", "b", r"c\xff"]),
    (["--begin", "a/1", "--end", "b"], ["a/1", "a/2", "a/b/3", "b"]),
    (["--begin", "a/1", "--end", "b", "--end-inclusive", "false"], ["a/1", "a/2", "a/b/3"]),
    (["--begin", "a/1", "--limit", "2"], ["a/1", "a/2"]),
    (["--reversed", "true"], [r"c\xff", "b", "a/b/3", "a/2", "a/1", ""]),
    (["--reversed", "true", "--begin", "b", "--end", "a/2"], ["b", "a/b/3", "a/2"]),
    (["--reversed", "true", "--begin", "b", "--begin-inclusive", "false", "--limit", "1"], ["a/b/3"]),
    (["--begin", r"\x63\xff"], [r"c\xff"]),
    (["--begin", "hex:63ff", "--end", "base64:Y/8="], [r"c\xff"]),
    (["--begin", "z"], []),
]


@pytest.mark.parametrize(("words", "found"), RANGES, ids=lambda each: " ".join(each))
def test_ranges(call: Call, trio: Running, words: list[str], found: list[str]) -> None:
    assert names(call, trio, *words) == found
    assert names(call, trio, *words, "--keys-only", "true") == found


def test_the_values_of_a_range_are_whole(call: Call, trio: Running) -> None:
    rows = data(call, "run", "keys", "range", "--begin", "a/", "--end", "b", "-p", trio.uri)
    assert [row["value"] for row in rows] == ["one", '{"two": 2}', IN_BASE64, ""]


def test_keys_with_a_prefix(call: Call, trio: Running) -> None:
    assert data(call, "run", "keys", "prefix", "--prefix", "a/", "-p", trio.uri) == ["a/1", "a/2", "a/b/3"]
    assert data(call, "run", "keys", "prefix", "--prefix", "nothing", "-p", trio.uri) == []


def test_several_keys_at_once(call: Call, trio: Running) -> None:
    rows = data(call, "run", "keys", "multi-get", "--keys", "b,a/1, a/b/3", "-p", trio.uri)
    assert rows == [{"key": "b", "value": ""}, {"key": "a/1", "value": "one"}, {"key": "a/b/3", "value": IN_BASE64}]
    said = call("run", "keys", "multi-get", "--keys", '["a/1", "no, none"]', "-p", trio.uri)
    assert said.code == 1 and "no, none" in said.err
    rows = data(call, "run", "keys", "multi-get", "--keys", '["a/1", "no"]', "--missing", "yes", "-p", trio.uri)
    assert rows == [{"key": "a/1", "value": "one"}, {"key": "no", "value": None}]


def test_what_is_there_and_what_is_not(call: Call, trio: Running) -> None:
    assert data(call, "run", "keys", "exists", "--key", "a/1", "-p", trio.uri) is True
    assert data(call, "run", "keys", "exists", "-p", trio.uri) is True
    assert data(call, "run", "keys", "exists", "--key", "a/", "-p", trio.uri) is False
    assert call("run", "keys", "assert-exists", "--key", "b", "-p", trio.uri).code == 0
    assert call("run", "keys", "assert-exists", "--key", "bb", "-p", trio.uri).code == 1
    value = ("--key", "a/1", "--value")
    assert call("run", "keys", "assert-value", *value, "one", "-p", trio.uri).code == 0
    assert call("run", "keys", "assert-value", *value, "6f 6e65", "--encoding", "hex", "-p", trio.uri).code == 0
    said = call("run", "keys", "assert-value", *value, "two", "-p", trio.uri)
    assert said.code == 1 and "a/1" in said.err
    assert call("run", "keys", "assert-value", "--key", "a/1", "--absent", "true", "-p", trio.uri).code == 1
    assert call("run", "keys", "assert-value", "--key", "zz", "--absent", "true", "-p", trio.uri).code == 0
    assert data(call, "run", "keys", "key-count", "-p", trio.uri) == len(ENTRIES)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("describe", "keys", "nothing"), 1),
        (("run", "keys", "value", "nothing"), 1),
        (("run", "keys", "value", "a/"), 1),
        (("describe", "nodes", "trio_9"), 1),
        (("get", "operations", "trio_9"), 1),
        (("run", "keys", "exists", "--key", r"\xz"), 2),
        (("run", "keys", "range", "--limit", "0"), 2),
        (("run", "keys", "range", "--nonsense", "0"), 2),
        (("run", "keys", "multi-get"), 2),
        (("run", "keys", "value", "a/1", "--output", "yaml"), 2),
        (("get", "keys", "a/", "b"), 2),
        (("get", "entries", r"\q"), 2),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_exit_codes(call: Call, trio: Running, words: tuple[str, ...], code: int) -> None:
    said = call(*words, "-p", trio.uri)
    assert (said.code, said.out) == (code, "") and said.err.strip(), said


def test_a_cluster_that_is_not_there(call: Call) -> None:
    said = call("get", "nodes", "-p", "arakoon://127.0.0.1:1/nothing")
    assert said.code == 4 and said.out == ""
    said = call("run", "keys", "key-count", "-p", "arakoon://127.0.0.1:1/nothing")
    assert said.code == 4
    assert call("get", "nodes", "-p", "arakoon://127.0.0.1/nothing").code == 2
    assert call("get", "nodes", "-p", "arakoon://127.0.0.1:1/nothing?colour=red").code == 2


def test_a_wrong_cluster_id_is_said_to_be_one(call: Call, trio: Running) -> None:
    said = call("get", "keys", "-p", trio.uri.replace("/trio", "/other"))
    assert said.code != 0 and "other" in said.err


READS = [
    ("get", "entries"),
    ("get", "keys"),
    ("describe", "keys", "a/1"),
    ("describe", "keys", "a/"),
    ("run", "keys", "value", "a/1"),
    ("run", "keys", "range"),
    ("run", "keys", "range", "--reversed", "true"),
    ("run", "keys", "prefix", "--prefix", "a"),
    ("run", "keys", "multi-get", "--keys", "a/1,b"),
    ("run", "keys", "multi-get", "--keys", "a/1,b", "--missing", "true"),
    ("run", "keys", "exists", "--key", "b"),
    ("run", "keys", "assert-exists", "--key", "b"),
    ("run", "keys", "assert-value", "--key", "b"),
]


@pytest.mark.parametrize("words", READS, ids=lambda each: " ".join(each[1:]))
def test_dirty_reads_ask_for_no_guarantee_and_others_do(call: Call, trio: Running, words: tuple[str, ...]) -> None:
    for query, wanted in (("?dirty=true", True), ("", False)):
        trio.seen.clear()
        assert call(*words, "-p", trio.uri + query).code == 0
        asked = [found[0] for _, command, found in trio.seen if command.arguments[:1] and command.name != "hello"]
        assert asked and all(isinstance(fresh, NoGuarantees) is wanted for fresh in asked), trio.seen


def test_a_profile_may_begin_with_dirty_reads(call: Call, trio: Running) -> None:
    said = call("profiles", "add", "quick", trio.uri, "--options", '{"dirty": true, "separator": "b", "timeout": 5}')
    assert said.code == 0, said.err
    top = data(call, "get", "keys", "-p", "quick")
    assert [item["key"] for item in top if item["is_prefix"]] == ["a/b", "b"]
    asked = [found[0] for _, command, found in trio.seen if command.name in ("range", "range_entries")]
    assert asked and all(isinstance(fresh, NoGuarantees) for fresh in asked)
    said = call("profiles", "add", "bad", trio.uri, "--options", '{"dirtyy": true}')
    said = call("get", "keys", "-p", "bad") if said.code == 0 else said
    assert said.code == 2 and "dirtyy" in said.err


def test_a_read_may_ask_for_an_update_that_is_known(call: Call, trio: Running) -> None:
    update = data(call, "run", "nodes", "tx-id", trio.master, "-p", trio.uri)
    words = ("run", "keys", "exists", "--key", "b", "-p", trio.uri, "--at-least")
    assert call(*words, str(update - 3)).code == 0
    assert any(found[0] == AtLeast(update - 3) for _, command, found in trio.seen if command.name == "exists")
    said = call(*words, str(update + 10_000))
    assert said.code != 0 and "fresh" in said.err
