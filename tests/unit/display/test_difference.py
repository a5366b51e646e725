"""What is written for a change, and what is written when it is unknown what the terminal shows."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.unit.display.terminal import Terminal
from tui.display.cells import Unpaintable
from tui.display.difference import SYNC_BEGIN, SYNC_END, Difference

SIZE = (20, 10)
DARK = Style(bgcolor="#101010")


def screen(*lines: str, style: Style | None = None) -> LayoutUpdate:
    """Return an update of the whole screen."""
    texts = [*lines, *[""] * (SIZE[1] - len(lines))]
    strips = [[Strip([Segment(text, style)]).adjust_cell_length(SIZE[0], style)] for text in texts]
    return LayoutUpdate(strips, Region(0, 0, *SIZE))


def written(difference: Difference, update: LayoutUpdate, **options: bool) -> str:
    difference.paint(update, SIZE)
    return difference.write(**options)


def shown(*texts: str) -> list[str]:
    terminal = Terminal(*SIZE)
    for text in texts:
        terminal.feed(text)
    return [line.rstrip() for line in terminal.text.split("\n")]


def test_one_cell_takes_few_bytes_and_nothing_takes_none() -> None:
    difference = Difference()
    written(difference, screen("value 1", "other"))
    assert written(difference, screen("value 2", "other")) == "\x1b[1;7H2"
    assert written(difference, screen("value 2", "other")) == ""


def test_what_moves_is_moved_by_the_terminal() -> None:
    difference = Difference()
    lines = [f"{number:05} {number * 7919 % 99_991:05} {number * 104_729 % 9_973:05}" for number in range(30)]
    first = written(difference, screen("title", *lines[:8], "end"))
    down = written(difference, screen("title", *lines[1:9], "end"))
    up = written(difference, screen("title", *lines[:8], "end"))
    assert len(down) < 70 and len(up) < 70 and "\x1b[2;9r" in down and "\x1b[2;9r" in up
    assert shown(first, down) == ["title", *lines[1:9], "end"]
    assert shown(first, down, up) == ["title", *lines[:8], "end"]


def test_frames_that_were_not_written_are_merged() -> None:
    difference = Difference()
    first = written(difference, screen("a" * 20, "b" * 20))
    for letter in "cdefg":
        difference.paint(screen(letter * 20, "b" * 20), SIZE)
    last = difference.write()
    assert last.count("c") == 0 and shown(first, last)[:2] == ["g" * 20, "b" * 20]


def test_forgotten_everything_is_written_again() -> None:
    difference = Difference()
    written(difference, screen("one", "two"))
    difference.forget()
    assert shown(difference.write())[:3] == ["one", "two", ""]


def test_control_codes_pass_and_their_place_is_left_alone_until_it_is_painted() -> None:
    difference = Difference()
    written(difference, screen("one", "two"))
    picture = LayoutUpdate(
        [[Strip([Segment("\x1b_Gpicture\x1b\\", None, []), Segment("x" * 20)], 20)]], Region(0, 0, 20, 1)
    )
    with pytest.raises(Unpaintable):
        difference.paint(picture, SIZE)
    assert difference.step_aside(picture).startswith("\x1b[m")
    assert difference.write() == "", "nothing is written over the picture"
    text = written(difference, screen("one", "two"))
    assert "one" in text and "two" not in text


@pytest.mark.parametrize("text", ["a\x07b", "tab\there", "\x1b[2J", "c1\x9bH"])
def test_no_control_code_is_taken_for_a_character(text: str) -> None:
    with pytest.raises(Unpaintable):
        Difference().paint(screen(text), SIZE)


def test_erasing_is_left_out_where_the_terminal_does_not_fill_with_colour() -> None:
    for erases in (True, False):
        difference = Difference(erases_in_colour=erases)
        written(difference, screen("x" * 20, style=DARK))
        assert ("\x1b[K" in written(difference, screen("y", style=DARK))) is erases
    difference = Difference(erases_in_colour=False)
    written(difference, screen("x" * 20))
    assert "\x1b[K" in written(difference, screen("y")), "without a colour every terminal does"


def test_after_what_may_be_any_width_the_place_is_told_anew() -> None:
    difference = Difference()
    text = written(difference, screen("a❤️b"))
    assert "❤️\x1b[1;4Hb" in text


def test_only_long_frames_are_held_together() -> None:
    difference = Difference()
    long = [chr(97 + number) * 20 * 3 for number in range(10)]
    style = Style(color="#123456")
    strips = [[Strip([Segment(c, style if i % 2 else DARK) for i, c in enumerate(line[:20])], 20)] for line in long]
    text = written(difference, LayoutUpdate(strips, Region(0, 0, *SIZE)), sync=True)
    assert text.startswith(SYNC_BEGIN) and text.endswith(SYNC_END)
    assert SYNC_BEGIN not in written(difference, screen("x"), sync=False)


def test_a_resize_makes_all_unknown() -> None:
    difference = Difference()
    written(difference, screen("one"))
    difference.resize(*SIZE)
    assert "one" in written(difference, screen("one"))
