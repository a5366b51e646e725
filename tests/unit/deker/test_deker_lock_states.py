"""Whether the process that a lock names still runs, as Linux and as other systems tell it."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tui.systems.deker.locks import process_state


@pytest.fixture(params=["linux", "darwin"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "platform", request.param)
    return request.param


def test_a_process_that_runs_is_alive_and_one_that_ended_is_stale(platform: str) -> None:
    assert process_state(os.getpid(), time.time()) == "alive"
    ended = subprocess.Popen((sys.executable, "-c", ""))
    ended.wait()
    assert process_state(ended.pid, time.time()) == "stale"


def test_a_number_that_no_process_can_have_is_stale(platform: str) -> None:
    assert process_state(2**40, time.time()) == "stale"


def test_another_process_of_the_same_number_is_not_the_one_that_locked() -> None:
    assert process_state(os.getpid(), time.time() - 365 * 86400) == "stale"
