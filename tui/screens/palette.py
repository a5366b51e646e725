"""The palette's entries: every action that applies here, every list of every profile, places, themes and settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tui.config.settings import plain_settings
from tui.resources.finding.fit import Fit, Needle
from tui.screens.entries import offered_entries, run_entry
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.resources.system import System

RECENT = 12
"""Places lately visited that are offered before anything is typed."""
_SCORES = {Fit.EXACT: 1.0, Fit.PREFIX: 0.8, Fit.WORD: 0.6, Fit.PART: 0.4, Fit.FUZZY: 0.2}
_KINDS = 8
"""Sorts of offers: within the same fit, what can be done here goes before places, and places before settings."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the palette. `sort` is the smaller the nearer it is to what is on screen."""

    title: str
    hint: str
    run: Callable[[], Any]
    sort: int


class DeckPalette(CommandPalette):
    """Textual's palette, which is closed once: its own takes another screen from the stack if enter comes twice."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()


class DeckCommands(Provider):
    """Offers what can be done from the screen that the palette was opened on, each with its key."""

    _systems: dict[str, System[Any]]
    """The system of each profile, by the profile's name, with its lists loaded."""

    async def startup(self) -> None:
        self._systems = await asyncio.to_thread(self._load)

    def _load(self) -> dict[str, System[Any]]:
        """Import the lists of all profiles' systems. A system that is not there is left out: its card says why."""
        deck, found = self._deck_app.deck, dict[str, Any]()
        for profile in deck.all_profiles():
            try:
                system = deck.registry.system(profile.system)
            except ServiceError:
                continue
            if system.types:
                found[profile.name] = system
        return found

    @property
    def _deck_app(self) -> ArraydeckApp:
        return self.app  # pyright: ignore[reportReturnType]

    async def discover(self) -> Hits:
        for offer in self._offers():
            yield DiscoveryHit(offer.title, offer.run, text=offer.title, help=offer.hint)

    async def search(self, query: str) -> Hits:
        needle, matcher = Needle(query), self.matcher(query)
        for offer in self._offers():
            fit = needle.fit(offer.title)
            if fit is None and needle.is_fuzzy_in(offer.title):
                fit = Fit.FUZZY
            if fit is not None:
                score = _SCORES[fit] + (_KINDS - offer.sort) / 100
                shown = matcher.highlight(offer.title)
                yield Hit(score, shown, offer.run, text=offer.title, help=offer.hint)

    def _offers(self) -> Iterator[Offer]:
        yield from self._actions()
        yield from self._places()
        yield from self._settings()

    def _actions(self) -> Iterator[Offer]:
        app = self._deck_app
        for entry in offered_entries(self.screen, app.list_names()):
            if entry.action != "command_palette" and entry.name.partition(".")[0] != "table":
                off = f"off: {entry.why_off}" if entry.why_off else ""
                hint = "  ".join(part for part in (entry.keys, entry.upon, off) if part)
                yield Offer(entry.title, hint, partial(run_entry, self.screen, entry.action), 0)

    def _places(self) -> Iterator[Offer]:
        app = self._deck_app
        for place in app.visited_lists()[:RECENT]:
            yield Offer(f"back to {printable(place, 80)}", "[ ]  lately visited", partial(app.go_to, place), 1)
        for name, meaning in app.deck.aliases.items():
            yield Offer(
                f"go to {name}", f":{name}  your alias of {printable(meaning, 80)}", partial(app.go_to, name), 2
            )
        own = app.deck.own.system
        for kind in own.types.values():
            yield Offer(f"go to {kind.name}", f":{kind.name}", partial(app.go_to, kind.name), 3)
        for profile in app.deck.all_profiles():
            name = printable(profile.name, 64)
            yield Offer(f"open {name}", printable(profile.uri, 80), partial(app.open_profile, profile.name), 4)
            system = self._systems.get(profile.name)
            for kind in system.types.values() if system is not None else ():
                if not kind.depth:
                    go = partial(app.go_to, kind.name, profile=profile.name)
                    yield Offer(f"go to {kind.name} @{name}", f":{kind.name} @{name}  {kind.title}", go, 5)

    def _settings(self) -> Iterator[Offer]:
        app = self._deck_app
        for theme in app.deck.theme_names:
            yield Offer(f"theme {theme}", "T", partial(app.use_theme, theme), 6)
        for path, field in plain_settings().items():
            name = ".".join(path)
            go = partial(app.go_to, "settings", cursor=name)
            yield Offer(f"setting {name}", printable(field.description or "", 120), go, 7)
