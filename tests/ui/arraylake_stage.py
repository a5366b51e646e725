"""A catalogue for the tests of screens, command lines and faults: an embedded service, and a profile on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.unit.arraylake.clients import log_in
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.services.serving.request_log import LoggedRequest
from tui.systems.arraylake.server import prepare
from tui.systems.arraylake.service_side.service import EmbeddedService

SIZES = [(80, 24), (140, 40)]
OCEAN = "kestrel-ocean"


@contextmanager
def catalogue(repositories: int = 60) -> Iterator[EmbeddedService]:
    """Run a service with the sample: five organisations that share so many repositories."""
    with EmbeddedService() as service:
        prepare(service, empty=False, repositories=repositories)
        yield service


def profile_of(service: EmbeddedService, folder: Path, *, logged_in: bool = True, **fields: Any) -> Profile:
    """Return a profile on all organisations, with a log-in in `folder` unless it shall have none."""
    path = folder / "token.json"
    if logged_in:
        log_in(service, path)
    options = {"ca_file": str(service.authority), "token_file": str(path), **fields.pop("options", {})}
    uri = f"arraylake://@{service.uri.partition('://')[2]}"
    return Profile(**{"name": "lab", "system": "arraylake", "uri": uri, "options": options, **fields})


def changes(service: EmbeddedService) -> list[LoggedRequest]:
    """Return the requests that asked for a change so far."""
    return service.state.log.changing()


def repository(service: EmbeddedService, name: str, org: str = OCEAN) -> dict[str, Any] | None:
    """Return a repository as the service holds it, whatever way the screen believes it to be."""
    found = [row for row in service.state.repositories.listed(org) if row["name"] == name]
    return dict(found[0]) if found else None


@asynccontextmanager
async def at_orgs(start: Start, deck: Deck, profile: Profile, size: tuple[int, int]) -> AsyncIterator[Driver]:
    """Start the dashboard on a profile, at its organisations."""
    deck.add_temporary(profile)
    async with start(size) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("orgs")
        yield driver
