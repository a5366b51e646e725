"""A read-only profile: whatever keys are pressed, the service is asked for not one change."""

from __future__ import annotations

from pathlib import Path

from tests.ui.arraylake_stage import OCEAN, at_orgs, catalogue, changes, profile_of
from tests.ui.conftest import Start
from tests.ui.test_hasty_keys import LIST_KEYS, still_answers, type_hastily
from tests.ui.ways import go
from tui.resources.deck import Deck

CHANGING = ("n", "N", "I", "e", "t", "D", "ctrl+d", "delete")
READING = ("O", "E", "P", "L", "i", "K")
FINISHING = ("ctrl+s", "tab", "enter", "escape", "escape")
PLACES = {"repos": f"repos {OCEAN}", "buckets": f"buckets {OCEAN}", "policies": f"policies {OCEAN}"}
PLACES["chunks"] = f"chunks {OCEAN} waves-hycom"


async def test_no_key_of_a_read_only_profile_changes_anything(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(60) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path, read_only=True), (80, 24)) as driver:
            await driver.sees("read-only", "kestrel-ocean")
            for seed, (name, place) in enumerate(PLACES.items()):
                await go(driver, place, f"› {name}")
                for key in CHANGING:
                    await driver.press(key, "ctrl+s")
                await go(driver, place, f"› {name}")
                await type_hastily(driver, (*LIST_KEYS, *CHANGING, *READING, *FINISHING), seed, 40)
                await still_answers(driver)
        assert len(service.state.log.entries("catalogue")) > 10 and changes(service) == []
