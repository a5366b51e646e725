"""Fifty LeapYear jobs of two users on screen, while their server, a process of its own, is killed twice."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.leapyear_program import ADMINISTRATOR, PASSWORD, Poll, ServerProgram
from tests.ui.leapyear_stage import at_databases, no_secrets_left
from tests.ui.ways import go
from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.systems.leapyear.follower import BACKOFF

MANY = 50
JOB_SECONDS = 300.0
"""How long each job runs: until the server's clock is set forward."""
LOOK = 0.15
"""Seconds between two looks at a screen full of jobs."""
RANKS = {"queued": 0, "running": 1, "succeeded": 2}


class Watched:
    """What the screen has shown of each job: its state must never go back."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._next = 0.0
        self.states: dict[str, str] = {}

    def all_are(self, state: str) -> bool:
        """Look at the screen, not more often than it changes: to read it takes its time."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + LOOK
        found = re.findall(r"(queued|running|succeeded)\s+table.create\s.*?sales / (t\d\d)", self._driver.text)
        shown = {name: state for state, name in found}
        for name, now in shown.items():
            before = self.states.get(name, "queued")
            assert RANKS[now] >= RANKS[before], f"{name} went from {before} back to {now}"
        self.states |= shown
        return len(shown) == MANY and set(shown.values()) == {state}


def begin_many(server: ServerProgram) -> None:
    """Let two users begin a job each in turn."""
    with server.asker() as admin:
        admin.done("POST", "/users", json={"username": BRAM, "password": BRAM_PASSWORD, "is_admin": True})
        admin.done("POST", "/databases", json={"name": "sales"})
        with server.asker(BRAM, BRAM_PASSWORD) as bram:
            for number in range(MANY):
                body = {"name": f"t{number:02d}", "credentials": "hdfs://lake/x.parq"}
                headers = {"prefer": "respond-async"}
                (admin, bram)[number % 2].done("POST", "/databases/sales/tables", json=body, headers=headers)


def pauses_grow(polls: Sequence[Poll]) -> bool:
    """Whether three polls in a row came with pauses as the back-off has them, none shorter than the one before."""
    gaps = [later.seconds - sooner.seconds for sooner, later in pairwise(polls)]
    return any(later >= 1.2 * sooner >= 1.2 * 0.9 * BACKOFF.start for sooner, later in pairwise(gaps))


async def test_fifty_jobs_of_two_users_outlive_the_kills_of_their_server(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with no_secrets_left(), ServerProgram(tmp_path, JOB_SECONDS) as server:
        os.environ["ARRAYDECK_WARD_PASSWORD"] = PASSWORD
        await asyncio.to_thread(begin_many, server)
        profile = Profile(
            name="ward", system="leapyear", uri=f"leapyear+{server.url}", options={"username": ADMINISTRATOR}
        )
        async with at_databases(start, deck, profile, (140, 60)) as driver:
            await go(driver, "remote-jobs", "table.create")
            watched = Watched(driver)
            await driver.until(lambda: watched.all_are("running"), "all running")
            assert {ADMINISTRATOR, BRAM} <= set(driver.text.split())

            await asyncio.to_thread(server.kill)
            await driver.press("r")
            await driver.until(lambda: "● online" not in driver.lines[0], "the header says that it is away")
            await driver.until(lambda: watched.all_are("running"), "what was known stays on the screen")
            before = len(server.lists_of_jobs())
            await asyncio.to_thread(server.start)
            await driver.until(lambda: "● online" in driver.lines[0], "the header says that it is back")
            await driver.until(lambda: watched.all_are("running"), "the jobs are picked up again")
            # Nothing changes now: the server itself counts that it is asked ever less often.
            await driver.until(lambda: pauses_grow(server.lists_of_jobs()[before:]), "growing pauses between polls")

            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start, 2 * JOB_SECONDS)
            await driver.until(lambda: watched.all_are("succeeded"), "all succeeded")
            assert len(watched.states) == MANY
            follower = (await deck.connection("ward").service()).follower
            await driver.until(lambda: not follower.is_following, "the end of following")
            looks = server.looks_at_jobs()
            # Far fewer than one for each job and second.
            assert len(looks) <= MANY, [poll.path for poll in looks]
            # Nothing runs any more: the list is shown anew without a word to the server.
            assert driver.app.current is not None
            listing = driver.app.current.listing
            last = listing.state.refreshed
            await driver.until(lambda: listing.state.refreshed != last, "a refresh")
            assert len(server.looks_at_jobs()) == len(looks)
