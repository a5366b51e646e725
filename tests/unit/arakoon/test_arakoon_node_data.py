"""The embedded node's data: keys in order, ranges, updates whole or not at all, limits (contract §4, §5, §10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.arakoon.contract_examples import PROLOGUE
from tests.unit.arakoon.proxy import fill
from tests.unit.arakoon.raw import Raw
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast
from tui.systems.arakoon.wire.reader import MIB
from tui.systems.arakoon.wire.steps import (
    Assert,
    AssertExists,
    AssertRange,
    Delete,
    DeletePrefix,
    Nop,
    Replace,
    Sequence,
    Set,
    Step,
    SyncedSequence,
    TestAndSet,
    UserFunction,
    encode_step,
)

UNKNOWN = Failure(Code.UNKNOWN_FAILURE, b"unknown failure")
NOT_FOUND = Failure(Code.NOT_FOUND, b"Not_found")


async def sequence(raw: Raw, *steps: Step, command: Command[Any] = commands.SEQUENCE) -> Any:
    return await raw.ask(command, encode_step(Sequence(steps)))


async def test_the_order_of_keys_and_the_empty_key(raw: Raw) -> None:
    for key in (b"b", b"a\xff", b"", b"a", b"\xff", b"a\0", b"A"):
        await raw.ask(commands.SET, key, b"" if key == b"a" else key)
    ordered = [b"", b"A", b"a", b"a\0", b"a\xff", b"b", b"\xff"]
    everything = (None, True, None, True, -1)
    assert await raw.ask(commands.RANGE, CONSISTENT, *everything) == ordered
    assert await raw.ask(commands.GET, CONSISTENT, b"") == b""
    assert await raw.ask(commands.GET, CONSISTENT, b"a") == b""
    assert await raw.ask(commands.EXISTS, CONSISTENT, b"") is True
    assert await raw.ask(commands.RANGE, CONSISTENT, None, False, None, True, -1) == ordered[1:]
    assert await raw.ask(commands.REV_RANGE_ENTRIES, CONSISTENT, None, True, None, False, 100) == [
        (key, b"" if key == b"a" else key) for key in reversed(ordered[1:])
    ]


RANGES = [
    ((b"k1", True, b"k3", True, -1), [1, 2, 3]),
    ((b"k1", False, b"k3", True, -1), [2, 3]),
    ((b"k1", True, b"k3", False, -1), [1, 2]),
    ((b"k1", False, b"k2", False, -1), []),
    ((b"k2", True, b"k2", True, -1), [2]),
    ((b"k2", True, b"k2", False, -1), []),
    ((b"k3", True, b"k1", True, -1), []),
    ((b"k0a", True, b"k3a", True, -7), [1, 2, 3]),
    ((None, True, b"k1", True, -1), [0, 1]),
    ((b"k3", True, None, False, -1), [3, 4]),
    ((None, False, None, False, 2), [0, 1]),
    ((None, True, None, True, 0), []),
    ((None, True, None, True, 99), [0, 1, 2, 3, 4]),
]


@pytest.mark.parametrize(("bounds", "numbers"), RANGES)
async def test_ranges(node: NodeServer, raw: Raw, bounds: Any, numbers: list[int]) -> None:
    fill(node, {b"k%d" % number: b"v%d" % number for number in range(5)})
    entries = [(b"k%d" % number, b"v%d" % number) for number in numbers]
    assert await raw.ask(commands.RANGE, CONSISTENT, *bounds) == [key for key, _ in entries]
    assert await raw.ask(commands.RANGE_ENTRIES, CONSISTENT, *bounds) == entries


@pytest.mark.parametrize(
    ("bounds", "numbers"),
    [
        ((b"k3", True, b"k1", True, -1), [3, 2, 1]),
        ((b"k3", False, b"k1", True, -1), [2, 1]),
        ((b"k3", True, b"k1", False, 1), [3]),
        ((b"k1", True, b"k3", True, -1), []),
        ((None, True, None, True, 2), [4, 3]),
        ((None, False, b"k3", True, -1), [4, 3]),
        ((b"k3a", True, b"k0a", True, -1), [3, 2, 1]),
        ((b"k1", True, None, False, -1), [1, 0]),
        ((None, True, None, True, 0), []),
    ],
)
async def test_reversed_ranges(node: NodeServer, raw: Raw, bounds: Any, numbers: list[int]) -> None:
    fill(node, {b"k%d" % number: b"v%d" % number for number in range(5)})
    entries = [(b"k%d" % number, b"v%d" % number) for number in numbers]
    assert await raw.ask(commands.REV_RANGE_ENTRIES, CONSISTENT, *bounds) == entries


async def test_prefixes_with_the_server_s_quirk(node: NodeServer, raw: Raw) -> None:
    keys = [b"o", b"p", b"p\xff", b"p\xff\xff", b"q", b"q\0", b"\xff", b"\xff\xff", b"\xffa"]
    fill(node, dict.fromkeys(keys, b""))

    async def prefix(value: bytes, most: int = -1) -> list[bytes]:
        return await raw.ask(commands.PREFIX, CONSISTENT, value, most)

    assert await prefix(b"p") == [b"p", b"p\xff", b"p\xff\xff"]
    assert await prefix(b"p", 2) == [b"p", b"p\xff"]
    assert await prefix(b"p", 0) == []
    # The upper bound is 71 00, which lets 71 in (contract §4).
    assert await prefix(b"p\xff") == [b"p\xff", b"p\xff\xff", b"q"]
    assert await prefix(b"\xff") == [b"\xff", b"\xffa", b"\xff\xff"]
    assert await prefix(b"") == sorted(keys)
    # The deletion has no such quirk.
    assert await raw.ask(commands.DELETE_PREFIX, b"p\xff") == 2
    assert await prefix(b"") == [b"o", b"p", b"q", b"q\0", b"\xff", b"\xffa", b"\xff\xff"]
    assert await raw.ask(commands.DELETE_PREFIX, b"none") == 0
    assert await raw.ask(commands.DELETE_PREFIX, b"\xff") == 3
    assert await raw.ask(commands.DELETE_PREFIX, b"") == 4
    assert await raw.ask(commands.GET_KEY_COUNT) == 0


async def test_what_is_absent(raw: Raw) -> None:
    assert await raw.ask(commands.GET, CONSISTENT, b"k") == NOT_FOUND
    assert await raw.ask(commands.DELETE, b"k") == Failure(Code.NOT_FOUND, b"k")
    assert await raw.ask(commands.EXISTS, CONSISTENT, b"k") is False
    assert await raw.ask(commands.SET, b"there", b"") is None
    keys = [b"first", b"there", b"last", b"there"]
    assert await raw.ask(commands.MULTI_GET, CONSISTENT, keys) == Failure(Code.NOT_FOUND, b"last")
    assert await raw.ask(commands.MULTI_GET, CONSISTENT, []) == []
    assert await raw.ask(commands.MULTI_GET_OPTION, CONSISTENT, keys) == [None, b"", None, b""]
    assert await raw.ask(commands.ASSERT, CONSISTENT, b"k", None) is None
    assert await raw.ask(commands.ASSERT, CONSISTENT, b"k", b"") == Failure(Code.ASSERTION_FAILED, b"k")
    assert await raw.ask(commands.ASSERT, CONSISTENT, b"there", None) == Failure(Code.ASSERTION_FAILED, b"there")
    assert await raw.ask(commands.ASSERT_EXISTS, CONSISTENT, b"there") is None
    assert await raw.ask(commands.ASSERT_EXISTS, CONSISTENT, b"k") == Failure(Code.ASSERTION_FAILED, b"k")
    assert await raw.is_open()


async def test_test_and_set_and_replace(raw: Raw) -> None:
    async def value() -> bytes | None:
        return (await raw.ask(commands.MULTI_GET_OPTION, CONSISTENT, [b"k"]))[0]

    assert await raw.ask(commands.TEST_AND_SET, b"k", None, None) is None
    assert await raw.ask(commands.TEST_AND_SET, b"k", None, b"1") is None
    assert await raw.ask(commands.TEST_AND_SET, b"k", None, b"2") == b"1"
    assert await value() == b"1"
    assert await raw.ask(commands.TEST_AND_SET, b"k", b"1", b"2") == b"1"
    assert await raw.ask(commands.TEST_AND_SET, b"k", b"other", None) == b"2"
    assert await raw.ask(commands.TEST_AND_SET, b"k", b"2", None) == b"2"
    assert await value() is None
    assert await raw.ask(commands.REPLACE, b"k", None) is None
    assert await raw.ask(commands.REPLACE, b"k", b"3") is None
    assert await raw.ask(commands.REPLACE, b"k", b"4") == b"3"
    assert await raw.ask(commands.REPLACE, b"k", None) == b"4"
    assert await value() is None


async def test_which_commands_count_as_updates(raw: Raw) -> None:
    async def i() -> int:
        return (await raw.ask(commands.GET_TX_ID)).i

    assert await i() == 1
    await raw.ask(commands.SET, b"k", b"v")
    assert await i() == 2
    await raw.ask(commands.CONFIRM, b"k", b"v")
    assert await i() == 2
    await raw.ask(commands.CONFIRM, b"k", b"w")
    assert await raw.ask(commands.GET, CONSISTENT, b"k") == b"w"
    assert await i() == 3
    await raw.ask(commands.DELETE, b"absent")
    assert await i() == 4
    await sequence(raw, AssertExists(b"absent"))
    assert await i() == 5
    await raw.ask(commands.NOP)
    assert await i() == 6
    await raw.ask(commands.ASSERT_EXISTS, CONSISTENT, b"absent")
    await raw.ask(commands.GET, CONSISTENT, b"absent")
    assert await i() == 6
    assert await raw.ask(commands.GET, AtLeast(6), b"k") == b"w"
    stale = Failure(Code.INCONSISTENT_READ, b"store not fresh enough")
    assert await raw.ask(commands.GET, AtLeast(7), b"k") == stale
    assert await raw.ask(commands.GET, AtLeast(-1), b"k") == await raw.ask(commands.GET, NO_GUARANTEES, b"k") == b"w"
    assert await raw.is_open()


SEQUENCES: list[tuple[list[Step], Any, dict[bytes, bytes]]] = [
    ([], None, {b"k": b"v"}),
    ([Set(b"a", b"1"), Delete(b"k")], None, {b"a": b"1"}),
    ([Set(b"a", b"1"), Delete(b"absent")], Failure(Code.NOT_FOUND, b"absent"), {b"k": b"v"}),
    ([Set(b"a", b"1"), Assert(b"a", b"1"), Delete(b"a"), Assert(b"a", None)], None, {b"k": b"v"}),
    ([Delete(b"k"), Delete(b"k")], Failure(Code.NOT_FOUND, b"k"), {b"k": b"v"}),
    ([Delete(b"k"), AssertExists(b"k")], Failure(Code.ASSERTION_FAILED, b"k"), {b"k": b"v"}),
    ([Set(b"k", b"w"), Assert(b"k", b"v")], Failure(Code.ASSERTION_FAILED, b"k"), {b"k": b"v"}),
    ([TestAndSet(b"k", b"other", b"w"), Set(b"a", b"1")], None, {b"a": b"1", b"k": b"v"}),
    ([TestAndSet(b"k", b"v", None), TestAndSet(b"k", None, b"w")], None, {b"k": b"w"}),
    ([Replace(b"absent", None), Replace(b"k", b"w"), Nop()], None, {b"k": b"w"}),
    ([Sequence((Set(b"a", b"1"), SyncedSequence((Delete(b"k"),))))], None, {b"a": b"1"}),
    ([Sequence((Set(b"a", b"1"),)), AssertExists(b"x")], Failure(Code.ASSERTION_FAILED, b"x"), {b"k": b"v"}),
    ([AssertRange(b"k", (b"k",)), Set(b"k2", b"")], None, {b"k": b"v", b"k2": b""}),
    ([DeletePrefix(b"k"), Set(b"k1", b"1")], None, {b"k1": b"1"}),
]


@pytest.mark.parametrize(("steps", "answer", "after"), SEQUENCES)
@pytest.mark.parametrize("command", [commands.SEQUENCE, commands.SYNCED_SEQUENCE], ids=["plain", "synced"])
async def test_sequences(
    node: NodeServer, raw: Raw, command: Command[Any], steps: list[Step], answer: Any, after: dict[bytes, bytes]
) -> None:
    fill(node, {b"k": b"v"})
    assert await sequence(raw, *steps, command=command) == answer
    everything = (None, True, None, True, -1)
    assert dict(await raw.ask(commands.RANGE_ENTRIES, CONSISTENT, *everything)) == after


async def test_sequences_are_as_irregular_as_the_server_s(node: NodeServer, raw: Raw) -> None:
    async def keys() -> list[bytes]:
        return await raw.ask(commands.PREFIX, CONSISTENT, b"", -1)

    fill(node, {b"dp1": b"", b"dp2": b"", b"r1": b"", b"r2": b"", b"r3": b""})
    # A deletion of a prefix works on what is stored, at once, and is not undone by a failure.
    assert await sequence(raw, Set(b"dp3", b""), DeletePrefix(b"dp")) is None
    assert await keys() == [b"dp3", b"r1", b"r2", b"r3"]
    assert await sequence(raw, DeletePrefix(b"dp"), AssertExists(b"no")) == Failure(Code.ASSERTION_FAILED, b"no")
    assert await keys() == [b"r1", b"r2", b"r3"]
    # An asserted range does not see what the sequence wrote, and wants its keys descending.
    assert await sequence(raw, Set(b"r4", b""), AssertRange(b"r", (b"r1", b"r2", b"r3"))) is None
    assert await sequence(raw, Delete(b"r4"), AssertRange(b"r", (b"r1", b"r2", b"r3", b"r4"))) is None
    ascending = encode_step(Sequence((AssertRange(b"r", (b"r1", b"r2", b"r3")),)))
    one, three = b"\2\0\0\0r1", b"\2\0\0\0r3"
    swapped = ascending.replace(three, b"?").replace(one, three).replace(b"?", one)
    said = b'ContainsExactly [ "r3; r2; r1" ] actual: r1,r2,r3'
    assert swapped != ascending
    assert await raw.ask(commands.SEQUENCE, swapped) == Failure(Code.ASSERTION_FAILED, said)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (encode_step(Set(b"k", b"v")), b"should have been a sequence"),
        (encode_step(SyncedSequence((Set(b"k", b"v"),))), b"should have been a sequence"),
        (b"\5\0\0\0\1\0\0\0\x63\0\0\0", b"unknown failure"),
        (encode_step(Sequence((Set(b"k", b"v"),)))[:-1], b"unknown failure"),
        (b"", b"unknown failure"),
        (encode_step(Sequence((UserFunction(b"echo", None),))), b"unknown failure"),
    ],
)
async def test_malformed_sequences(raw: Raw, steps: bytes, said: bytes) -> None:
    assert await raw.ask(commands.SEQUENCE, steps) == Failure(Code.UNKNOWN_FAILURE, said)
    assert await raw.rest() == b""


async def test_trailing_bytes_behind_a_sequence_are_ignored(raw: Raw) -> None:
    assert await raw.ask(commands.SEQUENCE, encode_step(Sequence((Set(b"k", b"v"),))) + b"rest") is None
    assert await raw.ask(commands.GET, CONSISTENT, b"k") == b"v"


@pytest.mark.parametrize(
    ("command", "before", "behind"),
    [
        (commands.SET, (b"k",), ()),
        (commands.CONFIRM, (b"k",), ()),
        (commands.REPLACE, (b"k",), ()),
        (commands.TEST_AND_SET, (b"k", None), ()),
    ],
    ids=lambda it: it.name if isinstance(it, Command) else "",
)
async def test_the_limit_of_a_value(
    node: NodeServer, command: Command[Any], before: tuple[Any, ...], behind: tuple[Any, ...]
) -> None:
    raw = await Raw.open(node.address, PROLOGUE)
    raw.send(command.request(*before, bytes(8 * MIB - 1), *behind))
    assert await raw.receive(4) == bytes(4)
    await raw.close()
    raw = await Raw.open(node.address, PROLOGUE)
    raw.send(command.request(*before, bytes(8 * MIB), *behind))
    assert await raw.rest() == UNKNOWN.encode()
    await raw.close()
    assert len(node.member.store.get(b"k") or b"") == 8 * MIB - 1


async def test_the_limit_of_an_update(node: NodeServer, raw: Raw) -> None:
    # Two bytes of keys, 16 for a step, 8 around them: the limit is 32 MiB together.
    value = bytes(16 * MIB - 17)
    assert await sequence(raw, Set(b"a", value), Set(b"b", value)) is None
    answer = await sequence(raw, Set(b"a", value), Set(b"b", value + b"!"))
    assert answer.code == Code.BAD_INPUT
    assert answer.message.endswith(b"has size 33554433 > 33554432")
    assert await raw.is_open()
    assert node.member.store.get(b"b") == value


async def test_user_functions(raw: Raw, node: NodeServer) -> None:
    async def call(name: bytes, argument: bytes | None = None) -> Any:
        return await raw.ask(commands.USER_FUNCTION, name, argument)

    assert await call(b"echo", b"x") == b"x"
    assert await call(b"echo") is None
    unknown = Failure(Code.BAD_INPUT, b'User function "nope" could not be found')
    assert await call(b"nope") == unknown
    assert await call(b"missing") == NOT_FOUND
    assert await raw.is_open()
    assert await call(b"boom") == Failure(Code.USER_FUNCTION_FAILURE, b'Failure("boom")')
    assert await raw.rest() == b""
    assert node.member.store.get(b"half done") is None
    raw = await Raw.open(node.address, PROLOGUE)
    assert await raw.ask(commands.USER_FUNCTION, b"own_code", None) == Failure(0x1234, b"mine")
    assert await raw.rest() == b""
    await raw.close()
