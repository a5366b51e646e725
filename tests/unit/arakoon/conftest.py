"""Embedded nodes and clients on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.unit.arakoon.contract_examples import CLUSTER, PROLOGUE
from tests.unit.arakoon.raw import Raw
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import Access, FunctionError
from tui.systems.arakoon.node.server import NodeServer


def _echo(data: Access, argument: bytes | None) -> bytes | None:
    return argument


def _boom(data: Access, argument: bytes | None) -> bytes | None:
    data.set(b"half done", b"1")
    raise RuntimeError("boom")


def _missing(data: Access, argument: bytes | None) -> bytes | None:
    raise KeyError("k")


def _own_code(data: Access, argument: bytes | None) -> bytes | None:
    raise FunctionError(0x1234, "mine")


FUNCTIONS = {"echo": _echo, "boom": _boom, "missing": _missing, "own_code": _own_code}


@pytest.fixture
async def solo() -> AsyncIterator[EmbeddedCluster]:
    """The one node of the contract's examples."""
    async with EmbeddedCluster(CLUSTER.decode(), name="solo", functions=FUNCTIONS) as cluster:
        yield cluster


@pytest.fixture
def node(solo: EmbeddedCluster) -> NodeServer:
    """Its server."""
    return solo.nodes["solo"]


@pytest.fixture
async def raw(node: NodeServer) -> AsyncIterator[Raw]:
    """A plain connection to it."""
    made = await Raw.open(node.address, PROLOGUE)
    yield made
    await made.close()


@pytest.fixture
async def client(solo: EmbeddedCluster) -> AsyncIterator[AsyncClient]:
    """A client of it."""
    async with AsyncClient(solo.settings()) as made:
        yield made


@pytest.fixture
async def trio() -> AsyncIterator[EmbeddedCluster]:
    """Three nodes with a short lease: 0.6 s, an election 0.08 s behind its end."""
    async with EmbeddedCluster("trio", size=3, lease=0.6, functions=FUNCTIONS) as cluster:
        yield cluster


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No test leaves a task behind: neither the client nor the node forgets one."""
    before = asyncio.all_tasks()
    yield
    for _ in range(50):
        left = {task for task in asyncio.all_tasks() - before if task is not asyncio.current_task()}
        if not left:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"left behind: {left}")
