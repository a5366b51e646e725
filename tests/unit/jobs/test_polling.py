"""Polling: less often while nothing changes, not at all when nothing runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tui.jobs.polling import Backoff, Poller
from tui.services.errors import NotAuthenticated, RateLimited, ServiceError, TimedOut, Unavailable

DOWN = Unavailable("leapyear", "jobs", "refused")


class Remote:
    """A remote system that gives these answers, one after another, and a clock that notes how long one waits."""

    def __init__(self, answers: Sequence[str | ServiceError]) -> None:
        self.answers = list(answers)
        self.waits: list[float] = []
        self.heard: list[str] = []
        self.errors: list[ServiceError] = []
        self.poller = Poller(
            self.poll,
            lambda answer: answer != "done",
            on_answer=self.heard.append,
            on_error=self.errors.append,
            backoff=Backoff(1, 2, 8),
            sleep=self.sleep,
        )

    async def poll(self) -> str:
        answer = self.answers.pop(0)
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


async def test_it_asks_less_often_until_something_changes_and_ends_when_nothing_runs() -> None:
    remote = Remote(["10%", "10%", "10%", "10%", "10%", "20%", "20%", "done"])
    assert await remote.poller.run() == "done"
    assert remote.waits == [1, 2, 4, 8, 8, 1, 2]
    assert remote.heard == ["10%", "20%", "done"] and remote.answers == []


async def test_a_system_that_is_away_is_asked_again_ever_less_often() -> None:
    remote = Remote([DOWN, TimedOut("l", "o", "slow"), RateLimited("l", "o", "easy", retry_after=60.0), "done"])
    assert await remote.poller.run() == "done"
    assert remote.waits == [1, 2, 60] and len(remote.errors) == 3


async def test_an_error_that_waiting_does_not_mend_ends_it() -> None:
    remote = Remote(["10%", NotAuthenticated("leapyear", "jobs", "expired")])
    with pytest.raises(NotAuthenticated):
        await remote.poller.run()
    assert len(remote.errors) == 1


async def test_waking_cuts_the_wait_short_and_begins_anew() -> None:
    remote = Remote(["10%", "10%", "10%", "10%", "done"])
    waiting = asyncio.Event()

    async def sleep(seconds: float) -> None:
        remote.waits.append(seconds)
        if len(remote.waits) == 3:
            waiting.set()
            await asyncio.Event().wait()

    poller = Poller(remote.poll, lambda answer: answer != "done", backoff=Backoff(1, 2, 8), sleep=sleep)
    running = asyncio.create_task(poller.run())
    await waiting.wait()
    poller.wake()
    assert await running == "done"
    assert remote.waits == [1, 2, 4, 1]


async def test_it_can_be_cancelled_and_leaves_nothing_running() -> None:
    remote = Remote(["10%"] * 3)
    polled = asyncio.Event()
    poller = Poller(remote.poll, lambda answer: True, on_answer=lambda answer: polled.set())
    running = asyncio.create_task(poller.run())
    await polled.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
