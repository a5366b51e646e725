"""The embedded node, byte by byte: its connections, when it hangs up, and what it says of itself (contract §6 to §8,
§14, §15); its data have a file of their own."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from tests.unit.arakoon.contract_examples import EXAMPLES, PROLOGUE, Example
from tests.unit.arakoon.raw import Raw, until
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast
from tui.systems.arakoon.wire.fields import Group, decode_field, decode_statistics
from tui.systems.arakoon.wire.steps import (
    Sequence,
    Step,
    encode_step,
)

UNKNOWN = Failure(Code.UNKNOWN_FAILURE, b"unknown failure")
NOT_FOUND = Failure(Code.NOT_FOUND, b"Not_found")


def fill(node: NodeServer, entries: dict[bytes, bytes], i: int | None = None) -> None:
    node.member.store.apply(entries, node.member.store.i if i is None else i)


async def sequence(raw: Raw, *steps: Step, command: Command[Any] = commands.SEQUENCE) -> Any:
    return await raw.ask(command, encode_step(Sequence(steps)))


BEFORE: dict[int, dict[bytes, bytes]] = {
    2: {b"a": b"1"},
    5: {b"a": b"1"},
    12: {b"a": b"11"},
    13: {b"a": b"11"},
    14: {b"%d" % number: b"" for number in range(8)},
    15: {b"k%d" % number: b"" for number in range(6)},
    16: {b"newr": b"x"},
}
"""What is there before an example, where it is not k0 to k4."""


@pytest.mark.parametrize("it", [it for it in EXAMPLES if it.number != 11], ids=lambda it: f"{it.number}")
async def test_the_contract_s_examples(node: NodeServer, raw: Raw, it: Example) -> None:
    fill(node, BEFORE.get(it.number, {b"k%d" % number: b"v%d" % number for number in range(5)}))
    if it.number == 18:
        fill(node, {}, 71)
    raw.send(it.request)
    assert await raw.receive(len(it.reply)) == it.reply
    assert await raw.is_open()


async def test_every_byte_of_a_request_may_come_by_itself(raw: Raw) -> None:
    for byte in commands.SET.request(b"k", b"v") + commands.GET.request(CONSISTENT, b"k"):
        raw.send(bytes([byte]))
        await raw.writer.drain()
        await asyncio.sleep(0)
    assert await raw.receive(4 + 9) == bytes.fromhex("00000000 00000000 01000000 76")


async def test_pipelined_requests_are_answered_in_order(raw: Raw) -> None:
    for number in range(500):
        raw.send(commands.SET.request(b"k%03d" % number, b"%d" % number))
        raw.send(commands.GET.request(CONSISTENT, b"k%03d" % number))
    for number in range(500):
        value = b"%d" % number
        assert await raw.receive(12 + len(value)) == bytes(8) + len(value).to_bytes(4, "little") + value


@pytest.mark.parametrize(
    "prologue",
    [
        pytest.param(b"\0\0\0\0" + PROLOGUE[4:], id="magic"),
        pytest.param(PROLOGUE[:4] + b"\2" + PROLOGUE[5:], id="version"),
        pytest.param(PROLOGUE[:-1] + b"x", id="cluster"),
        pytest.param(PROLOGUE[:8] + b"\xff\xff\xff\xff", id="length"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="http"),
    ],
)
async def test_a_bad_prologue_ends_the_connection_in_silence(node: NodeServer, prologue: bytes) -> None:
    raw = await Raw.open(node.address, prologue)
    assert await raw.rest() == b""
    await raw.close()


async def test_a_word_without_magic_is_answered_by_a_code_alone(raw: Raw) -> None:
    raw.send(b"\2\0\0\0")
    assert await raw.rest() == b"\1\0\0\0"


async def test_extra_high_bits_in_the_word_are_tolerated(raw: Raw) -> None:
    raw.send(b"\2\0\xff\xff")
    assert await raw.receive(13) == b"\0\0\0\0\1\4\0\0\0solo"


@pytest.mark.parametrize(("number", "name"), [(3, "3"), (0x2A, "2a"), (0xBEEF, "beef"), (0x40, "40")])
async def test_an_unknown_command(raw: Raw, number: int, name: str) -> None:
    raw.send((commands.MAGIC | number).to_bytes(4, "little"))
    assert await raw.rest() == Failure(Code.NOT_FOUND, f"{name}: command not found".encode()).encode()


_BAD_LENGTH = b"\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (commands.EXISTS, b"\3"),
        (commands.GET, b"\3\1\0\0\0a"),
        (commands.GET, b"\0" + _BAD_LENGTH),
        (commands.ASSERT, b"\0\1\0\0\0a\2"),
        (commands.ASSERT_EXISTS, b"\x09"),
        (commands.SET, _BAD_LENGTH),
        (commands.SET, b"\1\0\0\0a" + _BAD_LENGTH),
        (commands.DELETE, _BAD_LENGTH),
        (commands.CONFIRM, _BAD_LENGTH),
        (commands.RANGE, b"\0\2"),
        (commands.RANGE_ENTRIES, b"\0\0\2"),
        (commands.REV_RANGE_ENTRIES, b"\7"),
        (commands.PREFIX, b"\0" + _BAD_LENGTH),
        (commands.MULTI_GET, b"\0" + _BAD_LENGTH),
        (commands.MULTI_GET_OPTION, b"\0\1\0\0\0" + _BAD_LENGTH),
        (commands.USER_FUNCTION, b"\4\0\0\0echo\2"),
    ],
    ids=lambda it: it.name if isinstance(it, Command) else it.hex(),
)
async def test_malformed_arguments_that_are_not_answered(raw: Raw, command: Command[Any], arguments: bytes) -> None:
    raw.send((commands.MAGIC | command.number).to_bytes(4, "little") + arguments)
    assert await raw.rest() == b""


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (commands.HELLO, _BAD_LENGTH),
        (commands.TEST_AND_SET, b"\1\0\0\0a\2"),
        (commands.REPLACE, b"\1\0\0\0a\2"),
        (commands.DELETE_PREFIX, _BAD_LENGTH),
        (commands.SEQUENCE, _BAD_LENGTH),
        (commands.SYNCED_SEQUENCE, _BAD_LENGTH),
        (commands.SET_INTERVAL, b"\2"),
    ],
    ids=lambda it: it.name if isinstance(it, Command) else it.hex(),
)
async def test_malformed_arguments_that_are_answered(raw: Raw, command: Command[Any], arguments: bytes) -> None:
    raw.send((commands.MAGIC | command.number).to_bytes(4, "little") + arguments)
    assert await raw.rest() == UNKNOWN.encode()


async def test_too_many_connections(node: NodeServer, raw: Raw) -> None:
    assert await raw.is_open()
    node.max_connections = 1
    second = await Raw.open(node.address, b"")
    assert await second.rest() == Failure(Code.MAX_CONNECTIONS, b"too many clients").encode()
    await second.close()
    assert await raw.is_open()
    await raw.close()
    await until(lambda: not node.sessions)
    third = await Raw.open(node.address, PROLOGUE)
    assert await third.is_open()
    await third.close()


async def test_a_node_that_is_stopped_ends_its_connections(node: NodeServer, raw: Raw) -> None:
    assert await raw.is_open()
    await node.stop()
    assert await raw.rest() == b""
    with pytest.raises(ConnectionRefusedError):
        await Raw.open(node.address, PROLOGUE)


async def test_hello_and_version(raw: Raw) -> None:
    (major, minor), (patch, info) = await raw.ask(commands.VERSION_OF)
    assert (major, minor, patch) == (1, 9, 25)
    assert [line.split(b": ")[0] for line in info.splitlines()] == [b"revision", b"compiled", b"machine"]
    assert info.endswith(b'"\n')
    assert await raw.ask(commands.GET_CURRENT_STATE) == b"Stable_master"
    assert await raw.ask(commands.EXPECT_PROGRESS_POSSIBLE) is True
    assert await raw.ask(commands.HELLO, b"me", b"other") == UNKNOWN
    assert await raw.rest() == b""


@pytest.mark.parametrize(
    ("command", "arguments", "answer"),
    [
        (commands.OPTIMIZE_DB, (), b"Operation cannot be performed on master node"),
        (commands.DEFRAG_DB, (), b"Operation cannot be performed on master node"),
        (commands.COPY_DB_TO_HEAD, (1,), b"Operation cannot be performed on master node"),
        (commands.DROP_MASTER, (), b"drop master not supported for singletons"),
    ],
    ids=lambda it: it.name if isinstance(it, Command) else "",
)
async def test_what_a_single_node_refuses(
    raw: Raw, command: Command[Any], arguments: tuple[Any, ...], answer: bytes
) -> None:
    assert await raw.ask(command, *arguments) == Failure(Code.NOT_SUPPORTED, answer)
    assert await raw.rest() == b""


async def test_the_log_is_collapsed_piece_by_piece(node: NodeServer, raw: Raw) -> None:
    node.member.tlogs, node.member.collapse_seconds = 4, 0.0
    raw.send(commands.COLLAPSE_TLOGS.request(1))
    assert await raw.receive(8) == bytes.fromhex("00000000 03000000")
    for _ in range(3):
        assert (await raw.receive(12))[:4] == bytes(4)
    assert await raw.ask(commands.COLLAPSE_TLOGS, 1) == 0
    assert await raw.ask(commands.FLUSH_STORE) is None
    assert await raw.ask(commands.COLLAPSE_TLOGS, 0) == Failure(Code.UNKNOWN_FAILURE, b"0 is not acceptable")
    assert await raw.rest() == b""


async def test_what_is_no_longer_supported(raw: Raw) -> None:
    raw.send(commands.LAST_ENTRIES.request(0))
    assert await raw.rest() == bytes(4)


async def test_intervals_and_what_a_nursery_would_set(node: NodeServer, raw: Raw) -> None:
    raw.send(commands.GET_INTERVAL.request())
    assert await raw.receive(8) == bytes(8)
    assert await raw.ask(commands.GET_ROUTING) == NOT_FOUND
    assert await raw.ask(commands.GET_NURSERY_CONFIG) == NOT_FOUND
    assert await raw.ask(commands.SET_INTERVAL, b"b", b"d", None, None) is None
    assert await raw.ask(commands.GET_INTERVAL) == ((b"b", b"d"), (None, None))
    assert await raw.ask(commands.SET, b"b", b"") is None
    # Not checked there (contract §9).
    assert await raw.ask(commands.EXISTS, CONSISTENT, b"a") is False
    assert await raw.ask(commands.RANGE, CONSISTENT, None, True, b"c", True, -1) == [b"b"]
    assert await raw.ask(commands.GET, CONSISTENT, b"d") == Failure(Code.OUTSIDE_INTERVAL, b"d")
    assert await raw.rest() == b""
    for command, arguments in (
        (commands.SET, (b"a", b"")),
        (commands.PREFIX, (CONSISTENT, b"a", -1)),
        (commands.RANGE_ENTRIES, (CONSISTENT, b"b", True, b"x", True, -1)),
        (commands.REV_RANGE_ENTRIES, (CONSISTENT, b"c", True, b"a", True, -1)),
    ):
        raw = await Raw.open(node.address, PROLOGUE)
        answer = await raw.ask(command, *arguments)
        assert answer.code == Code.OUTSIDE_INTERVAL
        assert await raw.rest() == b""
        await raw.close()


async def test_a_hook_that_is_not_there(raw: Raw) -> None:
    assert await raw.ask(commands.USER_HOOK, CONSISTENT, b"h") == Failure(Code.USER_HOOK_NOT_FOUND, b"h")
    assert await raw.rest() == b""


async def test_a_read_only_node(node: NodeServer, raw: Raw) -> None:
    fill(node, {b"k": b"v"})
    node.member.is_read_only = True
    assert await raw.ask(commands.WHO_MASTER) == b"solo"
    for consistency in (CONSISTENT, NO_GUARANTEES, AtLeast(1)):
        assert await raw.ask(commands.GET, consistency, b"k") == b"v"
    assert await raw.ask(commands.SET, b"k", b"w") == Failure(Code.READ_ONLY, b"solo")
    assert await raw.rest() == b""


ORDER = [
    "start",
    "last",
    "avg_set_size",
    "avg_get_size",
    "avg_range_size",
    "avg_range_entries_size",
    "avg_rev_range_entries_size",
    "avg_prefix_size",
    "avg_del_prefix_size",
    "harvest_stats",
    "set_info",
    "get_info",
    "del_info",
    "seq_info",
    "mget_info",
    "mget_option_info",
    "tas_info",
    "replace_info",
    "range_info",
    "range_entries_info",
    "rev_range_entries_info",
    "prefix_info",
    "delete_prefix_info",
    "op_info",
    "mem_allocated",
    "mem_maxrss",
    "mem_minor_collections",
    "mem_major_collections",
    "mem_compactions",
    "node_is",
]


async def test_statistics(raw: Raw) -> None:
    fresh = decode_statistics(await raw.ask(commands.STATISTICS))
    assert fresh["set_info"] == {"n": 0, "min": 1.7976931348623157e308, "max": 0, "m2": 0, "avg": 0, "var": 0}
    for size in (1, 5):
        await raw.ask(commands.SET, b"k", bytes(size))
    await raw.ask(commands.GET, CONSISTENT, b"k")
    await raw.ask(commands.GET, CONSISTENT, b"absent")
    await raw.ask(commands.EXISTS, CONSISTENT, b"k")
    await raw.ask(commands.RANGE, CONSISTENT, None, True, None, True, -1)
    await raw.ask(commands.DELETE_PREFIX, b"k")
    field = decode_field(await raw.ask(commands.STATISTICS))
    assert isinstance(field, Group)
    assert [child.name for child in field.value] == ORDER
    found = decode_statistics(await raw.ask(commands.STATISTICS))
    assert (found["avg_set_size"], found["avg_get_size"], found["avg_range_size"]) == (3.0, 5.0, 1.0)
    assert found["avg_del_prefix_size"] == 1.0
    counts = {name: found[name]["n"] for name in ORDER if name.endswith("_info") and found[name]["n"]}
    assert counts == {"set_info": 2, "get_info": 1, "range_info": 1, "delete_prefix_info": 1, "op_info": 5}
    assert math.isnan(found["get_info"]["var"]) and not math.isnan(found["set_info"]["var"])
    assert found["set_info"]["min"] <= found["set_info"]["avg"] <= found["set_info"]["max"]
    assert found["start"] <= found["last"]
    assert found["node_is"] == {}
