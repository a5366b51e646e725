"""A cluster in a thread of the test's process, and a look at every command that reaches its nodes."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import Access, Function
from tui.systems.arakoon.node.store import all_entries
from tui.systems.arakoon.server import fill
from tui.systems.arakoon.settings import NodeAddress
from tui.systems.arakoon.wire.commands import COMMANDS, Command, read_prologue
from tui.systems.arakoon.wire.reader import Incomplete, Reader
from tui.systems.arakoon.wire.steps import DeletePrefix, Nop, Sequence, Set

T = TypeVar("T")
LEASE = 1.0


def _count(data: Access, argument: bytes | None) -> bytes | None:
    key = argument or b"calls"
    made = int(data.get(key) or b"0") + 1
    data.set(key, b"%d" % made)
    return b"%d" % made


def _fail(data: Access, argument: bytes | None) -> bytes | None:
    raise RuntimeError("boom")


FUNCTIONS: Mapping[str, Function] = {"count": _count, "fail": _fail}


class Running:
    """A cluster that serves until it is stopped. Each of its nodes is reached by way of one that listens in."""

    def __init__(
        self,
        name: str,
        size: int = 1,
        entries: Mapping[bytes, bytes] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Take what it is called, how many nodes it has and what it holds. With TLS nobody can listen in."""
        self.name = name
        self._context = context
        self.seen: list[tuple[str, Command[Any], tuple[Any, ...]]] = []
        self._size = size
        self._entries = dict(entries or {})
        self._ports: dict[str, int] = {}
        self._listeners: dict[str, asyncio.Server] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready, self._stop = threading.Event(), asyncio.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name=f"cluster {name}")
        self._loop: asyncio.AbstractEventLoop | None = None
        self.cluster: EmbeddedCluster | None = None

    def __enter__(self) -> Running:
        self._thread.start()
        assert self._ready.wait(30)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(self, *_: object) -> None:
        self.do(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        try:
            self._loop = asyncio.get_running_loop()
            self.cluster = cluster = EmbeddedCluster(
                self.name, self._size, name=self.name, lease=LEASE, functions=FUNCTIONS, context=self._context
            )
            fill(cluster, self._entries)
            await cluster.start()
            for name, node in cluster.nodes.items():
                self._ports[name] = node.port
                if self._context is None:
                    self._listeners[name] = await self._listen(name, node.address)
        except BaseException as error:
            self._failed = error
            raise
        finally:
            self._ready.set()
        await self._stop.wait()
        for listener in self._listeners.values():
            listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await cluster.stop()

    async def _listen(self, name: str, node: NodeAddress) -> asyncio.Server:
        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            try:
                upstream, downstream = await asyncio.open_connection(node.hosts[0], node.port)
                answers = asyncio.create_task(_copy(upstream, writer))
                try:
                    await self._copy_and_read(name, reader, downstream)
                finally:
                    answers.cancel()
                    downstream.close()
            except OSError:
                return
            finally:
                writer.close()

        server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
        self._ports[name] = server.sockets[0].getsockname()[1]
        return server

    async def _copy_and_read(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing, is_new = Reader(), True

        def command(words: Reader) -> tuple[Command[Any], tuple[Any, ...]]:
            found = COMMANDS[words.u32() & 0xFFFF]
            return found, found.read_arguments(words)

        while data := await reader.read(2**18):
            passing.feed(data)
            try:
                if is_new:
                    passing.take(read_prologue)
                    is_new = False
                while passing.unread:
                    self.seen.append((name, *passing.take(command)))
            except Incomplete:
                pass
            writer.write(data)
            await writer.drain()

    def kill(self, name: str) -> None:
        """End a node as if its process were killed; nobody listens at its address then."""
        assert self.cluster is not None
        cluster, listener = self.cluster, self._listeners[name]

        async def end() -> None:
            listener.close()
            await cluster.kill(name)

        self.do_async(end)

    def do(self, work: Callable[[], T]) -> T:
        """Do something in the cluster's own thread."""

        async def run() -> T:
            return work()

        return self.do_async(run)

    def do_async(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something that takes its time on the cluster's own loop, and wait for it."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    @property
    def ports(self) -> dict[str, int]:
        """Where its nodes are reached, on this machine."""
        return dict(self._ports)

    @property
    def uri(self) -> str:
        """Its address."""
        nodes = ",".join(f"{name}=127.0.0.1:{port}" for name, port in self._ports.items())
        return f"arakoon://{nodes}/{self.name}"

    @property
    def master(self) -> str:
        """The name of the master; waits for one."""
        assert self.cluster is not None
        cluster = self.cluster
        for _ in range(500):
            name = self.do(lambda: cluster.master.member.name if cluster.master is not None else None)
            if name is not None:
                return name
            threading.Event().wait(0.02)
        raise AssertionError("the cluster has no master")

    @property
    def slave(self) -> str:
        """The name of a node that is none."""
        master = self.master
        return next(name for name in self._ports if name != master)

    def entries(self) -> dict[bytes, bytes]:
        """Return all that the master has."""
        name = self.master
        assert self.cluster is not None
        store = self.cluster.nodes[name].member.store
        return self.do(lambda: dict(all_entries(store)))

    def become(self, entries: Mapping[bytes, bytes]) -> None:
        """Make these all the entries of all nodes, and forget what was asked so far."""
        assert self.cluster is not None
        member = self.cluster.nodes[self.master].member

        def change() -> None:
            member.consensus.commit(member, DeletePrefix(b""))
            member.consensus.commit(member, Sequence(tuple(Set(key, value) for key, value in entries.items())))
            # The other nodes apply it when they hear of the next update.
            member.consensus.commit(member, Nop())
            member.consensus.settle(member)

        self.do(change)
        self.seen.clear()

    def asked(self) -> set[str]:
        """Return the names of the commands that came since `become`."""
        return {command.name for _, command, _ in self.seen}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(2**18):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
