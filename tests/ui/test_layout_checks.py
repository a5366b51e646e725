"""Each check of a screen's widget tree finds the defect it is for, and passes a screen without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from tests.ui import layout_checks
from tui.resources.columns import Column, Row
from tui.widgets.column_layout import place
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine
from tui.widgets.live_table import GUTTER, LiveTable

Check = Callable[[Screen[object]], Iterator[str]]


class Toy(App[None]):
    """An app of one screen with given widgets."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit", "quit"), Binding("question_mark", "bell", "help")]

    def __init__(self, css: str, *widgets: Widget) -> None:
        type(self).CSS = css
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self._widgets


class Lamp(Static, can_focus=True):
    """Has a key that nothing answers to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "burn", "burn")]


class Torch(Lamp):
    """Has the function, too."""

    def action_burn(self) -> None:
        self.update("burning")


def keys(*pairs: tuple[str, str]) -> KeyLine:
    line = KeyLine()
    line.show(pairs)
    return line


class Crude(HeaderLine):
    """Cuts its text where the line ends."""

    def render_line(self, y: int) -> Strip:
        return Strip([Segment("x" * 50)]).crop(0, self.size.width)


class Thick(KeyLine):
    """Takes two lines whatever it says."""

    def _take_room(self) -> None:
        self.styles.height = 2


class Rows(list[Row]):
    """Rows that are all there."""

    def row(self, index: int) -> Row:
        return self[index]

    def index_of(self, key: str) -> int | None:
        return None

    def want(self, first: int, last: int) -> None:
        pass


class Stingy(LiveTable):
    """Gives no column more than it asks for, and never brings one back."""

    def _place(self) -> None:
        if self._wanted:
            self._placed = place(self.columns, self._wanted, self._width - GUTTER, (0,))


def table(kind: type[LiveTable], *columns: Column) -> LiveTable:
    made = kind()
    texts = ("t" * 20, "on")
    made.call_later(lambda: made.show(Rows([Row("1", texts[: len(columns)])]), columns))
    return made


def heading(text: str) -> HeaderLine:
    line = HeaderLine()
    line.show(Part(text))
    return line


DIALOG = "Vertical { height: auto; max-height: 100%; } #fields { height: auto; } Label { height: 3; }"


def dialog(kind: type[Vertical] | type[VerticalScroll]) -> Widget:
    """A dialog of twelve fields over a button; only one whose fields scroll fits."""
    return Vertical(kind(*(Label(str(number)) for number in range(12)), id="fields"), Button("OK", compact=True))


def low_button() -> Widget:
    """A button below nine lines. It is off: what has the keyboard is scrolled to by itself."""
    labels = (Label(str(number)) for number in range(9))
    return VerticalScroll(*labels, Button("OK", compact=True, disabled=True), can_focus=False)


DEFECTS: list[tuple[Check, str, list[Widget], str, list[Widget]]] = [
    (
        layout_checks.overlaps,
        "#b { offset: 0 -1; } Label { width: 20; }",
        [Label("one", id="a"), Label("two", id="b")],
        "Label { width: 20; }",
        [Label("one", id="a"), Label("two", id="b")],
    ),
    (layout_checks.outside, "Label { width: 60; }", [Label("x")], "Label { width: 40; }", [Label("x")]),
    (
        layout_checks.outside,
        DIALOG,
        [dialog(Vertical)],
        DIALOG.replace("#fields { height: auto; }", "#fields { max-height: 8; }"),
        [dialog(VerticalScroll)],
    ),
    (
        layout_checks.outside,
        "VerticalScroll { height: 4; }",
        [low_button()],
        "",
        [low_button()],
    ),
    (
        layout_checks.cut_texts,
        "Label { width: 20; height: 1; }",
        [Label("a sentence of more than one line")],
        "Label { width: 20; height: 2; }",
        [Label("a sentence of more than one line")],
    ),
    (
        layout_checks.cut_texts,
        "Button { width: 6; min-width: 0; }",
        [Button("Annihilate", compact=True)],
        "",
        [Button("Annihilate", compact=True)],
    ),
    (layout_checks.cut_texts, "", [Crude()], "", [heading("x" * 50)]),
    (layout_checks.cut_texts, "", [Thick()], "", [keys(("q", "quit"))]),
    (
        layout_checks.wasted_width,
        "",
        [table(Stingy, Column("name", width=5))],
        "",
        [table(LiveTable, Column("name", width=5))],
    ),
    (
        layout_checks.wasted_width,
        "",
        [table(Stingy, Column("name"), Column("state"))],
        "",
        [table(LiveTable, Column("name"), Column("state"))],
    ),
    (layout_checks.dead_keys, "", [keys(("z", "nothing"))], "", [keys(("q", "quit"))]),
    (layout_checks.missing_actions, "", [Lamp("lamp")], "", [Torch("torch")]),
    (layout_checks.lost_focus, "Horizontal { height: 0; }", [Horizontal(Input())], "", [Horizontal(Input())]),
]


@pytest.mark.parametrize("number", range(len(DEFECTS)))
async def test_a_check_finds_its_defect_and_nothing_else(number: int) -> None:
    check, bad_style, bad, good_style, good = DEFECTS[number]
    for style, widgets, is_bad in ((bad_style, bad, True), (good_style, good, False)):
        app = Toy(style, *widgets)
        async with app.run_test(size=(40, 12)) as pilot:
            await pilot.pause()
            found = [*check(app.screen)]
            assert bool(found) is is_bad, found
            if not is_bad:
                assert layout_checks.problems(app.screen) == []


@pytest.mark.parametrize(
    ("words", "is_whole"),
    [
        ("", False),
        ("none", False),
        ("there are no boxes here", False),
        ("there are no boxes here\n\nn adds one", True),
        ("nothing matches /x\n\nesc clears the filter", True),
        ("Unavailable: it is gone\n\nretry in 8 s, or r now", True),
        ("no check was made yet; :collections, then I", True),
    ],
)
def test_an_empty_place_has_a_sentence_and_a_next_step(words: str, is_whole: bool) -> None:
    assert (not [*layout_checks.no_way_on(words, "here")]) is is_whole


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("esc", ["escape"]),
        ("^d", ["ctrl+d"]),
        ("0-9", ["0", "9"]),
        ("↑ ↓", ["up", "down"]),
        ("n/N", ["n", "N"]),
        ("/", ["slash"]),
        ("ctrl+u", ["ctrl+u"]),
        ("enter", ["enter"]),
    ],
)
def test_keys_are_read_as_they_are_written(written: str, names: list[str]) -> None:
    assert layout_checks.keys_written(written) == names
