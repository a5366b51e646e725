"""HomeScreen: a card a profile, live. The first thing that is seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.timer import Timer

from tui.resources.overview import Overview
from tui.resources.types import Scope
from tui.screens.home_words import card_content, total_parts
from tui.widgets.event_lines import EventLines
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine
from tui.widgets.profile_card import CardGrid, ProfileCard
from tui.widgets.prompt import Prompt
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.config.profiles import Profile

CARD_WIDTH, CARD_HEIGHT = 38, 7
EVENTS_SHOWN = 100
EVENTS_EVERY = 5
"""Seconds between two looks at what other arraydecks wrote down; what happens here is shown at once."""
SHORT = 30
"""Rows below which only the newest event is shown, and the cards go without a margin."""
KEYS = (
    ("enter", "open"),
    ("arrows", "choose"),
    (":", "go"),
    ("e", "events"),
    ("p", "profiles"),
    ("J", "jobs"),
    ("A", "journal"),
    ("r", "refresh"),
    ("T", "theme"),
    ("q", "quit"),
)


class HomeScreen(Screen[None]):
    """Cards side by side, each filled as its own store answers. Nothing is asked while another screen is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l", "open", "open", id="home.open"),
        Binding("right,tab,space", "step(1)", "next card", id="home.next"),
        Binding("left,h,shift+tab", "step(-1)", "card before", id="home.before"),
        Binding("down,j", "row(1)", "card below", id="home.down"),
        Binding("up,k", "row(-1)", "card above", id="home.up"),
        Binding("g,home", "end(0)", "first card", id="home.first", show=False),
        Binding("G,end", "end(-1)", "last card", id="home.last", show=False),
        Binding("r", "refresh", "refresh", id="home.refresh"),
        Binding("e", "events", "recent events", id="home.events"),
        Binding("n", "add", "add a profile", id="home.add"),
    ]

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self._overviews: dict[str, Overview] = {}
        self._last_chosen = ""
        self._watching = False
        self._clock: Timer | None = None
        self._ticks = 0

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with VerticalScroll(id="cards", can_focus=False):
            yield CardGrid(min_column_width=CARD_WIDTH, stretch_height=False, id="grid")
        yield Words("", id="nothing", markup=False)
        yield EventLines(id="events")
        yield Prompt(id="prompt")
        yield KeyLine(id="keys")

    async def on_mount(self) -> None:
        self.app.deck.events.listeners.append(self._happened)
        self.app.deck.sampler.told.append(self.app.say)
        await self._lay_out()

    def on_unmount(self) -> None:
        self.app.deck.events.listeners.remove(self._happened)
        self.app.deck.sampler.told.remove(self.app.say)
        self.rest()

    def keys_changed(self) -> None:
        """Show the keys as they are from now on."""
        for line in self.query(KeyLine):
            line.show_own(KEYS)

    def on_resize(self) -> None:
        self.set_class(self.size.height < SHORT, "-short")
        self._size_events()

    async def on_screen_resume(self) -> None:
        self.keys_changed()
        await self._lay_out()
        self.call_after_refresh(self.wake)

    def on_screen_suspend(self) -> None:
        self.rest()

    def wake(self) -> None:
        """Ask the stores, once what is there was painted."""
        if self.is_current:
            self._watching = True
            self._clock = self._clock or self.set_interval(1.0, self._tick)
            self._read_events()
            for overview in self._overviews.values():
                overview.resume()

    @property
    def is_watching(self) -> bool:
        """Whether the stores are asked for signs of life."""
        return self._watching

    def rest(self) -> None:
        """Ask nobody: nobody looks."""
        self._watching = False
        if self._clock is not None:
            self._clock.stop()
            self._clock = None
        for overview in self._overviews.values():
            overview.pause()

    def _tick(self) -> None:
        """Let the wait of those that are being tried again be seen to shrink, and see what others did."""
        self._ticks += 1
        if self._ticks % EVENTS_EVERY == 0:
            self._read_events()
        for card in self.query(ProfileCard):
            overview = self._overviews.get(card.profile_name)
            if overview is not None and overview.standing.problem is not None:
                card.show(card_content(overview))

    async def _lay_out(self) -> None:
        """Have a card for each profile there is, and keep those that are right."""
        profiles = {profile.name: profile for profile in self.app.deck.all_profiles()}
        grid = self.query_one(CardGrid)
        for card in self.query(ProfileCard):
            overview = self._overviews.get(card.profile_name)
            if overview is None or profiles.get(card.profile_name) != overview.profile:
                self._drop(card.profile_name)
                await card.remove()
        there = {card.profile_name for card in self.query(ProfileCard)}
        fresh = [profile for name, profile in profiles.items() if name not in there]
        for profile in fresh:
            self._overviews[profile.name] = self._overview(profile)
        await grid.mount_all([self._card_of(profile) for profile in fresh])
        order = {name: at for at, name in enumerate(profiles)}
        grid.sort_children(key=lambda card: order.get(getattr(card, "profile_name", ""), 0))
        self._update_header()
        self._size_events()
        nothing = self.query_one("#nothing", Words)
        nothing.display = not profiles
        self.query_one("#cards").display = bool(profiles)
        nothing.update(f"there are no profiles yet\n\n{self.app.key_of('home.add', 'n')} adds one")
        if self._card() is None and profiles:
            self.set_focus(self.query(ProfileCard).first())

    def _card_of(self, profile: Profile) -> ProfileCard:
        return ProfileCard(card_content(self._overviews[profile.name]), profile.name)

    def _drop(self, name: str) -> None:
        overview = self._overviews.pop(name, None)
        if overview is not None:
            overview.pause()

    def _overview(self, profile: Profile) -> Overview:
        def changed() -> None:
            for card in self.query(ProfileCard):
                if card.profile_name == profile.name and profile.name in self._overviews:
                    card.show(card_content(self._overviews[profile.name]))
            self._update_header()

        return Overview(self.app.deck, profile, changed)

    def _update_header(self) -> None:
        if not self.query(HeaderLine):  # a store may still answer while the program ends
            return
        deck = self.app.deck
        running, failed = len(deck.runner.current()), deck.events.failed_jobs
        self.query_one(HeaderLine).show(*total_parts(self._overviews.values(), running, failed))

    # Events

    def _happened(self) -> None:
        """Show what has just happened, if anybody looks; who comes back later sees it then."""
        if self._watching:
            self._read_events()
            self._update_header()

    @work(exclusive=True, group="events")
    async def _read_events(self) -> None:
        found = await self.app.deck.events.recent(EVENTS_SHOWN)
        for pane in self.query(EventLines):
            pane.show(found)

    def _size_events(self) -> None:
        """Give the events what the cards leave, a line at least, and a few where there is room or they are chosen."""
        width, height = self.size
        columns = max((width - 2) // (CARD_WIDTH + 1), 1)
        # Without a profile there is a sentence in the place of one card.
        left = height - max(math.ceil(len(self._overviews) / columns), 1) * CARD_HEIGHT - 4
        for pane in self.query(EventLines):
            least = 8 if pane.has_focus else 1 if height < SHORT else height // 5
            pane.styles.height = max(min(least, height - 4), left)

    def action_events(self) -> None:
        """Go to the events."""
        self.set_focus(self.query_one(EventLines))

    @on(EventLines.Left)
    def _to_cards(self) -> None:
        cards = {card.profile_name: card for card in self.query(ProfileCard)}
        if cards:
            self.set_focus(cards.get(self._last_chosen) or next(iter(cards.values())))

    @on(EventLines.Opened)
    def _open_event(self, opened: EventLines.Opened) -> None:
        event, own = opened.event, self.app.deck.own
        if event.list:
            self.app.show_list(own, own.system.types[event.list], Scope(), cursor=event.item)
        else:
            self.app.open_profile(event.profile)

    # Moving and opening

    @property
    def chosen_profile(self) -> str:
        """The profile of the card that was chosen last, which a place without a profile means here."""
        return self._last_chosen

    def _card(self) -> ProfileCard | None:
        return self.focused if isinstance(self.focused, ProfileCard) else None

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, ProfileCard):
            self._last_chosen = event.widget.profile_name
        self._size_events()

    def action_step(self, by: int) -> None:
        cards = [*self.query(ProfileCard)]
        current = self._card()
        if cards:
            at = cards.index(current) + by if current in cards else 0
            self.set_focus(cards[max(0, min(at, len(cards) - 1))])

    def action_row(self, by: int) -> None:
        cards = [*self.query(ProfileCard)]
        columns = sum(1 for card in cards if card.region.y == cards[0].region.y) if cards else 1
        at = self._index(cards)
        if 0 <= at + by * columns < len(cards):
            self.action_step(by * columns)
        elif by > 0 and at // columns < (len(cards) - 1) // columns:
            self.set_focus(cards[-1])
        elif by > 0:
            self.action_events()

    def action_end(self, index: int) -> None:
        cards = [*self.query(ProfileCard)]
        if cards:
            self.set_focus(cards[index])

    def _index(self, cards: list[ProfileCard]) -> int:
        current = self._card()
        return cards.index(current) if current in cards else 0

    def action_open(self) -> None:
        card = self._card()
        if card is not None:
            self.app.open_profile(card.profile_name)

    @on(ProfileCard.Chosen)
    def _chosen(self, event: ProfileCard.Chosen) -> None:
        self.app.open_profile(event.name)

    def action_refresh(self) -> None:
        for overview in self._overviews.values():
            overview.now()

    def action_add(self) -> None:
        self.app.action_own("profiles", "add")

    # The command line

    @on(Prompt.Submitted)
    async def _submitted(self, event: Prompt.Submitted) -> None:
        self._close_prompt()
        self.app.go_to(event.text, profile=self._last_chosen)
        self.app.remember_line(event.kind, event.text)

    @on(Prompt.Closed)
    def _close_prompt(self) -> None:
        self.query_one(Prompt).close()
        for card in self.query(ProfileCard):
            if card.profile_name == self._last_chosen:
                self.set_focus(card)
