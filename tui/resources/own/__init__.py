"""arraydeck's own lists, as a system like any other: jobs, journal, profiles, events, settings and the command log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.resources.system import System

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck
    from tui.resources.types import ResourceType


class OwnSystem(System["Deck"]):
    """The deck looking at itself. Its service is the deck."""

    name = "arraydeck"
    title = "arraydeck"
    schemes = ("arraydeck",)

    def __init__(self, deck: Deck) -> None:
        self._deck = deck

    async def open(self, profile: Profile) -> Deck:
        return self._deck

    async def close(self, service: Deck) -> None:
        return None

    async def probe(self, service: Deck) -> None:
        return None

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.resources.own.events import RecentEvents
        from tui.resources.own.jobs import FinishedJobs, Jobs, RunningJobs
        from tui.resources.own.journal import JournalEntries
        from tui.resources.own.log import Calls
        from tui.resources.own.profiles import Profiles
        from tui.resources.own.settings import SettingsList

        return Profiles, Jobs, JournalEntries, Calls, RecentEvents, RunningJobs, FinishedJobs, SettingsList
