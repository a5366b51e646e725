"""A server that does as it is told, and a session to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.http.sessions import session_to
from tests.unit.scripted_server import ScriptedServer
from tui.services.http.session import HttpSession


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as started:
        yield started


@pytest.fixture
async def session(server: ScriptedServer) -> AsyncIterator[HttpSession]:
    made = session_to(server)
    yield made
    await made.close()
