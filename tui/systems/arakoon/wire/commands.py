"""Commands: what can be asked of a node, each with its number, arguments and result (contract §4, §8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from operator import call
from typing import Any, Generic, TypeVar

from tui.services.errors import InvalidInput
from tui.systems.arakoon.wire.codecs import (
    BOOL,
    ENTRY,
    I32,
    I64,
    OPTION,
    STRING,
    U32,
    UNIT,
    Codec,
    array,
    option,
    pair,
    reversed_list,
)
from tui.systems.arakoon.wire.consistency import CONSISTENCY
from tui.systems.arakoon.wire.reader import Reader, malformed

T = TypeVar("T")
MAGIC = 0xB1FF0000
VERSION = 1
_applied: Any = call


class Role(Enum):
    """Which nodes answer a command."""

    ANY = "any"
    MASTER = "master"
    CONSISTENCY = "as its consistency says"
    SLAVE = "any but the master"


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """One command. `writes`: it goes through consensus, so that a lost answer leaves its outcome unknown.

    `repeatable`: done twice it is as if done once, its result included. `any_code`: its failure has any code.
    """

    name: str
    number: int
    role: Role
    arguments: tuple[tuple[str, Codec[Any]], ...]
    result: Codec[T]
    writes: bool = False
    repeatable: bool = True
    any_code: bool = False
    word: bytes = field(init=False, repr=False)
    """What a request for it begins with."""
    encoders: tuple[Callable[[Any], bytes], ...] = field(init=False, repr=False)
    decoders: tuple[Callable[[Reader], Any], ...] = field(init=False, repr=False)
    """What writes and reads its arguments."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", (MAGIC | self.number).to_bytes(4, "little"))
        object.__setattr__(self, "encoders", tuple(codec.encode for _, codec in self.arguments))
        object.__setattr__(self, "decoders", tuple(codec.decode for _, codec in self.arguments))

    def request(self, *values: Any) -> bytes:
        """Return the bytes that ask for it.

        Raises:
            InvalidInput: an argument cannot be encoded; the message names it.
        """
        parts = [self.word]
        try:
            parts += map(_applied, self.encoders, values)
        except InvalidInput as error:
            name = self._wrong_one(values)
            raise InvalidInput(error.system, self.name, f"{name}: {error.message}", error.hint) from error
        assert len(parts) == len(values) + 1 == len(self.encoders) + 1, self.name
        return b"".join(parts)

    def _wrong_one(self, values: tuple[Any, ...]) -> str:
        """Return the name of the first argument that cannot be encoded."""
        for (name, codec), value in zip(self.arguments, values, strict=True):
            try:
                codec.encode(value)
            except InvalidInput:
                return name
        return "arguments"

    def read_arguments(self, reader: Reader) -> tuple[Any, ...]:
        """Return the arguments of a request whose number was read. Raises as `Reader` does."""
        return tuple([decode(reader) for decode in self.decoders])


def prologue(cluster_id: bytes) -> bytes:
    """Return what a connection begins with (contract §1)."""
    return U32.encode(MAGIC) + I32.encode(VERSION) + STRING.encode(cluster_id)


def read_prologue(reader: Reader) -> bytes:
    """Return the cluster's id from what a connection begins with.

    Raises:
        Incomplete: it is not whole yet.
        ProtocolError: it is something else.
    """
    if reader.u32() != MAGIC:
        raise malformed("no magic")
    if (version := reader.i32()) != VERSION:
        raise malformed(f"the protocol's version is {version}")
    return reader.string()


_FRESH = ("consistency", CONSISTENCY)
_KEY, _VALUE, _KEYS = ("key", STRING), ("value", STRING), ("keys", array(STRING))
_PREFIX, _MOST = ("prefix", STRING), ("max_elements", I32)
_RANGE = (
    _FRESH,
    ("begin_key", OPTION),
    ("begin_inclusive", BOOL),
    ("end_key", OPTION),
    ("end_inclusive", BOOL),
    _MOST,
)
_STRINGS, _ENTRIES = reversed_list(STRING), reversed_list(ENTRY)
_STEPS = (("steps", STRING),)
_INTERVAL = tuple((name, OPTION) for name in ("public_begin", "public_end", "private_begin", "private_end"))


def _read(name: str, number: int, *arguments: tuple[str, Codec[Any]], result: Codec[T]) -> Command[T]:
    return Command(name, number, Role.CONSISTENCY, arguments, result)


def _tell(name: str, number: int, *arguments: tuple[str, Codec[Any]], result: Codec[T]) -> Command[T]:
    return Command(name, number, Role.ANY, arguments, result)


