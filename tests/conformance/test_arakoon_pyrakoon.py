"""The real pyrakoon and our client do the same to our node, answer by answer, and read what the other has written.

pyrakoon is in no package index and runs on Python 2.7 alone. Where it is to be tried, ARRAYDECK_PYRAKOON names the
folder that holds the package, and ARRAYDECK_PYTHON2 the interpreter if there is no `python2.7` on the path.
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.arakoon_cluster import Running
from tests.conformance.environments import Child
from tui.services.errors import InvalidInput, NotFound, NotSupported, ServiceError
from tui.systems.arakoon.errors import AssertionFailed, InconsistentRead, UnknownFailure, UserFunctionFailed
from tui.systems.arakoon.sync import Client
from tui.systems.arakoon.wire.consistency import NO_GUARANTEES, AtLeast
from tui.systems.arakoon.wire.steps import Assert, AssertExists, Delete, DeletePrefix, Replace, Sequence, Set

pytestmark = pytest.mark.conformance
MIB = 2**20
ENTRIES = {b"": b"empty key", b"a": b"1", b"a\x00": b"", b"b": b"\x00\xff", b"b\xff": b"2", b"c": b"3"}
SAME_ERRORS: dict[str, type[ServiceError]] = {
    "NotFound": NotFound,
    "AssertionFailed": AssertionFailed,
    "BadInput": InvalidInput,
    "NotSupported": NotSupported,
    "UnknownFailure": UnknownFailure,
    "InconsistentRead": InconsistentRead,
    "ArakoonError": UserFunctionFailed,
}


@pytest.fixture(scope="module")
def pyrakoon() -> Iterator[Child]:
    folder = os.environ.get("ARRAYDECK_PYRAKOON", "")
    if not folder:
        pytest.skip("pyrakoon is in no package index: ARRAYDECK_PYRAKOON names a folder that holds it")
    python = os.environ.get("ARRAYDECK_PYTHON2") or shutil.which("python2.7")
    if python is None:
        pytest.skip("there is no Python 2.7 for pyrakoon: ARRAYDECK_PYTHON2 names one")
    script = Path(__file__).with_name("pyrakoon_child.py")
    with closing(Child(script, ("pyrakoon",), command=[python, str(script), folder])) as child:
        yield child


@pytest.fixture(scope="module")
def trio() -> Iterator[Running]:
    with Running("trio", 3) as cluster:
        yield cluster


class Theirs:
    """The real client, on one node of a cluster."""

    def __init__(self, child: Child, cluster: Running, node: str) -> None:
        self._child = child
        self._cluster = cluster
        self._node = node

    def call(self, method: str, *arguments: Any, **named: Any) -> Any:
        return self._child.ask(
            "call",
            host="127.0.0.1",
            port=self._cluster.ports[self._node],
            cluster=self._cluster.name,
            method=method,
            arguments=as_json(arguments),
            named=as_json(named),
        )

    def error(self, method: str, *arguments: Any, **named: Any) -> tuple[str, bytes]:
        """Return the class and the text of what a call raises."""
        with pytest.raises(RuntimeError) as raised:
            self.call(method, *arguments, **named)
        name, _, text = str(raised.value).partition(": ")
        return name, base64.b64decode(text)


def as_json(value: Any) -> Any:
    """Return a value as the child takes and gives it."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, str):
        return as_json(value.encode())
    if isinstance(value, AtLeast):
        return {"at_least": value.i}
    if value == NO_GUARANTEES:
        return {"dirty": True}
    if is_dataclass(value):
        return {type(value).__name__: as_json([getattr(value, field.name) for field in fields(value)])}
    if isinstance(value, list | tuple):
        return [as_json(inner) for inner in value]
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    return value


