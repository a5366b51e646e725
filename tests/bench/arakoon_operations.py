"""Operations on an Arakoon node, and how each client does them: ours, the same without asyncio, and the plain ones."""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from tests.bench import arakoon_plain as plain
from tests.bench.arakoon_node import ALIKE, ENTRIES, MIXED, VALUE, Node
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.sync import Client

TASKS = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Operation:
    """What is measured: how each side does it to a key, the bytes that ask for it and how many answer.

    `count` is how often a turn does it. `answers` has the keys that it is done to.
    """

    name: str
    ours: Callable[[AsyncClient, bytes], Awaitable[Any]]
    sync: Callable[[Client, bytes], Any]
    plain: Callable[[plain.PlainClient, bytes], Any]
    request: Callable[[bytes], plain.Request]
    answers: Mapping[bytes, int]
    count: int


def _range(most: int, entries: Mapping[bytes, bytes], what: str, count: int) -> Operation:
    keys = sorted(entries)[:: len(entries) // 100][:50]
    return Operation(
        f"range_entries({most}){what}",
        lambda client, key: client.range_entries(key, max_elements=most),
        lambda client, key: client.range_entries(key, max_elements=most),
        lambda client, key: client.range_entries(key, most),
        lambda key: plain.range_entries_request(key, most),
        {key: _answer_size(key, most) for key in keys},
        count,
    )


def _answer_size(begin: bytes, most: int) -> int:
    at = bisect_left(ENTRIES, (begin, b""))
    return 8 + sum(8 + len(key) + len(value) for key, value in ENTRIES[at : at + most])


_SOME = sorted(ALIKE)[::50]
OPERATIONS = (
    Operation(
        "get",
        lambda client, key: client.get(key),
        lambda client, key: client.get(key),
        lambda client, key: client.get(key),
        plain.get_request,
        dict.fromkeys(_SOME, 8 + len(VALUE)),
        1200,
    ),
    Operation(
        "set",
        lambda client, key: client.set(key, VALUE),
        lambda client, key: client.set(key, VALUE),
        lambda client, key: client.set(key, VALUE),
        lambda key: plain.set_request(key, VALUE),
        dict.fromkeys(_SOME, 4),
        1200,
    ),
    _range(100, ALIKE, "", 400),
    _range(1000, ALIKE, "", 60),
    _range(1000, MIXED, " of values of 50 to 150 bytes", 60),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that one operation took: on the clock, and of the processor on our side and on the node's."""

    clock: float
    client: float
    node: float


class Sides:
    """Everybody who is connected to a node and does an operation there, each with a turn."""

    def __init__(self, node: Node, operation: Operation, stack: contextlib.ExitStack) -> None:
        self._node, self.operation = node, operation
        self._keys = cycle(operation.answers)
        self._runner = stack.enter_context(asyncio.Runner())
        self._ours = AsyncClient(node.uri)
        self._runner.run(self._ours.connect())
        stack.callback(lambda: self._runner.run(self._ours.close()))
        self._sync = stack.enter_context(Client(node.uri))
        self._plain = stack.enter_context(plain.PlainClient(node.port))
        self._fields = stack.enter_context(plain.FieldByFieldClient(node.port))
        self._bare = self._runner.run(plain.BareProtocol.connected(node.port))
        stack.callback(self._bare.transport.close)

    def check(self) -> None:
        """See that all get the same, for each key."""
        for key in self.operation.answers:
            answer = self.operation.plain(self._plain, key)
            assert self._runner.run(self._asked(key)) == answer
            assert self.operation.sync(self._sync, key) == answer
        key = next(iter(self.operation.answers))
        assert self.operation.plain(self._fields, key) == self.operation.plain(self._plain, key)

    def in_tasks(self, tasks: int) -> Taken:
        """Ours, by several tasks at the same time."""
        count = self.operation.count * min(tasks, 3) // tasks * tasks
        return self._taken(count, lambda keys: self._runner.run(self._together(keys, tasks)))

    def plainly(self) -> Taken:
        """The plain synchronous client."""
        return self._taken(self.operation.count, lambda keys: _each(self.operation.plain, self._plain, keys))

    def bare(self) -> Taken:
        """The event loop with nothing around it."""
        return self._taken(self.operation.count, lambda keys: self._runner.run(self._barely(keys)))

    def without_asyncio(self) -> Taken:
        """Our client without asyncio."""
        count = max(self.operation.count // 4, 1)
        return self._taken(count, lambda keys: _each(self.operation.sync, self._sync, keys))

    def by_fields(self, count: int) -> Taken:
        """One write per field."""
        return self._taken(count, lambda keys: _each(self.operation.plain, self._fields, keys))

    def _taken(self, count: int, work: Callable[[list[bytes]], object]) -> Taken:
        keys = [*islice(self._keys, count)]
        node, processor, clock = self._node.processor_seconds(), time.process_time(), time.perf_counter()
        work(keys)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        return Taken(clock / count, processor / count, (self._node.processor_seconds() - node) / count)

    async def _asked(self, key: bytes) -> Any:
        return await self.operation.ours(self._ours, key)

    async def _together(self, keys: list[bytes], tasks: int) -> None:
        async def work(keys: list[bytes]) -> None:
            ask, client = self.operation.ours, self._ours
            for key in keys:
                await ask(client, key)

        await asyncio.gather(*(work(keys[task::tasks]) for task in range(tasks)))

    async def _barely(self, keys: list[bytes]) -> None:
        request, answers, ask = self.operation.request, self.operation.answers, self._bare.ask
        for key in keys:
            await ask(b"".join(request(key)), answers[key])


def _each(operation: Callable[[Any, bytes], object], client: object, keys: Sequence[bytes]) -> None:
    for key in keys:
        operation(client, key)
