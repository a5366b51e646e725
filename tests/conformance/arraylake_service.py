"""The embedded service as the conformance tests use it: where it is, who asks, and somebody who approves log-ins."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.conformance.environments import Child
from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY
from tui.systems.arraylake.server import prepare
from tui.systems.arraylake.service_side.service import EmbeddedService
from tui.systems.arraylake.service_side.state import State

ORG = "lab"
HMAC = {"method": "hmac", "access_key_id": "AKIDLAB", "secret_access_key": "lab-secret"}
ROLE = {"method": "aws_customer_managed_role", "external_customer_id": "1", "external_role_name": "arraylake"}


@dataclass
class Real:
    """The real package on a service. `where` says how it gets in: with an API key unless it is changed."""

    child: Child
    service: EmbeddedService
    where: dict[str, Any]

    @property
    def state(self) -> State:
        return self.service.state

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Return what one of the child's operations returns."""
        return self.child.ask(operation, where=self.where, **arguments)

    def call(self, method: str, **keywords: Any) -> Any:
        """Return what a method of the real client returns."""
        return self.ask("call", method=method, **keywords)

    def failure(self, method: str, **keywords: Any) -> dict[str, Any]:
        """Return what a method of the real client raises."""
        return self.ask("failure", method=method, **keywords)

    def bucket(self, nickname: str = "main", auth: dict[str, Any] | None = None, **extra: Any) -> dict[str, Any]:
        """Let the real client make a bucket config that is in the embedded object store."""
        place = {"endpoint_url": self.state.object_uri, "use_ssl": False, "force_path_style": True}
        return self.call(
            "create_bucket_config",
            org=ORG,
            nickname=nickname,
            uri=f"s3://lab-{nickname}/arrays",
            extra_config={**place, "region_name": "us-east-1", **extra},
            auth_config=auth or HMAC,
        )

    def lines(self, side: str | None = "catalogue") -> list[str]:
        """Return the requests to a side, or to all, since the last time, without their queries."""
        lines = [f"{one.method} {one.path} {one.status}" for one in self.state.log.entries(side)]
        self.state.log.clear()
        return lines


@contextlib.contextmanager
def real_on_a_service(child: Child) -> Iterator[Real]:
    """Yield the real package on a new service with one organisation and nothing in it."""
    with EmbeddedService() as service:
        prepare(service, empty=True, repositories=0)
        child.ask("remove_token")
        yield Real(child, service, {"uri": service.uri, "token": API_KEY})
        child.ask("remove_token")


@contextlib.contextmanager
def approving(service: EmbeddedService, *, allow: bool = True, polls: int = 0) -> Iterator[None]:
    """Decide the next log-in as its person would, after so many polls of the client."""
    ended = threading.Event()
    failures: list[str] = []

    def decide() -> None:
        until = time.monotonic() + 60
        while not ended.is_set() and time.monotonic() < until:
            waiting = service.state.logins.waiting()
            asked = [line for line in service.state.log.lines("identity") if "/oauth/token" in line]
            if waiting and len(asked) >= polls:
                if not service.state.logins.decide(waiting[0].user_code, ADMINISTRATOR if allow else None):
                    failures.append("there was no log-in to decide")
                return
            ended.wait(0.01)
        failures.append("nobody asked to be logged in")

    thread = threading.Thread(target=decide)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert failures == []
