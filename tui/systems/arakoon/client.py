"""AsyncClient: an Arakoon cluster from asyncio, under the names of its own Python client (contract §4)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from tui.services.command_log import CommandLog
from tui.services.errors import InvalidInput
from tui.systems.arakoon.administration import Administration
from tui.systems.arakoon.call_log import CallLog
from tui.systems.arakoon.cluster import Cluster, not_connected
from tui.systems.arakoon.settings import ClusterSettings
from tui.systems.arakoon.uri import settings_from
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.consistency import AtLeast, Consistency, chosen
from tui.systems.arakoon.wire.fields import Statistics, decode_statistics
from tui.systems.arakoon.wire.reader import SYSTEM, malformed
from tui.systems.arakoon.wire.steps import Sequence as Steps
from tui.systems.arakoon.wire.steps import Step, encode_sequence


class AsyncClient(Administration):
    """A client of all the nodes of a cluster. Keys and values are bytes, keys in the order of their bytes.

    Reads take `allow_dirty`, or `consistency` in its place: `CONSISTENT`, `NO_GUARANTEES` or `AtLeast(i)` (contract
    §3). What any node answers takes `node`, the name or address of one that is to answer.

    Every call raises, besides what it says itself: InvalidInput for an argument of the wrong kind, NotConnectedError
    before `connect` and after `close`, NoMaster, Unavailable or TimedOut when no node answers within the time of the
    settings; and every write OutcomeUnknown when it was sent and its answer is lost. A `set`, `confirm` or `nop` is
    done again instead while there is time, since twice is once.
    """

    def __init__(self, cluster: ClusterSettings | str) -> None:
        """Take the cluster: settings, or the text of a URI, or a path to the cluster's file. Nothing is read yet."""
        self._source = cluster
        self._cluster: Cluster | None = None
        self._log: CallLog | None = None

    def watch(self, log: CommandLog, profile: str) -> None:
        """Write every call from now on into `log`, under the name of `profile`."""
        self._log = CallLog(log, profile)
        if self._cluster is not None:
            self._cluster.log = self._log

    @property
    def connected(self) -> bool:
        """Whether it was connected, and not closed since."""
        return self._cluster is not None

    @property
    def settings(self) -> ClusterSettings:
        """The cluster's settings. Raises NotConnectedError before `connect`."""
        return self._open_cluster("settings").settings

    @property
    def nodes(self) -> list[str]:
        """The names of the nodes, or the addresses of those whose names are not known. NotConnectedError as above."""
        return [pool.label for pool in self._open_cluster("nodes").pools]

    @property
    def master(self) -> str | None:
        """The node that was found to be the master, None if it is not known now. Asks nobody."""
        master = self._cluster.master if self._cluster is not None else None
        return None if master is None else master.label

    async def connect(self) -> None:
        """Connect, and see that a node answers; a master is not needed for that. Does nothing if it is connected.

        Raises:
            NotFound, InvalidInput: the settings cannot be read or used, or the cluster's id is another.
            NotAuthenticated: one side does not trust the other's certificate.
            Unavailable, TimedOut, ProtocolError: no node answers as one.
        """
        if self._cluster is not None:
            return
        source = self._source
        cluster = Cluster(await asyncio.to_thread(settings_from, source) if isinstance(source, str) else source)
        await cluster.open()
        cluster.log = self._log
        self._cluster = cluster

    async def close(self) -> None:
        """End all connections; whatever still waits ends with an error. Safe to call twice."""
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            await cluster.close()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _open_cluster(self, operation: str) -> Cluster:
        if self._cluster is None:
            raise not_connected(operation)
        return self._cluster

    # What is there.

    async def exists(self, key: bytes, allow_dirty: bool = False, consistency: Consistency | None = None) -> bool:
        """Return whether the key is there."""
        cluster = self._open_cluster("exists")
        return await cluster.call(commands.EXISTS, key, consistency=chosen(allow_dirty, consistency), key=key)

    async def get(self, key: bytes, allow_dirty: bool = False, consistency: Consistency | None = None) -> bytes:
        """Return the key's value.

        Raises:
            NotFound: there is no such key.
        """
        cluster = self._open_cluster("get")
        return await cluster.call(commands.GET, key, consistency=chosen(allow_dirty, consistency), key=key)

    async def multi_get(
        self, keys: Sequence[bytes], allow_dirty: bool = False, consistency: Consistency | None = None
    ) -> list[bytes]:
        """Return the values of the keys, in their order.

        Raises:
            NotFound: one is not there; the message names the last such one.
        """
        cluster = self._open_cluster("multi_get")
        return [*await cluster.call(commands.MULTI_GET, keys, consistency=chosen(allow_dirty, consistency))]

    async def multi_get_option(
        self, keys: Sequence[bytes], allow_dirty: bool = False, consistency: Consistency | None = None
    ) -> list[bytes | None]:
        """Return the values of the keys, in their order, None for each key that is not there."""
        cluster = self._open_cluster("multi_get_option")
        return [*await cluster.call(commands.MULTI_GET_OPTION, keys, consistency=chosen(allow_dirty, consistency))]

    async def assert_(
        self, key: bytes, value: bytes | None, allow_dirty: bool = False, consistency: Consistency | None = None
    ) -> None:
        """See that the key has this value, or with None that it is not there.

        Raises:
            AssertionFailed: it is otherwise.
        """
        cluster = self._open_cluster("assert_")
        await cluster.call(commands.ASSERT, key, value, consistency=chosen(allow_dirty, consistency), key=key)

    async def assert_exists(
        self, key: bytes, allow_dirty: bool = False, consistency: Consistency | None = None
    ) -> None:
        """See that the key is there.

        Raises:
            AssertionFailed: it is not.
        """
        cluster = self._open_cluster("assert_exists")
        await cluster.call(commands.ASSERT_EXISTS, key, consistency=chosen(allow_dirty, consistency), key=key)

    async def get_key_count(self) -> int:
        """Return how many keys there are."""
        return await self._open_cluster("get_key_count").call(commands.GET_KEY_COUNT)

    # Ranges. Bounds need not be keys that are there; None is no bound; a `max_elements` below 0 is no limit.

    async def prefix(
        self,
        prefix: bytes,
        max_elements: int = -1,
        allow_dirty: bool = False,
        consistency: Consistency | None = None,
    ) -> list[bytes]:
        """Return the first `max_elements` keys that begin with `prefix`, ascending.

        For a prefix that ends in ff the server may add one key behind them (contract §4); it is left out here.
        """
        cluster = self._open_cluster("prefix")
        fresh = chosen(allow_dirty, consistency)
        keys = await cluster.call(commands.PREFIX, prefix, max_elements, consistency=fresh)
        return [key for key in keys if key.startswith(prefix)]

    async def range(
        self,
        begin_key: bytes | None = None,
        begin_inclusive: bool = True,
        end_key: bytes | None = None,
        end_inclusive: bool = True,
        max_elements: int = -1,
        allow_dirty: bool = False,
        consistency: Consistency | None = None,
    ) -> list[bytes]:
        """Return the first `max_elements` keys between the bounds, ascending.

        `begin_inclusive=False` without a bound leaves out the empty key, as at a bound of no bytes.
        """
        bounds = (begin_key, begin_inclusive, end_key, end_inclusive, max_elements)
        cluster = self._open_cluster("range")
        return [*await cluster.call(commands.RANGE, *bounds, consistency=chosen(allow_dirty, consistency))]

    async def range_entries(
        self,
        begin_key: bytes | None = None,
        begin_inclusive: bool = True,
        end_key: bytes | None = None,
        end_inclusive: bool = True,
        max_elements: int = -1,
        allow_dirty: bool = False,
        consistency: Consistency | None = None,
    ) -> list[tuple[bytes, bytes]]:
        """Return the keys of `range` with their values."""
        bounds = (begin_key, begin_inclusive, end_key, end_inclusive, max_elements)
        cluster = self._open_cluster("range_entries")
        return [*await cluster.call(commands.RANGE_ENTRIES, *bounds, consistency=chosen(allow_dirty, consistency))]

    async def rev_range_entries(
        self,
        begin_key: bytes | None = None,
        begin_inclusive: bool = True,
        end_key: bytes | None = None,
        end_inclusive: bool = True,
        max_elements: int = -1,
        allow_dirty: bool = False,
        consistency: Consistency | None = None,
    ) -> list[tuple[bytes, bytes]]:
        """Return the last `max_elements` entries between the bounds, descending: `begin_key` is the high bound."""
        bounds = (begin_key, begin_inclusive, end_key, end_inclusive, max_elements)
        cluster = self._open_cluster("rev_range_entries")
        return [*await cluster.call(commands.REV_RANGE_ENTRIES, *bounds, consistency=chosen(allow_dirty, consistency))]

    # Changes. All go to the master.

    async def set(self, key: bytes, value: bytes) -> None:
        """Write the value, whatever is there."""
        cluster = self._writing("set", value)
        await cluster.call(commands.SET, key, value, key=key)

    async def confirm(self, key: bytes, value: bytes) -> None:
        """Write the value unless it is there already, which then costs no update."""
        cluster = self._writing("confirm", value)
        await cluster.call(commands.CONFIRM, key, value, key=key)

    async def delete(self, key: bytes) -> None:
        """Delete the key.

        Raises:
            NotFound: there is no such key.
        """
        await self._open_cluster("delete").call(commands.DELETE, key, key=key)

    async def test_and_set(self, key: bytes, test_value: bytes | None, set_value: bytes | None) -> bytes | None:
        """Write `set_value` (None deletes) if the value is `test_value` (None: the key is not there).

        Returns the value before the call in any case, None if there was none: it was written if that is `test_value`.
        """
        cluster = self._writing("test_and_set", set_value)
        return await cluster.call(commands.TEST_AND_SET, key, test_value, set_value, key=key)

    async def replace(self, key: bytes, value: bytes | None) -> bytes | None:
        """Write the value (None deletes, if there is something) and return the one before, None if there was none."""
        cluster = self._writing("replace", value)
        return await cluster.call(commands.REPLACE, key, value, key=key)

    async def delete_prefix(self, prefix: bytes) -> int:
        """Delete all keys that begin with `prefix`, with b"" all keys there are, and return how many."""
        return await self._open_cluster("delete_prefix").call(commands.DELETE_PREFIX, prefix)

    async def sequence(self, steps: Sequence[Step] | Steps, sync: bool = False) -> None:
        """Do all the steps or none; with `sync` the nodes write it to disk before they answer.

        A `DeletePrefix` is an exception to all or none, see there (contract §5).

        Raises:
            NotFound: a key to delete is not there; the message names it.
            AssertionFailed: an assertion did not hold; the message names the key.
        """
        if not isinstance(sync, bool):
            raise InvalidInput(SYSTEM, "sequence", "sync: give True or False")
        command = commands.SYNCED_SEQUENCE if sync else commands.SEQUENCE
        await self._open_cluster("sequence").call(command, encode_sequence(steps))

    async def user_function(self, function: str, argument: bytes | None = None) -> bytes | None:
        """Run a function that the operators gave to the servers, and return its result.

        Raises:
            InvalidInput: there is no such function.
            NotFound: the function did not find a key.
            UserFunctionFailed: it failed; its changes were undone.
        """
        if not isinstance(function, str):
            raise InvalidInput(SYSTEM, "user_function", f"function: give text, not {type(function).__name__}")
        name = function.encode("utf-8", "surrogateescape")
        return await self._open_cluster("user_function").call(commands.USER_FUNCTION, name, argument)

    async def nop(self) -> None:
        """Change nothing, by way of all the nodes: afterwards dirty reads show what was written before."""
        await self._open_cluster("nop").call(commands.NOP)

    def _writing(self, operation: str, value: bytes | None) -> Cluster:
        cluster = self._open_cluster(operation)
        most = cluster.settings.max_value
        if isinstance(value, bytes) and len(value) >= most:
            message = f"value: it has {len(value):,} bytes, and fewer than {most:,} are taken"
            raise InvalidInput(SYSTEM, operation, message)
        return cluster

    # The cluster and its nodes.

    async def hello(self, client_id: str, cluster_id: str, node: str | None = None) -> str:
        """Return the server's greeting, such as `Arakoon 1.9.25`.

        Raises:
            UnknownFailure: the cluster's id is another.
        """
        names = (client_id.encode("utf-8", "surrogateescape"), cluster_id.encode("utf-8", "surrogateescape"))
        return _text(await self._open_cluster("hello").call(commands.HELLO, *names, node=node))

    async def who_master(self, node: str | None = None) -> str | None:
        """Return the name of the node that the node takes for the master, None if it knows of none.

        It may be out of date by a lease (contract §11).
        """
        name = await self._open_cluster("who_master").call(commands.WHO_MASTER, node=node)
        return None if name is None else _text(name)

    async def expect_progress_possible(self, node: str | None = None) -> bool:
        """Return whether enough nodes are in step that an update would go through."""
        return await self._open_cluster("expect_progress_possible").call(commands.EXPECT_PROGRESS_POSSIBLE, node=node)

    async def statistics(self, node: str | None = None) -> Statistics:
        """Return the node's counters since it began to count, which it does anew every few minutes.

        Values by name, groups nested (contract §7): times in seconds, `start` and `last` since 1970, sizes of values
        in bytes, of ranges in elements, `mem_*` in KiB. Older servers have fewer.
        """
        return decode_statistics(await self._open_cluster("statistics").call(commands.STATISTICS, node=node))

    async def version(self, node: str | None = None) -> tuple[int, int, int, str]:
        """Return the server's version: major, minor, patch, and lines about how it was built."""
        (major, minor), (patch, info) = await self._open_cluster("version").call(commands.VERSION_OF, node=node)
        return major, minor, patch, _text(info)

    async def get_current_state(self, node: str | None = None) -> str:
        """Return what the node is at, such as `Stable_master` or `Slave_steady_state` (contract §4)."""
        return _text(await self._open_cluster("get_current_state").call(commands.GET_CURRENT_STATE, node=node))

    async def get_tx_id(self, node: str | None = None) -> AtLeast:
        """Return the number of the last update that the node has applied, as what a later read may ask for.

        Raises:
            ProtocolError: it is none.
        """
        found = await self._open_cluster("get_tx_id").call(commands.GET_TX_ID, node=node)
        if not isinstance(found, AtLeast):
            raise malformed("the number of the last update is none")
        return found


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
