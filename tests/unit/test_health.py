"""Health: the states of a service, its latencies, when to try again, and the words for it."""

from __future__ import annotations

import pytest

from tui.services.errors import NotAuthenticated, ProtocolError, RateLimited, ServiceError, TimedOut, Unavailable
from tui.services.health import KEPT, LONGEST_DELAY, Health, State

REFUSED = Unavailable("arakoon", "probe", "refused")
LATE = TimedOut("arakoon", "probe", "no answer in 5 s")
EXPIRED = NotAuthenticated("arraylake", "probe", "expired")


class Clock:
    """A clock that goes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def health(clock: Clock) -> Health:
    return Health(clock, lambda: 0.5)


def test_it_begins_by_connecting_and_an_answer_makes_it_online(health: Health) -> None:
    assert (health.state, health.words, health.percentile(0.5)) == (State.CONNECTING, "connecting", None)
    health.record(0.012)
    assert (health.state, health.words) == (State.ONLINE, "online 12 ms")
    health.record(0.0002)
    assert health.words == "online under 1 ms"


@pytest.mark.parametrize(
    ("errors", "state"),
    [
        ([REFUSED], State.OFFLINE),
        ([LATE], State.DEGRADED),
        ([LATE, LATE], State.OFFLINE),
        ([RateLimited("a", "b", "slower")] * 3, State.DEGRADED),
        ([ProtocolError("a", "b", "garbage")], State.DEGRADED),
        ([EXPIRED], State.UNAUTHENTICATED),
        ([EXPIRED, REFUSED], State.OFFLINE),
    ],
)
def test_what_an_error_makes_of_it_and_an_answer_mends_it(
    health: Health, errors: list[ServiceError], state: State
) -> None:
    health.record(0.01)
    for error in errors:
        health.fail(error)
    assert health.state is state and health.error is errors[-1]
    health.record(0.01)
    assert health.state is State.ONLINE and health.error is None and health.delay == 0


def test_one_that_never_answered_is_offline(health: Health) -> None:
    health.fail(LATE)
    assert health.state is State.OFFLINE


def test_slow_answers_degrade_it(health: Health) -> None:
    for _ in range(5):
        health.record(2.0)
    assert (health.state, health.words) == (State.DEGRADED, "degraded 2000 ms")
    for _ in range(5):
        health.record(0.1)
    assert health.state is State.ONLINE


def test_it_is_tried_again_ever_later_and_counts_down(health: Health, clock: Clock) -> None:
    delays: list[float] = []
    for _ in range(10):
        health.fail(REFUSED)
        delays.append(health.delay)
    assert delays == [1, 2, 4, 8, 16, 32, *[LONGEST_DELAY] * 4]
    assert health.words == "offline, retry in 60 s"
    clock.now += 52.5
    assert health.words == "offline, retry in 8 s"
    clock.now += 52.5
    assert (health.delay, health.words) == (0, "offline, retrying")


def test_weeks_of_failures_do_no_harm(health: Health) -> None:
    for _ in range(5000):
        health.fail(REFUSED)
    assert health.delay == LONGEST_DELAY


def test_the_delay_is_spread_and_follows_what_the_service_asks_for(clock: Clock) -> None:
    soonest, latest = Health(clock, lambda: 0.0), Health(clock, lambda: 1.0)
    for health in (soonest, latest):
        health.fail(REFUSED)
    assert soonest.delay < 1 < latest.delay
    soonest.fail(RateLimited("a", "b", "slower", retry_after=300.0))
    assert soonest.delay == 300


def test_a_log_in_is_not_retried_by_itself(health: Health) -> None:
    health.fail(EXPIRED)
    assert (health.retry_at, health.words) == (None, "unauthenticated")


def test_the_last_latencies_are_kept_and_ranked(health: Health) -> None:
    for number in range(KEPT + 100):
        health.record(number / 1000)
    assert len(health.latencies) == KEPT and health.latencies[0] == 0.1
    assert health.percentile(0) == 0.1 and health.percentile(1) == 0.219
    assert health.percentile(0.5) == pytest.approx(0.16)


def test_listeners_hear_changes_and_one_that_fails_harms_nobody(health: Health) -> None:
    heard: list[State] = []

    def fail() -> None:
        raise RuntimeError("a listener")

    health.listeners.extend((fail, lambda: heard.append(health.state)))
    health.record(0.01)
    health.record(0.02)
    health.fail(REFUSED)
    assert heard == [State.ONLINE, State.OFFLINE]
