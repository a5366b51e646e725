"""An app of everything that is hard to write to a terminal: wide and combined characters, links, layers, scrolling."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from tests.unit.display.both_ways import BothWays

WORDS = ("plain", "漢字かな", "e\u0301te\u0301", "👩😀", "x̂ŷ hats", "한국어", "░▒▓█", "", "a b  c   d", "→ │ ●")
STYLES = ("", "bold", "dim italic", "underline", "reverse", "strike red", "on blue", "bold green on #223344", "blink")


class Question(ModalScreen[None]):
    """A dialog whose border cuts through wide characters."""

    CSS = "Question { align: center middle; } Question Label { width: 31; height: 5; border: round red; }"
    BINDINGS = [Binding("escape", "app.pop_screen", "close")]

    def compose(self) -> ComposeResult:
        yield Label("これは質問です " * 4)


class Patchwork(BothWays):
    """Lines to scroll, a box that floats over them, a field to type into, and a dialog."""

    CSS = """
    Screen { layers: below above; }
    #lines { width: 2fr; } #more { width: 1fr; background: $panel; }
    #box { layer: above; width: 13; height: 3; background: darkgreen; offset: 3 2; }
    Input { dock: bottom; }
    """
    BINDINGS = [
        Binding("f1", "push", "dialog", priority=True),
        Binding("f2", "drift", "move the box", priority=True),
        Binding("f3", "turn", "change a line", priority=True),
        Binding("f4", "scroll(1)", "down", priority=True),
        Binding("f5", "scroll(-3)", "up", priority=True),
        Binding("f6", "hide", "hide the box", priority=True),
        Binding("f7", "theme", "other colours", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self.turns = 0
        self.watch_both()

    def compose(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll(id="lines"):
                for number in range(60):
                    yield Static(self._line(number), id=f"line{number}")
            yield Static(Text("\n".join(WORDS * 5)), id="more")
        yield Static("浮動 box", id="box")
        yield Input(placeholder="type here")

    def _line(self, number: int) -> Text:
        text = Text(f"{number:03} ")
        for step in range(5):
            pick = number * 7 + step * 3 + self.turns
            text.append(WORDS[pick % len(WORDS)], STYLES[(pick + step) % len(STYLES)])
            text.append(" " * (pick % 4))
        text.append("link", Style(link=f"https://example.org/{number % 3}"))
        return text

    def action_push(self) -> None:
        if not isinstance(self.screen, Question):
            self.push_screen(Question())

    def action_drift(self) -> None:
        self.turns += 1
        for box in self.screen_stack[0].query("#box"):
            box.styles.offset = (self.turns * 5 % 30, self.turns * 3 % 9)

    def action_hide(self) -> None:
        for box in self.screen_stack[0].query("#box"):
            box.display = not box.display

    def action_turn(self) -> None:
        self.turns += 1
        for number in (1, 2, 5):
            self.screen_stack[0].query_one(f"#line{number}", Static).update(self._line(number))

    def action_scroll(self, lines: int) -> None:
        self.screen_stack[0].query_one("#lines").scroll_relative(y=lines, animate=False)

    def action_theme(self) -> None:
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"
