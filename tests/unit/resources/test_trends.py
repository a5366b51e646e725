"""How numbers moved, from samples."""

from __future__ import annotations

from tui.jobs.samples import Sample
from tui.resources.trends import DAY, POINTS, Trend, trends

NOW = 1_800_000_000.0
HOUR = 3600


def sample(hours_ago: float, **numbers: float) -> Sample:
    return Sample(int(NOW - hours_ago * HOUR), 0.01, numbers)


def test_a_change_is_told_since_yesterday() -> None:
    found = trends([sample(70, keys=1), sample(25, keys=10), sample(2, keys=20), sample(0, keys=22)], NOW)
    assert (found["keys"].change, found["keys"].words) == (12, "since yesterday")
    assert found["keys"].values == (1, 10, 20, 22)


def test_without_a_sample_of_yesterday_the_oldest_of_an_hour_counts() -> None:
    found = trends([sample(5, keys=10), sample(0, keys=8)], NOW)
    assert (found["keys"].change, found["keys"].words) == (-2, "in 5 h")
    assert trends([sample(0.5, keys=10), sample(0, keys=8)], NOW) == {}


def test_after_a_pause_the_last_sample_before_it_counts() -> None:
    assert trends([sample(24 * 6, keys=10), sample(0, keys=8)], NOW)["keys"].words == "in 6 d"


def test_what_did_not_move_has_no_trend() -> None:
    assert trends([sample(30, keys=3), sample(0, keys=3)], NOW) == {}
    assert trends([], NOW) == {}


def test_a_number_that_is_told_no_more_has_no_trend() -> None:
    assert "down" not in trends([sample(30, keys=3, down=1), sample(0, keys=4)], NOW)


def test_many_samples_become_few_points() -> None:
    many = [sample(hours / 6, keys=1000 - hours) for hours in range(1000, -1, -1)]
    trend = trends(many, NOW)["keys"]
    assert isinstance(trend, Trend)
    assert POINTS - 1 <= len(trend.values) <= POINTS + 1
    assert trend.values[-1] == 1000
    assert trend.seconds >= DAY