RANGE = (b"a", True, b"c", False)
CALLS: list[tuple[Any, ...]] = [
    ("hello", "me", "trio"),
    ("version",),
    ("get_current_state",),
    ("expect_progress_possible",),
    ("get_key_count",),
    ("exists", b"a"),
    ("exists", b"nope"),
    ("get", b""),
    ("get", b"b"),
    ("get", b"nope"),
    ("set", b"new\x00", b"\xff\x00"),
    ("set", b"", b""),
    ("get", b""),
    ("confirm", b"a", b"1"),
    ("confirm", b"a", b"2"),
    ("test_and_set", b"a", b"2", b"3"),
    ("test_and_set", b"a", b"2", b"4"),
    ("test_and_set", b"a", b"3", None),
    ("test_and_set", b"a", None, b"5"),
    ("test_and_set", b"q", None, None),
    ("replace", b"a", b"6"),
    ("replace", b"r", b"7"),
    ("replace", b"r", None),
    ("replace", b"r", None),
    ("delete", b"new\x00"),
    ("delete", b"new\x00"),
    ("prefix", b"b"),
    ("prefix", b"b", 1),
    ("prefix", b""),
    ("range", *RANGE),
    ("range", None, False, None, True, 2),
    ("range", b"c", True, b"a", True),
    ("range_entries", *RANGE),
    ("range_entries", *RANGE, 1),
    ("range_entries", None, True, None, True, 0),
    ("rev_range_entries", b"c", True, b"a", False),
    ("rev_range_entries", None, True, None, True, 3),
    ("multi_get", [b"b", b"a", b"c"]),
    ("multi_get", [b"b", b"no 1", b"no 2", b"c"]),
    ("multi_get", []),
    ("multi_get_option", [b"b", b"no", b"c"]),
    ("assert_", b"b", b"\x00\xff"),
    ("assert_", b"b", b"x"),
    ("assert_", b"b", None),
    ("assert_", b"no", None),
    ("assert_exists", b"b"),
    ("assert_exists", b"no"),
    ("sequence", [Set(b"s", b"1"), Assert(b"s", b"1"), Replace(b"s", b"2"), AssertExists(b"s"), Set(b"t", b"")]),
    ("sequence", [Delete(b"s"), Assert(b"t", None), Set(b"u", b"never")]),
    ("sequence", [Set(b"u", b"never"), Delete(b"nope")]),
    ("sequence", [Set(b"u", b"never"), AssertExists(b"nope")]),
    ("sequence", [Sequence((Set(b"v", b"1"), Sequence((Set(b"w", b"2"),))))]),
    ("sequence", [], True),
    ("sequence", [Set(b"p/1", b""), Set(b"p/2", b"")], True),
    ("sequence", [Set(b"p/3", b""), DeletePrefix(b"p/")]),
    ("delete_prefix", b"p/"),
    ("delete_prefix", b"none"),
    ("user_function", "count", None),
    ("user_function", "count", b"mine"),
    ("user_function", "nope", None),
    ("user_function", "fail", None),
    ("nop",),
    ("get", b"a", "consistency", NO_GUARANTEES),
    ("range", *RANGE, 9, "consistency", AtLeast(1)),
    ("get", b"a", "consistency", AtLeast(10**12)),
    ("collapse_tlogs", 0),
    ("who_master",),
]
"""Calls in their order; behind the word `consistency` comes how fresh a read must be."""


