"""FindScreen: one search over all profiles and lists; what is found comes as it is found, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Label

from tui.resources.finding.finder import Finder
from tui.resources.finding.fit import Fit
from tui.resources.finding.hits import COLUMNS, Hit
from tui.resources.finding.standing import bound_words, progress_words, silent_words
from tui.services.printable import printable
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine
from tui.widgets.line_input import LineInput
from tui.widgets.live_table import LiveTable
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import ArraydeckApp

PAUSE = 0.2
"""Seconds without a key after which the stores are asked: nobody wants the answers for half a word."""
PAINTED = 0.1
"""Seconds between two paintings of what comes."""
GUIDE = (
    "type a part of a name, of an attribute, or how a key begins\n\n"
    "all lists of all profiles are looked through, names before attributes;\n"
    "several words must all be there, and a few letters in their order do, too"
)
KEYS = (("enter", "open there"), ("↑ ↓", "choose"), ("ctrl+u", "clear"), ("esc", "back"))


class FindScreen(Screen[Hit | None]):
    """Returns the hit to go to, None to stay. What runs is cancelled when another text is typed, and at the end."""

    DEFAULT_CSS = """
    FindScreen #sought { height: 1; }
    FindScreen #sought Label { width: auto; }
    FindScreen LiveTable { height: 1fr; }
    FindScreen #words { height: 1fr; display: none; padding: 1 2; }
    FindScreen #silent, FindScreen #bounds { height: auto; max-height: 2; display: none; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="find.back", priority=True),
        Binding("enter", "open", "open", id="find.open", priority=True),
        Binding("down,ctrl+n", "move(1)", "down", id="find.down", show=False, priority=True),
        Binding("up", "move(-1)", "up", id="find.up", show=False, priority=True),
        Binding("pagedown", "page(1)", "page down", id="find.page_down", show=False, priority=True),
        Binding("pageup", "page(-1)", "page up", id="find.page_up", show=False, priority=True),
        Binding("tab", "move(1)", "down", show=False, priority=True),
    ]

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self._ahead = ""
        """What was typed before there was a line to type into."""
        self._finder: Finder | None = None
        self._asking: Timer | None = None
        self._painting: Timer | None = None
        self._clock: Timer | None = None
        self._has_moved = False
        self._opens_first = False
        """Whether enter was pressed before there was anything to open."""

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with Horizontal(id="sought"):
            yield Label(" find: ", markup=False)
            yield LineInput(id="line", placeholder="anything, anywhere")
        yield Words(GUIDE, id="words", markup=False)
        yield LiveTable(id="table")
        yield Words("", id="silent", markup=False)
        yield Words("", id="bounds", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        if not self._is_there:
            return
        deck = self.app.deck
        self._finder = Finder(deck, deck.all_profiles(), self._changed, recent=frozenset(self.app.visited()))
        self._table.can_focus = False  # what is typed always goes into the line
        self._table.show(self._finder.hits, COLUMNS)
        self.query_one(KeyLine).show_own(KEYS, "find.", help=False)
        self._paint()
        line = self.query_one(LineInput)
        self.set_focus(line)
        if self._ahead:
            line.value = self._ahead
            line.cursor_position = len(self._ahead)

    async def on_unmount(self) -> None:
        if self._finder is not None:
            await self._finder.close()

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the line is there: it is no key of this screen, nor of the app's."""
        if event.is_printable and event.character and self.focused is None:
            event.stop()
            self._ahead += event.character

    @property
    def _is_there(self) -> bool:
        """Whether there is something to paint on: who leaves at once takes all away before it was begun with."""
        return bool(self.query("#table")) and bool(self.query("#line"))

    @property
    def _table(self) -> LiveTable:
        return self.query_one(LiveTable)

    # Searching

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._opens_first = False
        if self._finder is not None:
            self._finder.stop()
        if self._asking is not None:
            self._asking.stop()
        self._asking = self.set_timer(PAUSE, self._ask)
        self._paint()

    def _ask(self) -> None:
        self._asking = None
        if self._finder is not None and self._is_there:
            self._has_moved = False
            self._finder.begin(self.query_one(LineInput).value)
            self._table.show(self._finder.hits, COLUMNS)
            if self._clock is None:
                # Those that have not answered yet become silent without anything having come.
                self._clock = self.set_interval(0.5, self._tick)

    def _changed(self, hits: list[Hit]) -> None:
        """Paint what came, soon; all that comes until then is painted with it."""
        if self._painting is None and self.is_mounted:
            self._painting = self.set_timer(PAINTED, self._paint)

    def _tick(self) -> None:
        self._paint()
        if self._clock is not None and self._finder is not None and not self._finder.is_searching:
            self._clock.stop()
            self._clock = None

    def _paint(self) -> None:
        self._painting = None
        finder = self._finder
        if finder is None or not self._is_there:
            return
        hits = finder.hits
        if self._table.source is hits:
            self._table.rows_reset(hits[0].id if len(hits) and not self._has_moved else None)
        sought, asked = self.query_one(LineInput).value.strip(), self._asking is None
        over = asked and bool(finder.standings) and not finder.is_searching
        progress = progress_words(finder.standings, hits.found, len(hits)) if asked and finder.standings else ""
        self.query_one(HeaderLine).show(
            Part("find anything", "title", 9),
            Part(progress or ("searching" if sought else ""), "muted" if over else "accent", 8, right=True, cut=True),
        )
        words = GUIDE if not sought else "" if len(hits) or not over else _nothing_words(sought)
        self._say("#words", words)
        self._table.display = not words
        self._say("#silent", silent_words(finder.standings) if sought else "")
        self._say("#bounds", bound_words(finder.standings) if over else "")
        if self._opens_first and len(hits) and (over or hits[0].rank[:2] == (0, Fit.EXACT)):
            self.dismiss(hits[0])

    def _say(self, where: str, words: str) -> None:
        """Show words in their place, or give the place to the rows."""
        place = self.query_one(where, Words)
        if str(place.content) != words or place.display != bool(words):
            place.update(words)
            place.display = bool(words)

    # Choosing

    def action_move(self, by: int) -> None:
        self._has_moved = True
        self._table.action_move(by)

    def action_page(self, direction: int) -> None:
        self._has_moved = True
        self._table.action_page(direction)

    def action_open(self) -> None:
        finder = self._finder
        if finder is None or self._asking is not None or not len(finder.hits):
            self._opens_first = True
        elif self.is_current:
            self.dismiss(finder.hits[min(self._table.cursor_index, len(finder.hits) - 1)])

    @on(LiveTable.Opened)
    def _opened(self, event: LiveTable.Opened) -> None:
        event.stop()
        self.action_open()

    def action_leave(self) -> None:
        if self.is_current:
            self.dismiss(None)


def _nothing_words(sought: str) -> str:
    words = f"nothing is called {printable(sought, 60)!r}, says so, or begins so"
    return f"{words}\n\nfewer letters find more; keys are found by how they begin"
