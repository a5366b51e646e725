"""How much may be on its way, and when a line is slow: by a clock that the test moves."""

from __future__ import annotations

from tui.display.pace import ASK_FROM, PATIENCE, Pace


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Line:
    """A line of a rate and a delay, and a pace that learns it."""

    def __init__(self, rate: float, delay: float) -> None:
        self.clock = Clock()
        self.pace = Pace(self.clock)
        self.rate, self.delay = rate, delay
        self.pace.ask_first()
        self.clock.now += delay
        assert self.pace.answered()

    def send(self, count: int) -> None:
        """Send bytes, and have the question behind them answered."""
        self.pace.wrote(count)
        if self.pace.should_ask():
            self.clock.now += self.delay + count / self.rate
            assert self.pace.answered()


def test_a_quick_line_is_never_held_up_and_never_called_slow() -> None:
    line = Line(10e6, 0.15)
    for _ in range(100):
        line.send(4_000)
        assert line.pace.may_write()
    assert not line.pace.is_slow


def test_a_slow_line_is_found_out() -> None:
    line = Line(32_000, 0.15)
    for _ in range(10):
        line.send(5_000)
    assert line.pace.is_slow


def test_a_machine_that_slept_makes_no_slow_line() -> None:
    line = Line(10e6, 0.01)
    line.pace.wrote(3_000)
    assert line.pace.should_ask()
    line.clock.now += PATIENCE - 0.1
    assert line.pace.answered()
    for _ in range(20):
        line.send(3_000)
    assert not line.pace.is_slow


def test_more_than_the_window_waits_for_an_answer() -> None:
    line = Line(32_000, 0.05)
    line.pace.wrote(20_000)
    assert line.pace.should_ask() and not line.pace.may_write() and not line.pace.should_ask()
    line.clock.now += 0.7
    assert line.pace.answered() and line.pace.may_write()


def test_the_window_grows_when_it_held_up_a_quick_line_and_shrinks_on_a_slow_one() -> None:
    def room(line: Line) -> int:
        """Return how much may be on its way before a frame is held up."""
        count = 0
        while line.pace.may_write():
            line.pace.wrote(1_000)
            count += 1_000
        assert line.pace.should_ask() or line.pace.is_asking
        line.clock.now += line.delay + count / line.rate
        assert line.pace.answered()
        return count

    quick, slow = Line(10e6, 0.15), Line(32_000, 0.15)
    rooms = [room(quick) for _ in range(5)]
    assert rooms == sorted(rooms) and rooms[-1] > 4 * rooms[0]
    rooms = [room(slow) for _ in range(5)]
    assert rooms[-1] < rooms[0] / 2


def test_little_asks_nothing() -> None:
    line = Line(32_000, 0.05)
    line.pace.wrote(ASK_FROM - 1)
    assert not line.pace.should_ask() and not line.pace.answered(), "an answer nobody asked for is somebody else's"


def test_a_terminal_that_never_answers_is_asked_no_more() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.ask_first()
    pace.wrote(50_000)
    assert not pace.may_write()
    clock.now += PATIENCE + 0.1
    assert pace.may_write() and not pace.should_ask() and not pace.answers


def test_a_lost_answer_is_not_waited_for_for_ever() -> None:
    line = Line(32_000, 0.05)
    line.pace.wrote(20_000)
    assert line.pace.should_ask() and not line.pace.may_write()
    line.clock.now += PATIENCE + 0.1
    assert line.pace.may_write() and line.pace.answers
