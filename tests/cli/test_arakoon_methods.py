"""Every published method of the Arakoon client is within reach: on the command line, and by a key on a screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import Call

PUBLISHED: list[str] = json.loads((Path(__file__).parents[1] / "unit" / "published_methods.json").read_text())[
    "arakoon"
]["methods"]
MORE = ["get_tx_id", "collapse_tlogs", "optimize_db", "defrag_db", "copy_db_to_head", "flush_store", "drop_master"]
"""What an operator needs besides (contract §8)."""


class Place(NamedTuple):
    """Where a method is.

    `words` call it, with MASTER and SLAVE for the name of a node. `sent` is what a node must get: whatever changes
    keys goes as a sequence that asserts what it replaces, so that it can be undone. `screen` is an action of a list,
    which has a key, a column of it, or what its details are read with.
    """

    words: tuple[str, ...]
    sent: str
    screen: tuple[str, str]


def keys(*words: str) -> tuple[str, ...]:
    return ("run", "keys", *words)


def nodes(*words: str) -> tuple[str, ...]:
    return ("run", "nodes", *words)


YES = ("--yes",)
PLACES: dict[str, Place] = {
    "hello": Place(nodes("hello", "MASTER"), "hello", ("nodes", "ask")),
    "exists": Place(keys("exists", "--key", "b"), "exists", ("keys", "exists")),
    "who_master": Place(nodes("who-master", "SLAVE"), "who_master", ("nodes", "master")),
    "get": Place(keys("value", "a/1"), "get", ("keys", "value")),
    "set": Place(keys("set", "--key", "x", "--value", "y", *YES), "sequence", ("keys", "set")),
    "delete": Place(keys("delete", "b", *YES, "--confirm", "b"), "sequence", ("keys", "delete")),
    "prefix": Place(keys("prefix", "--prefix", "a"), "prefix", ("keys", "prefix")),
    "test_and_set": Place(keys("test-and-set", "a/1", "--value", "2", *YES), "sequence", ("keys", "test-and-set")),
    "sequence": Place(("run", "transaction", "sequence", "--steps", "set x y", *YES), "sequence",
                      ("transaction", "sequence")),
    "range": Place(keys("range", "--keys-only", "true"), "range", ("keys", "range")),
    "range_entries": Place(keys("range"), "range_entries", ("keys", "range")),
    "multi_get": Place(keys("multi-get", "--keys", "b,a/1"), "multi_get", ("keys", "multi-get")),
    "multi_get_option": Place(keys("multi-get", "--keys", "b,q", "--missing", "yes"), "multi_get_option",
                              ("keys", "multi-get")),
    "expect_progress_possible": Place(nodes("expect-progress-possible", "SLAVE"), "expect_progress_possible",
                                      ("nodes", "progress")),
    "get_key_count": Place(keys("key-count"), "get_key_count", ("keys", "key-count")),
    "user_function": Place(nodes("user-function", "--function", "count"), "user_function", ("nodes", "user-function")),
    "confirm": Place(keys("confirm", "--key", "b", "--value", "c", *YES), "sequence", ("keys", "confirm")),
    "assert_": Place(keys("assert-value", "--key", "b"), "assert_", ("keys", "assert-value")),
    "rev_range_entries": Place(keys("range", "--reversed", "true"), "rev_range_entries", ("keys", "range")),
    "statistics": Place(nodes("statistics", "SLAVE"), "statistics", ("operations", "count")),
    "version": Place(nodes("version", "SLAVE"), "version", ("nodes", "version")),
    "assert_exists": Place(keys("assert-exists", "--key", "b"), "assert_exists", ("keys", "assert-exists")),
    "delete_prefix": Place(keys("delete-prefix", "--prefix", "a/", *YES, "--confirm", "delete-prefix"), "sequence",
                           ("keys", "delete-prefix")),
    "replace": Place(keys("replace", "--key", "b", "--value", "c", *YES), "sequence", ("keys", "replace")),
    "nop": Place(nodes("nop"), "nop", ("nodes", "nop")),
    "get_current_state": Place(nodes("current-state", "SLAVE"), "get_current_state", ("nodes", "state")),
    "get_tx_id": Place(nodes("tx-id", "SLAVE"), "get_tx_id", ("nodes", "update")),
    "collapse_tlogs": Place(nodes("collapse", "SLAVE"), "collapse_tlogs", ("nodes", "collapse")),
    "optimize_db": Place(nodes("optimize", "SLAVE"), "optimize_db", ("nodes", "optimize")),
    "defrag_db": Place(nodes("defrag", "SLAVE"), "defrag_db", ("nodes", "defrag")),
    "copy_db_to_head": Place(nodes("copy-to-head", "SLAVE"), "copy_db_to_head", ("nodes", "copy-to-head")),
    "flush_store": Place(nodes("flush-store", "MASTER"), "flush_store", ("nodes", "flush-store")),
    "drop_master": Place(nodes("drop-master", "MASTER", *YES), "drop_master", ("nodes", "drop-master")),
}  # fmt: skip


def test_every_method_has_a_place() -> None:
    assert PLACES.keys() == {*PUBLISHED, *MORE}


@pytest.mark.parametrize("method", PLACES)
def test_a_method_is_reached_from_the_command_line(call: Call, trio: Running, method: str) -> None:
    words, sent, _ = PLACES[method]
    names = {"MASTER": trio.master, "SLAVE": trio.slave}
    said = call(*(names.get(word, word) for word in words), "-p", trio.uri)
    if said.code == 3:
        wanted = said.err.rsplit("--confirm with ", 1)[1].strip()
        said = call(*words[: words.index("--confirm") + 1], wanted, "-p", trio.uri)
    assert said.code == 0, said.err
    assert sent in trio.asked()


@pytest.mark.parametrize("method", PLACES)
def test_a_method_has_its_place_on_a_screen(call: Call, method: str) -> None:
    kind, name = PLACES[method].screen
    listed = json.loads(call("types", "-p", "arakoon://127.0.0.1:1/any", "-o", "json").out)[0]["types"]
    (found,) = (each for each in listed if each["name"] == kind)
    keyed = [action["name"] for action in found["actions"] if action["key"]]
    assert name in keyed or name in [column["name"] for column in found["columns"]]


def test_no_two_actions_of_a_list_share_a_key(call: Call) -> None:
    listed = json.loads(call("types", "-p", "arakoon://127.0.0.1:1/any", "-o", "json").out)[0]["types"]
    for kind in listed:
        taken = [action["key"] for action in kind["actions"] if action["key"]]
        assert len(taken) == len(set(taken)), kind["name"]
