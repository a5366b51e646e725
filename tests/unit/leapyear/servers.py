"""Servers to ask: the bundled one, and the bridge with the stand-in package; and a plain HTTP client on them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from tests.unit.asker import Asker as PlainAsker
from tui.services.serving.clock import Clock
from tui.systems.leapyear.bridge.backend import VendorBackend
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.service import Service

STANDIN = Path(__file__).parent / "standin"
ROOT, ROOT_PASSWORD = "root", "root-password-1"
BRAM, BRAM_PASSWORD = "bram", "bram-password-1"


@dataclass
class Place:
    """A server of either kind, and the log-in of its administrator. `lowest`, `highest` are its levels of access."""

    kind: str
    service: Service[Any]
    lowest: str
    highest: str
    column_level: str
    secrets: list[str] = field(default_factory=lambda: [ROOT_PASSWORD, BRAM_PASSWORD])

    @property
    def url(self) -> str:
        return self.service.url

    @property
    def is_bridge(self) -> bool:
        return self.kind == "bridge"


def emulator(state: Path | str = ":memory:", *, clock: Clock | None = None, **options: Any) -> Emulator:
    """A bundled back end with one administrator; its jobs take no time unless its clock says so."""
    made = Emulator(state, clock=clock, password_cost=2**6, **options)
    if not made.database.number("SELECT count(*) FROM user"):
        made.users.add(ROOT, ROOT_PASSWORD, True)
        made.profiles.add("Custom profile 1", None, {"max_exposure_per_computation": 1.0, "minimum_dataset_size": 5})
        made.groups.add("analysts", None, [1])
        made.caches.fill(analysis=7, relations=3, metadata=4)
    if clock is None:
        made.jobs.queue_seconds = made.jobs.run_seconds = 0.0
    return made


@contextmanager
def bundled(port: int = 0, **options: Any) -> Iterator[Place]:
    """The bundled server."""
    with Service(emulator(**options), port=port, with_faults=True) as service:
        yield Place("server", service, "none", "administer", "precise")


def standin_environment(monkeypatch: pytest.MonkeyPatch, folder: Path, limit: str = "4.1.1") -> None:
    """Let processes that are started from now on find the stand-in package, over one state."""
    monkeypatch.setenv("PYTHONPATH", str(STANDIN))
    monkeypatch.setenv("LY_STANDIN_STATE", str(folder / "standin.json"))
    monkeypatch.setenv("LY_STANDIN_LIMIT", limit)


@contextmanager
def bridge(url: str = "https://ly-server:4401", **options: Any) -> Iterator[Place]:
    """The bridge; `standin_environment` comes first."""
    with Service(VendorBackend(url, sys.executable, **options)) as service:
        yield Place("bridge", service, "NOTHING_AT_ALL", "THE_KEYS", "OPEN")


class Asker(PlainAsker):
    """Sends requests to a server as the holder of a token."""

    def __init__(self, url: str, token: str = "") -> None:
        super().__init__(url + "/api/v1", token)

    @classmethod
    def of(cls, url: str, username: str = ROOT, password: str = ROOT_PASSWORD) -> Self:
        """One that has logged in."""
        with cls(url) as nobody:
            body = {"username": username, "password": password}
            return cls(url, nobody.done("POST", "/session", json=body)["token"])

    def refused(self, method: str, path: str, **keywords: Any) -> tuple[int, str]:
        """Send a request that must fail, and return status and code."""
        answer = self.failed(method, path, **keywords)
        body = answer.json()
        assert body["request_id"] == answer.headers["x-request-id"]
        return answer.status_code, body["errors"][0]["code"]
