"""Sessions to a scripted server, and what is asked of it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.unit.scripted_server import ScriptedServer
from tui.services.errors import (
    ServiceError,
)
from tui.services.http.session import HttpSession
from tui.services.http.settings import HttpSettings

MARKER = "marker-secret-3141"


class Thing(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    size: int = 0


def session_to(server: ScriptedServer, auth: Any = None, refine: Any = None, **settings: Any) -> HttpSession:
    known: dict[str, Any] = {"backoff": 0.001, "deadline": 5.0, "silence": 5.0, **settings}
    return HttpSession(HttpSettings("toy", server.uri, **known), auth=auth, refine=refine)


async def failure_of(session: HttpSession, method: str = "GET", **keywords: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await session.ask(method, "/thing", "look", Thing, **keywords)
    return caught.value
