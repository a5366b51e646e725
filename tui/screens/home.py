"""HomeScreen: a card a profile, live. The first thing that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid, VerticalScroll
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from tui.resources.cells import cell_text
from tui.resources.overview import Overview
from tui.screens.browse_header import HEALTH_TONES
from tui.services.printable import printable
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine
from tui.widgets.profile_card import CardContent, CardLine, ProfileCard
from tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.config.profiles import Profile

CARD_WIDTH = 38
KEYS = (
    ("enter", "open"),
    ("arrows", "choose"),
    (":", "go"),
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
        Binding("n", "add", "add a profile", id="home.add"),
    ]

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self) -> None:
        super().__init__()
        self._overviews: dict[str, Overview] = {}
        self._last_chosen = ""
        self._watching = False
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="header")
        with VerticalScroll(id="cards", can_focus=False):
            yield ItemGrid(min_column_width=CARD_WIDTH, stretch_height=False, id="grid")
        yield Static("", id="nothing", markup=False)
        yield Prompt(id="prompt")
        yield KeyLine(id="keys")

    async def on_mount(self) -> None:
        self.query_one(KeyLine).show(KEYS)
        await self._lay_out()

    async def on_screen_resume(self) -> None:
        await self._lay_out()
        self.call_after_refresh(self.wake)

    def on_screen_suspend(self) -> None:
        self.rest()

    def wake(self) -> None:
        """Ask the stores, once what is there was painted."""
        if self.is_current:
            self._watching = True
            self._clock = self._clock or self.set_interval(1.0, self._tick)
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
        """Let the wait of those that are being tried again be seen to shrink."""
        for card in self.query(ProfileCard):
            overview = self._overviews.get(card.profile_name)
            if overview is not None and overview.standing.problem is not None:
                card.show(card_content(overview))

    async def _lay_out(self) -> None:
        """Have a card for each profile there is, and keep those that are right."""
        profiles = {profile.name: profile for profile in self.app.deck.all_profiles()}
        grid = self.query_one(ItemGrid)
        for card in self.query(ProfileCard):
            overview = self._overviews.get(card.profile_name)
            if overview is None or profiles.get(card.profile_name) != overview.profile:
                self._drop(card.profile_name)
                await card.remove()
        there = {card.profile_name for card in self.query(ProfileCard)}
        fresh = [profile for name, profile in profiles.items() if name not in there]
        for profile in fresh:
            self._overviews[profile.name] = self._overview(profile)
        await grid.mount_all([ProfileCard(card_content(self._overviews[profile.name])) for profile in fresh])
        order = {name: at for at, name in enumerate(profiles)}
        grid.sort_children(key=lambda card: order.get(getattr(card, "profile_name", ""), 0))
        self._update_header()
        nothing = self.query_one("#nothing", Static)
        nothing.display = not profiles
        nothing.update("there are no profiles yet\n\nn adds one")
        if self._card() is None and profiles:
            self.set_focus(self.query(ProfileCard).first())

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
        count, running = len(self._overviews), len(self.app.deck.runner.current())
        ill = sum(1 for overview in self._overviews.values() if overview.standing.problem is not None)
        self.query_one(HeaderLine).show(
            Part("arraydeck", "title", 9),
            Part(f"{count} profile{'' if count == 1 else 's'}", "muted", 6),
            Part(f"{ill} with a problem" if ill else "", "bad", 8),
            Part(f"{running} job{'' if running == 1 else 's'} running" if running else "", "accent", 7, right=True),
        )

    # Moving and opening

    def _card(self) -> ProfileCard | None:
        return self.focused if isinstance(self.focused, ProfileCard) else None

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, ProfileCard):
            self._last_chosen = event.widget.profile_name

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
        self.app.remember_line(event.kind, event.text)
        self.app.go_to(event.text, profile=self._last_chosen)

    @on(Prompt.Closed)
    def _close_prompt(self) -> None:
        self.query_one(Prompt).close()
        for card in self.query(ProfileCard):
            if card.profile_name == self._last_chosen:
                self.set_focus(card)


def card_content(overview: Overview) -> CardContent:
    """Return what a profile's card says, as things stand."""
    profile, standing, connection = overview.profile, overview.standing, overview.connection
    health = None if connection is None else connection.health
    lines = [CardLine(printable(profile.uri, 500), "muted", keeps_end=True)]
    if standing.facts:
        facts = (f"{printable(fact.label, 40)} {cell_text(fact.value, fact.kind)}" for fact in standing.facts)
        lines.append(CardLine(" · ".join(facts)))
    for job in standing.jobs[:1]:
        share = "" if job.share is None else f" {job.share:.0%}"
        more = f" and {len(standing.jobs) - 1} more" if standing.jobs[1:] else ""
        lines.append(CardLine(f"{job.state}{share}: {printable(job.title, 100)}{more}", "accent"))
    if standing.problem is not None:
        lines.append(CardLine(printable(standing.problem.message, 300), "bad"))
        if standing.problem.hint:
            lines.append(CardLine(printable(standing.problem.hint, 300), "muted"))
    words, tone = ("connecting", "muted") if health is None else (health.words, HEALTH_TONES[health.state])
    if health is None and standing.problem is not None:
        words, tone = standing.problem.kind, "bad"
    return CardContent(
        name=printable(profile.name, 64),
        tag=printable(profile.tag or "", 20),
        read_only=profile.read_only,
        health=words,
        tone=tone,  # pyright: ignore[reportArgumentType]
        latencies=() if health is None else tuple(health.latencies),
        lines=tuple(lines),
    )
