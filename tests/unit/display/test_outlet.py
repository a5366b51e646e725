"""The output thread: whoever writes is never held up, order is kept, and a terminal that is gone takes everything."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from tui.display.outlet import Outlet

LOTS = "x" * 200_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)


def drain(reading: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += os.read(reading, 65_536)
    return data


def test_a_full_line_holds_nobody_up_and_nothing_is_lost(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    drained = threading.Event()
    outlet = Outlet(writing, "utf-8", drained.set)
    assert outlet.is_idle
    outlet.start()
    for _ in range(100):
        outlet.write(LOTS)
    outlet.write("é the end")
    assert not outlet.is_idle and not drained.is_set()
    data = drain(reading, 100 * len(LOTS) + 10)
    assert data.endswith("xé the end".encode())
    assert drained.wait(10) and outlet.is_idle
    outlet.stop()
    os.close(reading)


def test_bounded_it_lets_writers_wait_as_textual_does(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing, "utf-8", lambda: None)
    outlet.start()
    outlet.bound()
    done = threading.Event()

    def fill() -> None:
        for _ in range(100):
            outlet.write(LOTS)
        done.set()

    threading.Thread(target=fill, daemon=True).start()
    assert not done.wait(0.2)
    drain(reading, 100 * len(LOTS))
    assert done.wait(10)
    outlet.stop()
    os.close(reading)


def test_a_terminal_that_is_gone_is_no_error(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(reading)
    outlet = Outlet(writing, "utf-8", lambda: None)
    outlet.start()
    for _ in range(100):
        outlet.write(LOTS)
    outlet.stop()
    assert not outlet.is_alive()
