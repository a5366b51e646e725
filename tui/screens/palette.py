"""The palette's entries: every action that applies here, every list, every profile, every theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tui.screens.entries import offered_entries, run_entry
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.app import ArraydeckApp


class DeckPalette(CommandPalette):
    """Textual's palette, which is closed once: its own takes another screen from the stack if enter comes twice."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()


class DeckCommands(Provider):
    """Offers what can be done from the screen that the palette was opened on, each with its key."""

    async def discover(self) -> Hits:
        for title, hint, run in self._offers():
            yield DiscoveryHit(title, run, text=title, help=hint)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, hint, run in self._offers():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=hint)

    def _offers(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        app: ArraydeckApp = self.app  # pyright: ignore[reportAssignmentType]
        for entry in offered_entries(self.screen, app.list_names()):
            if entry.action != "command_palette" and entry.name.partition(".")[0] != "table":
                hint = f"{entry.keys}  {entry.why_off or ''}".rstrip()
                yield entry.title, hint, partial(run_entry, self.screen, entry.action)
        for name in app.reachable_types():
            yield f"go to {name}", f":{name}", partial(app.go_to, name)
        for profile in app.deck.all_profiles():
            name = printable(profile.name, 64)
            yield f"open {name}", printable(profile.uri, 80), partial(app.open_profile, profile.name)
        for theme in sorted(app.available_themes):
            yield f"theme {theme}", "", partial(app.use_theme, theme)
