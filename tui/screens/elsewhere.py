"""A list that the profile at hand does not have: which profiles have it, and the way there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from tui.resources.place import format_place
from tui.screens.places import PlacesApp
from tui.services.errors import NotFound, ServiceError

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck
    from tui.resources.place import Place


def profiles_with(deck: Deck, type_name: str) -> list[tuple[Profile, str]]:
    """Return the profiles whose systems have a list of that name or alias, each with its system's title.

    Imports the systems, which takes a moment: call it in a thread.
    """
    found: list[tuple[Profile, str]] = []
    for profile in deck.all_profiles():
        try:
            system = deck.registry.system(profile.system)
            system.type_named(type_name)
        except ServiceError:
            continue
        found.append((profile, system.title))
    return found


class ElsewhereApp(PlacesApp):
    """An app that knows where else a list may be."""

    @work(exclusive=True, group="dialog")
    async def not_here(self, place: Place, error: NotFound, cursor: str | None = None) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        with self.opening(f":{place.type}"):
            others = await asyncio.to_thread(profiles_with, self.deck, place.type)
        if not others:
            self.say_error(error)
            return
        places = [format_place(replace(place, profile=profile.name)) for profile, _ in others]
        choices = [Choice(f":{text}", title) for text, (_, title) in zip(places, others, strict=True)]
        chosen = await self.push_screen_wait(ChooseDialog(f"{error.message}; go to", choices))
        if chosen is not None:
            self.go_to(places[chosen], cursor)
