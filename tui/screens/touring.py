"""The guided tour: leads through the real program, sees when a step was done, and can be left at any time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.screens.going import FindingApp
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.resources.deck import Deck
    from tui.screens.tour_steps import Step
    from tui.widgets.tour_bar import TourBar

LOOK_SECONDS = 0.2
"""How often it is looked whether the step was done."""


class TouringApp(FindingApp):
    """An app with a tour of the demo. While it is on, `n`, `b` and `escape` are its keys, and `enter` where the step
    itself needs none; all other keys, and whatever is typed, do what they always do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "tour(1)", show=False, priority=True),
        Binding("b", "tour(-1)", show=False, priority=True),
        Binding("enter", "tour(1, 'enter')", show=False, priority=True),
        Binding("escape", "leave_tour", show=False, priority=True),
    ]

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self.tour_step = 0
        """The step that the tour is at, or was left at."""
        self.tour_done = False
        """Whether the step was done."""
        self._looking: Timer | None = None
        self._bars: list[TourBar] = []
        self._undone_before = 0

    @property
    def is_touring(self) -> bool:
        """Whether the tour is on."""
        return self._looking is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action not in ("tour", "leave_tour"):
            return super().check_action(action, parameters)
        if not self.is_touring or isinstance(self.screen, ModalScreen) or isinstance(self.focused, Input):
            return False
        # A step that is made of enter keeps it until it is done.
        return parameters[1:] != ("enter",) or self.tour_done or "enter" not in self._step.keys

    # Begin, go on, leave

    @work(exclusive=True, group="tour")
    async def begin_tour(self) -> None:
        """Begin the tour where it was left; outside the demo, offer to start that."""
        from tui.services.sample_world import PROFILES

        if not PROFILES.keys() <= self.deck.temporary.keys():
            await self._offer_demo()
            return
        if self._looking is None:
            self._looking = self.set_interval(LOOK_SECONDS, self._look)
        await self._open_step()

    async def _offer_demo(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog
        from tui.screens.welcome import DEMO_EXIT

        choices = [Choice("stay here"), Choice("leave, and start the demo", "sample data; nothing of yours is touched")]
        chosen = await self.push_screen_wait(ChooseDialog("the guided tour leads through the demo", choices))
        if chosen == 1:
            self.exit(DEMO_EXIT)

    def action_tour(self, by: int, key: str = "") -> None:
        from tui.screens.tour_steps import STEPS

        if self.tour_step + by >= len(STEPS):
            self.tour_step = 0
            self._end("the tour is over; ? twice begins it anew")
            return
        self.tour_step = max(self.tour_step + by, 0)
        self.begin_tour()

    def action_leave_tour(self) -> None:
        self._end("the tour was left; ? twice goes on with it")

    def _end(self, words: str) -> None:
        if self._looking is not None:
            self._looking.stop()
            self._looking = None
        for bar in self._bars:
            bar.remove()
        self._bars.clear()
        self.say(words)

    # One step

    @property
    def _step(self) -> Step:
        from tui.screens.tour_steps import STEPS

        return STEPS[self.tour_step]

    async def _open_step(self) -> None:
        """Go where the step begins."""
        self.tour_done = False
        self._undone_before = await self._count_undone()
        if self._step.place:
            self.go_to(self._step.place, self._step.cursor or None)
            if self.current is not None:
                self.current.listing.view.set_filter("")
        else:
            self.action_home()
        self._look()

    @work(exclusive=True, group="tour look")
    async def _look(self) -> None:
        """See whether the step was done, and have the bar on whatever screen is shown."""
        if not self.is_touring:
            return
        if not self.tour_done and await self._is_done():
            self.tour_done = True
        await self._show_bar()

    async def _show_bar(self) -> None:
        from tui.screens.tour_steps import STEPS
        from tui.widgets.tour_bar import TourBar

        screen = self.screen
        if isinstance(screen, ModalScreen) or not screen.is_mounted or not self.is_touring:
            return
        bars = screen.query(TourBar)
        bar = bars.first() if bars else TourBar()
        if not bars:
            self._bars.append(bar)
            await screen.mount(bar)
        step = self._step
        title = f"{self.tour_step + 1}/{len(STEPS)}  {step.title}"
        bar.show(title, self._said(step.press), self._said(step.told), is_done=self.tour_done)

    def _said(self, words: str) -> str:
        """Return words of a step with the keys in force, which stand in backticks."""
        return self.with_keys(words).replace("`", "")

    async def _is_done(self) -> bool:
        sign, current = self._step.sign, self.current if self.is_browsing else None
        if sign.screen and type(self.screen).__name__ != sign.screen:
            return False
        if sign.list and (current is None or sign.list not in ("*", current.type.name)):
            return False
        if sign.filtered and (current is None or not current.listing.view.filter_text):
            return False
        if sign.several and (current is None or not current.parts):
            return False
        return not sign.undone or await self._count_undone() > self._undone_before

    async def _count_undone(self) -> int:
        """Return the number of the newest change that was taken back, 0 if there is none or nobody knows."""
        try:
            entries: list[Any] = await asyncio.to_thread(self.deck.state.journal.entries, None, 20)
        except ServiceError:
            return 0
        # While one is being taken back it says by whom, and afterwards when.
        return next((entry.id for entry in entries if entry.undone[:2] == "20"), 0)
