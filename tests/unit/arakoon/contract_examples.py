"""The worked examples of the contract (§14): what goes over the wire, byte by byte, seen on a real server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.consistency import CONSISTENT, AtLeast
from tui.systems.arakoon.wire.steps import Delete, Set, encode_sequence

CLUSTER = b"testsolo"
PROLOGUE = bytes.fromhex("0000ffb1 01000000 08000000 74657374736f6c6f")


@dataclass(frozen=True)
class Example:
    """A command, its arguments, what it is answered with, and the bytes of both."""

    number: int
    command: Command[Any]
    arguments: tuple[Any, ...]
    answer: Any
    request: bytes
    reply: bytes


def _example(number: int, command: Command[Any], arguments: tuple[Any, ...], answer: Any, *wire: str) -> Example:
    return Example(number, command, arguments, answer, *map(bytes.fromhex, wire))


_ENTRIES = [(b"k%d" % i, b"v%d" % i) for i in range(5)]
EXAMPLES = [
    _example(1, commands.SET, (b"a", b"1"), None, "0900ffb1 01000000 61 01000000 31", "00000000"),
    _example(2, commands.GET, (CONSISTENT, b"a"), b"1", "0800ffb1 00 01000000 61", "00000000 01000000 31"),
    _example(
        3,
        commands.GET,
        (CONSISTENT, b"nope"),
        Failure(Code.NOT_FOUND, b"Not_found"),
        "0800ffb1 00 04000000 6e6f7065",
        "05000000 09000000 4e6f745f666f756e64",
    ),
    _example(4, commands.WHO_MASTER, (), b"solo", "0200ffb1", "00000000 01 04000000 736f6c6f"),
    _example(
        5,
        commands.TEST_AND_SET,
        (b"a", b"1", b"11"),
        b"1",
        "0d00ffb1 01000000 61 01 01000000 31 01 02000000 3131",
        "00000000 01 01000000 31",
    ),
    _example(
        6,
        commands.RANGE_ENTRIES,
        (CONSISTENT, b"k1", True, b"k4", True, -1),
        _ENTRIES[1:],
        "0f00ffb1 00 01 02000000 6b31 01 01 02000000 6b34 01 ffffffff",
        "00000000 04000000 02000000 6b34 02000000 7634 02000000 6b33 02000000 7633 02000000 6b32 02000000 7632"
        " 02000000 6b31 02000000 7631",
    ),
    _example(
        7,
        commands.REV_RANGE_ENTRIES,
        (CONSISTENT, b"k4", True, b"k1", True, 2),
        [_ENTRIES[4], _ENTRIES[3]],
        "2300ffb1 00 01 02000000 6b34 01 01 02000000 6b31 01 02000000",
        "00000000 02000000 02000000 6b33 02000000 7633 02000000 6b34 02000000 7634",
    ),
    _example(
        8,
        commands.MULTI_GET,
        (CONSISTENT, [b"k0", b"k2", b"k1"]),
        [b"v0", b"v2", b"v1"],
        "1100ffb1 00 03000000 02000000 6b30 02000000 6b32 02000000 6b31",
        "00000000 03000000 02000000 7631 02000000 7632 02000000 7630",
    ),
    _example(
        9,
        commands.MULTI_GET_OPTION,
        (CONSISTENT, [b"k0", b"miss1", b"k1"]),
        [b"v0", None, b"v1"],
        "3100ffb1 00 03000000 02000000 6b30 05000000 6d69737331 02000000 6b31",
        "00000000 03000000 01 02000000 7630 00 01 02000000 7631",
    ),
    _example(
        10,
        commands.SEQUENCE,
        (encode_sequence([Set(b"s1", b"x"), Set(b"s2", b"y"), Delete(b"s1")]),),
        None,
        "1000ffb1 30000000 05000000 03000000 01000000 02000000 7331 01000000 78 01000000 02000000 7332 01000000 79"
        " 02000000 02000000 7331",
        "00000000",
    ),
    _example(
        11,
        commands.GET,
        (CONSISTENT, b"k"),
        Failure(Code.NOT_MASTER, b"arakoon_0"),
        "0800ffb1 00 01000000 6b",
        "04000000 09000000 6172616b6f6f6e5f30",
    ),
    _example(
        12,
        commands.GET,
        (AtLeast(10**15), b"a"),
        Failure(Code.INCONSISTENT_READ, b"store not fresh enough"),
        "0800ffb1 02 0080c6a47e8d0300 01000000 61",
        "80000000 16000000 73746f7265206e6f7420667265736820656e6f756768",
    ),
    _example(
        13,
        commands.ASSERT,
        (CONSISTENT, b"a", b"2"),
        Failure(Code.ASSERTION_FAILED, b"a"),
        "1600ffb1 00 01000000 61 01 01000000 32",
        "07000000 01000000 61",
    ),
    _example(14, commands.GET_KEY_COUNT, (), 8, "1a00ffb1", "00000000 0800000000000000"),
    _example(15, commands.DELETE_PREFIX, (b"k",), 6, "2700ffb1 01000000 6b", "00000000 06000000"),
    _example(16, commands.REPLACE, (b"newr", None), b"x", "3300ffb1 04000000 6e657772 00", "00000000 01 01000000 78"),
    _example(
        17,
        commands.HELLO,
        (b"me", b"testsolo"),
        b"Arakoon 1.9.25",
        "0100ffb1 02000000 6d65 08000000 74657374736f6c6f",
        "00000000 0e000000 4172616b6f6f6e20312e392e3235",
    ),
    _example(18, commands.GET_TX_ID, (), AtLeast(71), "4300ffb1", "00000000 02 4700000000000000"),
]
