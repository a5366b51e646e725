"""Embedded servers of both generations, and clients of them in a home that nobody else has."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tui.services.serving.faults import Fault
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.service import EmbeddedTileDB

HTTP = httpx.Client(trust_env=False, verify=False)
"""Who asks the servers without any client of ours; closed when the tests are over."""
VARIABLES = ("TILEDB_REST_", "TILEDB_PROFILE_", "TILEDB_SSL_")


@dataclass(frozen=True)
class Place:
    """A server, and what opens it."""

    server: EmbeddedTileDB
    credentials: dict[str, str]

    @property
    def options(self) -> ServiceOptions:
        """The log-in of an owner, by token; waits are short, so that retries cost nothing."""
        token, workspace = SecretStr(self.credentials["token"]), self.credentials["workspace"]
        return ServiceOptions(self.server.url, token, workspace=workspace, backoff=0.001, timeout=10)

    @property
    def by_password(self) -> ServiceOptions:
        """The same owner's log-in by password."""
        secret = SecretStr(self.credentials["password"])
        return replace(self.options, token=None, username=self.credentials["username"], password=secret)

    def requests(self, times: int, *parts: str, side: str | None = "server") -> list[str]:
        """Return the requests that have all `parts` in them, as `METHOD path?query status`, once there are `times`.

        One is logged just after its answer was sent, so that the last may have to be waited for.
        """
        limit = time.monotonic() + 5
        while True:
            found = [line for line in self.server.state.log.lines(side) if all(part in line for part in parts)]
            if len(found) >= times or time.monotonic() > limit:
                return found
            time.sleep(0.001)

    def fault(self, kind: str, **parts: Any) -> Fault:
        return self.server.state.faults.add(kind, **parts)

    def client(self, **parts: Any) -> AsyncClient:
        return AsyncClient(options=replace(self.options, **parts))


@contextmanager
def serving(*, classic: bool = False, empty: bool = False, assets: int = 3, tasks: int = 40) -> Iterator[Place]:
    """Serve one generation with the sample."""
    with EmbeddedTileDB(classic=classic) as server:
        credentials = prepare(server, empty=empty, assets=assets, tasks=tasks)
        yield Place(server, credentials)


@pytest.fixture(scope="session", autouse=True)
def plain_http() -> Iterator[None]:
    """Close the connections of `HTTP` in the end."""
    yield
    HTTP.close()


def empty_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home in which TileDB's own tools left nothing, and an environment that says nothing of them."""
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(folder))
    for name in list(os.environ):
        if name.startswith(VARIABLES):
            monkeypatch.delenv(name)
    return folder


@pytest.fixture(autouse=True)
def vendor_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is empty."""
    return empty_home(tmp_path / "vendor-home", monkeypatch)


@pytest.fixture
def carrara() -> Iterator[Place]:
    """The current platform with the sample."""
    with serving() as place:
        yield place


@pytest.fixture
def classic() -> Iterator[Place]:
    """The classic cloud with the sample."""
    with serving(classic=True) as place:
        yield place


@pytest.fixture
async def client(carrara: Place) -> AsyncIterator[AsyncClient]:
    """An owner on the current platform."""
    async with carrara.client() as client:
        yield client


@pytest.fixture
async def old_client(classic: Place) -> AsyncIterator[AsyncClient]:
    """A user of the classic cloud."""
    async with classic.client() as client:
        yield client
