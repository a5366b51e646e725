"""Our client on an embedded service: with a key, or with a log-in in a token file of the test's own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.options import ServiceOptions
from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService

NOWHERE = Path("/nonexistent/token.json")
KEYS = {"method": "hmac", "access_key_id": "AKIDLAB", "secret_access_key": "lab-secret"}


@asynccontextmanager
async def client_of(
    service: EmbeddedService, token: str | None = API_KEY, token_file: Path = NOWHERE, **options: Any
) -> AsyncGenerator[AsyncClient]:
    """Open a client that waits for nothing longer than it must."""
    known: dict[str, Any] = {"timeout": 10.0, "backoff": 0.001, "ca_file": service.authority, **options}
    key = SecretStr(token) if token is not None else None
    made = ServiceOptions(service.uri, token_file, key, **known)
    async with AsyncClient(options=made) as client:
        yield client


def log_in(service: EmbeddedService, path: Path) -> dict[str, Any]:
    """Write the log-in of the administrator as the vendor's tools do, and return its tokens."""
    person = service.state.accounts.people()[0]
    assert person.email == ADMINISTRATOR
    tokens = service.state.logins.start(person.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tokens))
    path.chmod(0o600)
    return tokens


async def make_bucket(client: AsyncClient, service: EmbeddedService, nickname: str = "main", org: str = "lab") -> None:
    """Configure a bucket that is in the service's own object store."""
    place = {"endpoint_url": service.state.object_uri, "use_ssl": False, "force_path_style": True}
    await client.create_bucket_config(
        org=org,
        nickname=nickname,
        uri=f"s3://{org}-{nickname}/arrays",
        extra_config={**place, "region_name": "us-east-1"},
        auth_config=KEYS,
    )


def asked(service: EmbeddedService, method: str = "", side: str = "catalogue") -> list[str]:
    """Return `METHOD path` of each request so far, of one method if it is given."""
    entries = service.state.log.entries(side)
    return [f"{entry.method} {entry.path}" for entry in entries if entry.method.startswith(method)]


async def once(holds: Callable[[], bool]) -> None:
    """Wait until something holds that another thread is about to bring about."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)
