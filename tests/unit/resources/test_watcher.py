"""The refresh loop: never two at once, slower after errors, nothing while nobody looks."""

from __future__ import annotations

import asyncio

from tui.resources.watcher import Watcher
from tui.services.errors import Unavailable


class Clock:
    """Sleeps that end when they are told to, and remember how long they were meant to be."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._waiting: list[asyncio.Future[None]] = []

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    async def ring(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        await settle()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_it_refreshes_at_once_and_then_at_its_rate() -> None:
    clock, calls = Clock(), 0

    async def refresh() -> None:
        nonlocal calls
        calls += 1

    watcher = Watcher(refresh, 5.0, clock.sleep)
    watcher.resume()
    await settle()
    assert calls == 1 and 4.5 < clock.asked[0] < 5.5
    await clock.ring()
    assert calls == 2
    watcher.pause()
    await clock.ring()
    assert calls == 2 and not watcher.is_running


async def test_errors_make_it_slower_and_success_makes_it_normal_again() -> None:
    clock, fails = Clock(), True

    async def refresh() -> None:
        if fails:
            raise Unavailable("x", "y", "z")

    watcher = Watcher(refresh, 5.0, clock.sleep)
    watcher.resume()
    for _ in range(6):
        await settle()
        await clock.ring()
    assert [round(seconds / 10) for seconds in clock.asked[:3]] == [1, 2, 4]
    assert max(clock.asked) < 66
    fails = False
    await clock.ring()
    await clock.ring()
    assert clock.asked[-1] < 5.5
    watcher.pause()


async def test_a_slow_refresh_is_never_overlapped() -> None:
    clock, running, most, gate = Clock(), 0, 0, asyncio.Event()

    async def refresh() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await gate.wait()
        running -= 1

    watcher = Watcher(refresh, 1.0, clock.sleep)
    watcher.resume()
    await settle()
    watcher.now()
    watcher.now()
    await settle()
    gate.set()
    await settle()
    assert most == 1
    watcher.pause()


async def test_without_an_interval_it_refreshes_when_asked() -> None:
    calls = 0

    async def refresh() -> None:
        nonlocal calls
        calls += 1

    watcher = Watcher(refresh, 0)
    watcher.resume()
    await settle()
    assert calls == 1
    watcher.now()
    await settle()
    assert calls == 2
    watcher.pause()
