"""Answers: what a node does on each command, and what it says (contract §4, §6, §8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tui.services.errors import ProtocolError
from tui.systems.arakoon.node.bounds import of_prefix_command, of_range
from tui.systems.arakoon.node.member import BUILD, VERSION, Member
from tui.systems.arakoon.node.update import UNKNOWN_FAILURE, has_user_function
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codecs import I32, I64, U32, joined
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import Command, Role
from tui.systems.arakoon.wire.consistency import AtLeast, Consistency, Consistent
from tui.systems.arakoon.wire.fields import encode_field
from tui.systems.arakoon.wire.steps import (
    Delete,
    DeletePrefix,
    Nop,
    NotASequence,
    Replace,
    Set,
    Step,
    TestAndSet,
    UserFunction,
    decode_sequence,
    encode_step,
)

Answer = Any
"""A result, an Encoded one, a Failure, Parts, a LastWord, or a future of one of the first two."""
NOT_FOUND = Failure(Code.NOT_FOUND, b"Not_found")


class Parts:
    """An answer that goes out piece by piece while the node works."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Encoded:
    """A result that is encoded already."""

    data: bytes


@dataclass(frozen=True, slots=True)
class LastWord:
    """An answer behind which the node hangs up though it is no failure."""

    data: bytes


class Answers:
    """Answers commands for one node."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._may_be_too_large = False
        handlers: dict[Command[Any], Callable[..., Answer]] = {
            commands.HELLO: self._hello,
            commands.WHO_MASTER: self._who_master,
            commands.EXISTS: self._exists,
            commands.GET: self._get,
            commands.SET: self._set,
            commands.DELETE: self._delete,
            commands.RANGE: self._range,
            commands.PREFIX: self._prefix,
            commands.TEST_AND_SET: self._test_and_set,
            commands.LAST_ENTRIES: self._last_entries,
            commands.RANGE_ENTRIES: self._range_entries,
            commands.SEQUENCE: self._sequence,
            commands.SYNCED_SEQUENCE: self._sequence,
            commands.MULTI_GET: self._multi_get,
            commands.EXPECT_PROGRESS_POSSIBLE: self._expect_progress_possible,
            commands.STATISTICS: self._statistics,
            commands.COLLAPSE_TLOGS: self._collapse_tlogs,
            commands.USER_FUNCTION: self._user_function,
            commands.ASSERT: self._assert,
            commands.SET_INTERVAL: self._set_interval,
            commands.GET_ROUTING: self._not_set,
            commands.GET_KEY_COUNT: self._get_key_count,
            commands.CONFIRM: self._confirm,
            commands.GET_INTERVAL: self._get_interval,
            commands.GET_NURSERY_CONFIG: self._not_set,
            commands.REV_RANGE_ENTRIES: self._rev_range_entries,
            commands.OPTIMIZE_DB: self._nothing_to_do,
            commands.DEFRAG_DB: self._nothing_to_do,
            commands.DELETE_PREFIX: self._delete_prefix,
            commands.VERSION_OF: self._version,
            commands.ASSERT_EXISTS: self._assert_exists,
            commands.DROP_MASTER: self._drop_master,
            commands.MULTI_GET_OPTION: self._multi_get_option,
            commands.GET_CURRENT_STATE: self._get_current_state,
            commands.REPLACE: self._replace,
            commands.NOP: self._nop,
            commands.FLUSH_STORE: self._nothing_to_do,
            commands.GET_TX_ID: self._get_tx_id,
            commands.COPY_DB_TO_HEAD: self._copy_db_to_head,
            commands.USER_HOOK: self._user_hook,
        }
        self._handlers = {command.number: handler for command, handler in handlers.items()}

    def knows(self, number: int) -> bool:
        """Whether there is a command of that number."""
        return number in self._handlers

    def answer(self, command: Command[Any], arguments: tuple[Any, ...]) -> Answer:
        """Do what was asked."""
        refused = self._refusal(command, arguments)
        if refused is not None:
            return refused
        if command.writes:
            # An update is encoded as its arguments are, with less than this around them.
            size = sum(len(value) for value in arguments if isinstance(value, bytes))
            self._may_be_too_large = size + 64 > self._member.max_update
        return self._handlers[command.number](*arguments)

    def _refusal(self, command: Command[Any], arguments: tuple[Any, ...]) -> Failure | None:
        """Return why this node does not answer the command, None if it does."""
        member, role = self._member, command.role
        if role is Role.ANY:
            return None
        if role is Role.CONSISTENCY:
            return self._staleness(arguments[0])
        if role is Role.SLAVE:
            message = b"Operation cannot be performed on master node"
            return Failure(Code.NOT_SUPPORTED, message) if member.is_master else None
        if command is commands.USER_FUNCTION and arguments[0].decode("utf-8", "replace") not in member.functions:
            # Looked up before anything else, on whatever node was asked (contract §4).
            return Failure(Code.BAD_INPUT, b'User function "%s" could not be found' % arguments[0])
        if member.is_read_only:
            return Failure(Code.READ_ONLY, member.name.encode()) if command.writes else None
        return None if member.is_master else self._not_master()

    def _staleness(self, consistency: Consistency) -> Failure | None:
        member = self._member
        if isinstance(consistency, Consistent):
            return None if member.is_read_only or member.is_master else self._not_master()
        if isinstance(consistency, AtLeast) and consistency.i > member.store.i:
            return Failure(Code.INCONSISTENT_READ, b"store not fresh enough")
        return None

    def _not_master(self) -> Failure:
        return Failure(Code.NOT_MASTER, (self._member.master or "None").encode())

    def _outside(self, *keys: bytes | None) -> Failure | None:
        """Return the failure for the first key that the cluster does not take."""
        begin, end, _, _ = self._member.consensus.interval
        for key in keys:
            if key is not None and ((begin is not None and key < begin) or (end is not None and key >= end)):
                return Failure(Code.OUTSIDE_INTERVAL, key)
        return None

    # Reads.

    def _exists(self, _: Consistency, key: bytes) -> Answer:
        return self._member.store.get(key) is not None

    def _get(self, _: Consistency, key: bytes) -> Answer:
        begun = perf_counter()
        if (outside := self._outside(key)) is not None:
            return outside
        value = self._member.store.get(key)
        if value is None:
            return NOT_FOUND
        self._member.measures.note("get_info", perf_counter() - begun, "get", len(value))
        return value

    def _multi_get(self, _: Consistency, keys: list[bytes]) -> Answer:
        begun = perf_counter()
        values = list(map(self._member.store.get, keys))
        for key, value in zip(reversed(keys), reversed(values), strict=True):
            if value is None:
                return Failure(Code.NOT_FOUND, key)
        self._member.measures.note("mget_info", perf_counter() - begun)
        return values

    def _multi_get_option(self, _: Consistency, keys: list[bytes]) -> Answer:
        begun = perf_counter()
        values = list(map(self._member.store.get, keys))
        self._member.measures.note("mget_option_info", perf_counter() - begun)
        return values

    def _assert(self, _: Consistency, key: bytes, value: bytes | None) -> Answer:
        return None if self._member.store.get(key) == value else Failure(Code.ASSERTION_FAILED, key)

    def _assert_exists(self, _: Consistency, key: bytes) -> Answer:
        return None if self._member.store.get(key) is not None else Failure(Code.ASSERTION_FAILED, key)

    def _prefix(self, _: Consistency, prefix: bytes, most: int) -> Answer:
        begun = perf_counter()
        if (outside := self._outside(prefix)) is not None:
            return outside
        keys = self._member.store.keys(of_prefix_command(prefix), most)
        self._member.measures.note("prefix_info", perf_counter() - begun, "prefix", len(keys))
        return keys

    def _range(
        self, _: Consistency, begin: bytes | None, begin_in: bool, end: bytes | None, end_in: bool, most: int
    ) -> Answer:
        begun = perf_counter()
        if (outside := self._outside(begin, end)) is not None:
            return outside
        keys = self._member.store.keys(of_range(begin, begin_in, end, end_in), most)
        self._member.measures.note("range_info", perf_counter() - begun, "range", len(keys))
        return keys

    def _range_entries(
        self, _: Consistency, begin: bytes | None, begin_in: bool, end: bytes | None, end_in: bool, most: int
    ) -> Answer:
        begun = perf_counter()
        if (outside := self._outside(begin, end)) is not None:
            return outside
        entries = self._member.store.encoded(of_range(begin, begin_in, end, end_in), most)
        self._member.measures.note("range_entries_info", perf_counter() - begun, "range_entries", len(entries))
        return Encoded(joined(entries))

    def _rev_range_entries(
        self, _: Consistency, high: bytes | None, high_in: bool, low: bytes | None, low_in: bool, most: int
    ) -> Answer:
        begun = perf_counter()
        if (outside := self._outside(high, low)) is not None:
            return outside
        entries = self._member.store.encoded(of_range(low, low_in, high, high_in), most, descending=True)
        seconds = perf_counter() - begun
        self._member.measures.note("rev_range_entries_info", seconds, "rev_range_entries", len(entries))
        return Encoded(joined(entries))

    def _get_key_count(self) -> Answer:
        return self._member.store.count()

    # Writes.

    def _set(self, key: bytes, value: bytes) -> Answer:
        if (outside := self._outside(key)) is not None:
            return outside
        return self._commit(Set(key, value), "set_info", value, "set", len(value))

    def _confirm(self, key: bytes, value: bytes) -> Answer:
        return None if self._member.store.get(key) == value else self._set(key, value)

    def _delete(self, key: bytes) -> Answer:
        return self._outside(key) or self._commit(Delete(key), "del_info")

    def _test_and_set(self, key: bytes, test_value: bytes | None, set_value: bytes | None) -> Answer:
        return self._commit(TestAndSet(key, test_value, set_value), "tas_info", set_value)

    def _replace(self, key: bytes, value: bytes | None) -> Answer:
        return self._commit(Replace(key, value), "replace_info", value)

    def _delete_prefix(self, prefix: bytes) -> Answer:
        return self._commit(DeletePrefix(prefix), "delete_prefix_info", sizes="del_prefix")

    def _sequence(self, steps: bytes) -> Answer:
        try:
            sequence = decode_sequence(steps)
        except NotASequence as error:
            return Failure(Code.UNKNOWN_FAILURE, error.message.encode())
        except ProtocolError:
            return UNKNOWN_FAILURE
        if has_user_function(sequence):
            # A real server ends here, for good. The client is told instead, and its connection is closed.
            return UNKNOWN_FAILURE
        return self._commit(sequence, "seq_info")

    def _nop(self) -> Answer:
        return self._member.consensus.commit(self._member, Nop())

    def _user_function(self, name: bytes, argument: bytes | None) -> Answer:
        return self._member.consensus.commit(self._member, UserFunction(name, argument))

    def _commit(self, step: Step, kind: str, value: bytes | None = None, sizes: str = "", size: int = 0) -> Answer:
        member = self._member
        if value is not None and len(value) >= member.max_value:
            return UNKNOWN_FAILURE
        if self._may_be_too_large and (encoded := len(encode_step(step))) > member.max_update:
            name = type(step).__name__.encode()
            return Failure(Code.BAD_INPUT, b"update %s has size %d > %d" % (name, encoded, member.max_update))
        begun = perf_counter()
        answer = member.consensus.commit(member, step)
        if isinstance(answer, asyncio.Future):
            return answer
        if not isinstance(answer, Failure):
            member.measures.note(kind, perf_counter() - begun, sizes, answer if isinstance(answer, int) else size)
        return answer

    # The node.

    def _hello(self, client_id: bytes, cluster_id: bytes) -> Answer:
        if cluster_id != self._member.cluster_id.encode("utf-8", "surrogateescape"):
            return UNKNOWN_FAILURE
        return b"Arakoon %d.%d.%d" % VERSION

    def _who_master(self) -> Answer:
        name = self._member.master
        return None if name is None else name.encode()

    def _expect_progress_possible(self) -> Answer:
        return self._member.consensus.is_progress_possible(self._member)

    def _statistics(self) -> Answer:
        return encode_field(self._member.measures.field(self._member.consensus.node_is(self._member)))

    def _version(self) -> Answer:
        major, minor, patch = VERSION
        return (major, minor), (patch, BUILD)

    def _get_current_state(self) -> Answer:
        return self._member.consensus.state_of(self._member).encode()

    def _get_tx_id(self) -> Answer:
        return AtLeast(self._member.store.i)

    def _get_interval(self) -> Answer:
        public_begin, public_end, private_begin, private_end = self._member.consensus.interval
        return (public_begin, public_end), (private_begin, private_end)

    def _set_interval(self, *bounds: bytes | None) -> Answer:
        public_begin, public_end, private_begin, private_end = bounds
        self._member.consensus.interval = (public_begin, public_end, private_begin, private_end)
        return self._nop()

    def _not_set(self) -> Answer:
        return NOT_FOUND

    def _user_hook(self, _: Consistency, name: bytes) -> Answer:
        return Failure(Code.USER_HOOK_NOT_FOUND, name)

    def _nothing_to_do(self) -> Answer:
        return None

    def _copy_db_to_head(self, keep: int) -> Answer:
        if keep < 1:
            return UNKNOWN_FAILURE
        self._member.tlogs = min(self._member.tlogs, keep)
        return None

    def _drop_master(self) -> Answer:
        return self._member.consensus.drop_master(self._member)

    def _last_entries(self, _: int) -> Answer:
        return LastWord(U32.encode(Code.OK))

    def _collapse_tlogs(self, keep: int) -> Answer:
        if keep < 1:
            return Failure(Code.UNKNOWN_FAILURE, b"%d is not acceptable" % keep)
        return Parts(self._collapse(max(self._member.tlogs - keep, 0)))

    async def _collapse(self, count: int) -> AsyncIterator[bytes]:
        yield U32.encode(Code.OK) + I32.encode(count)
        for _ in range(count):
            begun = perf_counter()
            await asyncio.sleep(self._member.collapse_seconds)
            self._member.tlogs -= 1
            # The server sends a difference of clocks in a unit of its own making (contract §8).
            yield U32.encode(Code.OK) + I64.encode(int((perf_counter() - begun) * 2**22))