def outcome(call: Any, method: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Return `("result", as JSON)` or `("error", what was raised)` of a call of either client."""
    named: dict[str, Any] = {}
    if "consistency" in arguments:
        at = arguments.index("consistency")
        named = {"consistency": arguments[at + 1]}
        arguments = arguments[:at]
    try:
        return "result", call(method, *arguments, **named)
    except ServiceError as error:
        return "error", error
    except RuntimeError as error:
        return "error", str(error).partition(": ")[0]


def test_every_call_has_the_same_outcome_for_both(pyrakoon: Child, trio: Running) -> None:
    master = trio.master

    def theirs(method: str, *arguments: Any, **named: Any) -> Any:
        return Theirs(pyrakoon, trio, master).call(method, *arguments, **named)

    with Client(trio.uri) as client:

        def ours(method: str, *arguments: Any, **named: Any) -> Any:
            if method == "collapse_tlogs":
                return client.collapse_tlogs(arguments[0], master)
            return as_json(getattr(client, method)(*arguments, **named))

        found: list[list[tuple[str, Any]]] = []
        left: list[dict[bytes, bytes]] = []
        for call in (theirs, ours):
            trio.become(ENTRIES)
            found.append([outcome(call, each[0], each[1:]) for each in CALLS])
            left.append(trio.entries())
    for call, (kind, said), (our_kind, we_said) in zip(CALLS, *found, strict=True):
        assert kind == our_kind, (call, said, we_said)
        if kind == "result":
            assert said == we_said, call
        else:
            assert isinstance(we_said, SAME_ERRORS[said]), (call, said, we_said)
    assert left[0] == left[1] != ENTRIES


def test_each_reads_what_the_other_wrote(pyrakoon: Child, trio: Running) -> None:
    trio.become({})
    theirs = Theirs(pyrakoon, trio, trio.master)
    with Client(trio.uri) as client:
        for number in range(256):
            writer, reader = (client.set, theirs) if number % 2 else (lambda *each: theirs.call("set", *each), None)
            key, value = bytes([number]), bytes([255 - number]) * number
            writer(key, value)
            read = client.get(key) if reader is None else base64.b64decode(reader.call("get", key)["base64"])
            assert read == value
        entries = client.range_entries()
        assert as_json(entries) == theirs.call("range_entries", None, True, None, True)
        assert len(entries) == client.get_key_count() == theirs.call("get_key_count") == 256


def test_the_limit_of_a_value(pyrakoon: Child, trio: Running) -> None:
    theirs = Theirs(pyrakoon, trio, trio.master)
    assert theirs.call("set", b"k", bytes(MIB)) is None
    assert theirs.call("get_key_count") >= 1
    assert theirs.error("set", b"k", bytes(8 * MIB)) == ("UnknownFailure", b"unknown failure")
    assert len(trio.entries()[b"k"]) == MIB


def test_a_node_that_is_not_the_master(pyrakoon: Child, trio: Running) -> None:
    trio.become(ENTRIES)
    master, slave = trio.master, trio.slave
    theirs = Theirs(pyrakoon, trio, slave)
    calls: list[tuple[str, tuple[bytes, ...]]] = [
        ("set", (b"x", b"y")),
        ("get", (b"a",)),
        ("get_key_count", ()),
        ("nop", ()),
    ]
    for method, arguments in calls:
        assert theirs.error(method, *arguments) == ("NotMaster", master.encode())
    assert theirs.call("who_master") == as_json(master)
    assert theirs.call("get_current_state") == as_json("Slave_steady_state")
    assert theirs.call("get", b"a", consistency=NO_GUARANTEES) == as_json(b"1")
    update = theirs.call("get_tx_id")["at_least"]
    assert theirs.call("exists", b"a", consistency=AtLeast(update)) is True
    assert theirs.error("exists", b"a", consistency=AtLeast(update + 1000))[0] == "InconsistentRead"


def test_what_an_operator_asks(pyrakoon: Child, trio: Running) -> None:
    master = trio.master
    ours, theirs = Theirs(pyrakoon, trio, master), Theirs(pyrakoon, trio, trio.slave)
    for method in ("optimize_db", "defrag_db", "flush_store", "drop_master"):
        assert theirs.call(method) is None
    for method in ("optimize_db", "defrag_db"):
        assert ours.error(method) == ("NotSupported", b"Operation cannot be performed on master node")
    logs = theirs.call("collapse_tlogs", 1)
    assert logs and all(isinstance(log, int) for log in logs)
    assert theirs.call("collapse_tlogs", 1) == []
    assert ours.call("drop_master") is None
    assert trio.master != master


def test_the_statistics_are_read_the_same(pyrakoon: Child, trio: Running) -> None:
    trio.become(ENTRIES)
    theirs = Theirs(pyrakoon, trio, trio.master)
    found = theirs.call("statistics")
    with Client(trio.uri) as client:
        ours = client.statistics(trio.master)
    assert found.keys() == ours.keys() and len(found) >= 30
    assert found["node_is"].keys() == ours["node_is"].keys()
    for name, value in ours.items():
        if isinstance(value, dict):
            assert found[name].keys() == value.keys()


def test_a_wrong_cluster_id_is_noticed_at_the_first_read(pyrakoon: Child, trio: Running) -> None:
    theirs = Theirs(pyrakoon, trio, trio.master)
    trio.name, name = "other", trio.name
    try:
        assert theirs.error("who_master")[0] == "error"
    finally:
        trio.name = name