def _write(
    name: str, number: int, *arguments: tuple[str, Codec[Any]], result: Codec[T], repeatable: bool = False
) -> Command[T]:
    return Command(name, number, Role.MASTER, arguments, result, writes=True, repeatable=repeatable)


HELLO = _tell("hello", 0x01, ("client_id", STRING), ("cluster_id", STRING), result=STRING)
WHO_MASTER = _tell("who_master", 0x02, result=OPTION)
EXISTS = _read("exists", 0x07, _FRESH, _KEY, result=BOOL)
GET = _read("get", 0x08, _FRESH, _KEY, result=STRING)
SET = _write("set", 0x09, _KEY, _VALUE, result=UNIT, repeatable=True)
DELETE = _write("delete", 0x0A, _KEY, result=UNIT)
RANGE = _read("range", 0x0B, *_RANGE, result=_STRINGS)
PREFIX = _read("prefix", 0x0C, _FRESH, _PREFIX, _MOST, result=_STRINGS)
TEST_AND_SET = _write("test_and_set", 0x0D, _KEY, ("test_value", OPTION), ("set_value", OPTION), result=OPTION)
LAST_ENTRIES = _tell("last_entries", 0x0E, ("start", I64), result=UNIT)
RANGE_ENTRIES = _read("range_entries", 0x0F, *_RANGE, result=_ENTRIES)
SEQUENCE = _write("sequence", 0x10, *_STEPS, result=UNIT)
MULTI_GET = _read("multi_get", 0x11, _FRESH, _KEYS, result=_STRINGS)
EXPECT_PROGRESS_POSSIBLE = _tell("expect_progress_possible", 0x12, result=BOOL)
STATISTICS = _tell("statistics", 0x13, result=STRING)
COLLAPSE_TLOGS = _tell("collapse_tlogs", 0x14, ("keep", I32), result=I32)
USER_FUNCTION = Command(
    "user_function",
    0x15,
    Role.MASTER,
    (("function", STRING), ("argument", OPTION)),
    OPTION,
    writes=True,
    repeatable=False,
    any_code=True,
)
ASSERT = _read("assert_", 0x16, _FRESH, _KEY, ("value", OPTION), result=UNIT)
SET_INTERVAL = _write("set_interval", 0x17, *_INTERVAL, result=UNIT, repeatable=True)
GET_ROUTING = Command("get_routing", 0x18, Role.MASTER, (), STRING)
GET_KEY_COUNT = Command("get_key_count", 0x1A, Role.MASTER, (), I64)
CONFIRM = _write("confirm", 0x1C, _KEY, _VALUE, result=UNIT, repeatable=True)
GET_INTERVAL = Command("get_interval", 0x1E, Role.MASTER, (), pair(pair(OPTION, OPTION), pair(OPTION, OPTION)))
GET_NURSERY_CONFIG = Command("get_nursery_cfg", 0x20, Role.MASTER, (), STRING)
REV_RANGE_ENTRIES = _read("rev_range_entries", 0x23, *_RANGE, result=_ENTRIES)
SYNCED_SEQUENCE = _write("sequence", 0x24, *_STEPS, result=UNIT)
OPTIMIZE_DB = Command("optimize_db", 0x25, Role.SLAVE, (), UNIT)
DEFRAG_DB = Command("defrag_db", 0x26, Role.SLAVE, (), UNIT)
DELETE_PREFIX = _write("delete_prefix", 0x27, _PREFIX, result=U32)
VERSION_OF = _tell("version", 0x28, result=pair(pair(I32, I32), pair(I32, STRING)))
ASSERT_EXISTS = _read("assert_exists", 0x29, _FRESH, _KEY, result=UNIT)
DROP_MASTER = _tell("drop_master", 0x30, result=UNIT)
MULTI_GET_OPTION = _read("multi_get_option", 0x31, _FRESH, _KEYS, result=array(option(STRING)))
GET_CURRENT_STATE = _tell("get_current_state", 0x32, result=STRING)
REPLACE = _write("replace", 0x33, _KEY, ("value", OPTION), result=OPTION)
NOP = _write("nop", 0x41, result=UNIT, repeatable=True)
FLUSH_STORE = _tell("flush_store", 0x42, result=UNIT)
GET_TX_ID = _tell("get_tx_id", 0x43, result=CONSISTENCY)
COPY_DB_TO_HEAD = Command("copy_db_to_head", 0x44, Role.SLAVE, (("keep", I32),), UNIT)
USER_HOOK = _read("user_hook", 0x45, _FRESH, ("name", STRING), result=UNIT)

COMMANDS: dict[int, Command[Any]] = {
    command.number: command for command in list(globals().values()) if isinstance(command, Command)
}
"""The commands by number."""
