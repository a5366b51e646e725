"""A list of repositories on bad days of its service: it keeps what it had, says why, and comes back by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ui.arraylake_stage import OCEAN, at_orgs, catalogue, profile_of
from tests.ui.conftest import Start, start
from tests.ui.ways import go
from tui.resources.deck import Deck
from tui.systems.arraylake.resources.repo_resource import Repos
from tui.systems.arraylake.service_side.service import EmbeddedService

__all__ = ["start"]
LISTING = f"/orgs/{OCEAN}/repos"
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "429": ({"kind": "status", "status": 429, "retry_after": 1}, "injected"),
    "500": ({"kind": "status", "status": 500}, "500"),
    "503": ({"kind": "status", "status": 503}, "503"),
    "dropped": ({"kind": "drop"}, ""),
    "cut": ({"kind": "cut"}, ""),
    "slow": ({"kind": "slow", "seconds": 3.0}, ""),
    "garbage": ({"kind": "garbage"}, ""),
    "schema": ({"kind": "schema"}, ""),
    "empty": ({"kind": "empty"}, ""),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are refreshed often, so that a test need not wait for it."""
    monkeypatch.setattr(Repos, "refresh", 0.3)


@pytest.mark.parametrize("name", FAULTS)
async def test_the_last_good_list_stays_with_the_reason_and_recovers(
    start: Start, deck: Deck, tmp_path: Path, name: str
) -> None:
    fields, words = FAULTS[name]
    with catalogue(15) as service:
        profile = profile_of(service, tmp_path, options={"timeout": 1.0})
        async with at_orgs(start, deck, profile, (140, 30)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo", "currents-nemo")
            fault = service.state.faults.add(path=f"{LISTING}.*", times=-1, **fields)
            await driver.sees("stale since", "waves-nemo", "currents-nemo")
            frame = driver.app.current
            assert fault.hits >= 1 and frame is not None
            await driver.until(lambda: words in str(frame.listing.state.error), "the service's own words")
            service.state.faults.clear()
            await driver.misses("stale since")
            await driver.sees("● online", "waves-nemo", "currents-nemo")


def _expired(service: EmbeddedService) -> None:
    service.state.logins.expire_tokens()


def _revoked(service: EmbeddedService) -> None:
    service.state.logins.revoke()


async def test_a_token_that_has_expired_is_renewed_without_a_word(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(15) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 30)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            before = (tmp_path / "token.json").read_text()
            service.state.logins.expire_tokens()
            await driver.until(lambda: (tmp_path / "token.json").read_text() != before, "a new token")
            service.state.log.clear()
            await driver.until(lambda: [entry for entry in service.state.log.entries() if entry.status == 200])
            await driver.sees("● online", "waves-nemo")
            assert "stale" not in driver.text


@pytest.mark.parametrize("end", [_revoked, _expired])
async def test_a_log_in_that_cannot_be_renewed_is_said_and_another_one_is_taken_up(
    start: Start, deck: Deck, tmp_path: Path, end: Callable[[EmbeddedService], None]
) -> None:
    with catalogue(15) as service:
        profile = profile_of(service, tmp_path, options={"timeout": 1.0})
        async with at_orgs(start, deck, profile, (80, 24)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            if end is _expired:
                service.down("identity")
            end(service)
            await driver.sees("stale since", "waves-nemo")
            if end is _expired:
                service.up("identity")
            else:
                # By the vendor's own tool, say, or another arraydeck.
                profile_of(service, tmp_path)
            await driver.misses("stale since")
            await driver.sees("waves-nemo", "● online")


async def test_a_service_that_is_down_leaves_the_list_and_an_opening_that_failed_begins_anew(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with catalogue(15) as service:
        profile = profile_of(service, tmp_path, options={"timeout": 1.0})
        async with at_orgs(start, deck, profile, (80, 24)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            service.down("catalogue")
            await driver.sees("stale since", "waves-nemo", "currents-nemo")
            await go(driver, "repos kestrel-radar", "offline", "cannot be")
            service.up("catalogue")
            await driver.sees("reflectivity-odim")
            await driver.misses("offline", "cannot be", "there are no repositories")
