"""The settings on the screen: themes, the user's own keys, and what holds at once when a setting was changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual import work

from tui.resources.cells import use_separator
from tui.screens.acquaint import acquaint
from tui.screens.own_keys import OwnKeysApp
from tui.screens.themes import LEGIBLE, OWN_THEMES, is_own
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.resources.deck import Deck


class SettingsApp(OwnKeysApp):
    """An app that heeds the settings, at its start and whenever they change."""

    def __init__(self, deck: Deck, *more: Any) -> None:
        super().__init__(deck, *more)
        self.ascii = deck.settings.wants_ascii()
        self._refresh_heeded = deck.settings.lists.refresh

    def watch_theme(self, theme: str) -> None:
        """Let nothing be faint in a theme that is there to be read easily."""
        self.set_class(is_own(theme), LEGIBLE)

    def learn_themes(self) -> None:
        """Make our own themes known besides Textual's, and put on the one of the settings."""
        for theme in OWN_THEMES:
            self.register_theme(theme)
        acquaint(self.deck, type(self))
        use_separator(self.deck.settings.separators)
        if self.deck.settings.theme in self.available_themes:
            self.theme = self.deck.settings.theme

    async def heed_settings(self) -> None:
        """Let the user's own keys hold, and hear from now on when a setting changes."""
        self.deck.settings_listeners.append(self._settings_changed)
        if self.deck.settings.keys:
            await self.heed_keys(self.deck.settings.keys)

    def on_unmount(self) -> None:
        if self._settings_changed in self.deck.settings_listeners:
            self.deck.settings_listeners.remove(self._settings_changed)

    def _settings_changed(self) -> None:
        settings = self.deck.settings
        self._navigation.stretch(settings.lists.refresh / self._refresh_heeded)
        self._refresh_heeded = settings.lists.refresh
        use_separator(settings.separators)
        if settings.theme in self.available_themes and settings.theme != self.theme:
            self.theme = settings.theme
        if self.ascii != settings.wants_ascii():
            self.ascii = settings.wants_ascii()
            self.refresh_css()
        if self._browse is not None and self._browse.is_mounted:
            self._browse.settings_changed()
        self.run_worker(self.heed_keys(dict(settings.keys)), group="keys", exclusive=True)
        for screen in self.screen_stack:
            _repaint(screen)

    # Themes

    @work(exclusive=True, group="dialog")
    async def action_choose_theme(self) -> None:
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        names, before = self.deck.theme_names, self.theme
        groups = ("easy to read, and for every eye", "others")
        choices = [Choice(name, group=groups[not is_own(name)]) for name in names]

        def show(index: int) -> None:
            self.theme = names[index]

        dialog = ChooseDialog("theme", choices, start=names.index(before), shows=show)
        chosen = await self.push_screen_wait(dialog)
        if chosen is None:
            self.theme = before
        else:
            self.use_theme(names[chosen])

    @work(exclusive=True, group="theme")
    async def use_theme(self, name: str) -> None:
        """Show a theme, and keep it for the next time."""
        self.theme = name
        try:
            await asyncio.to_thread(self.deck.settings_file.save, "theme", name)
            await asyncio.to_thread(self.deck.read_settings)
        except (OSError, ServiceError, ValueError) as error:
            self.say(f"the theme cannot be kept: {error}")


def _repaint(widget: Widget) -> None:
    widget.refresh()
    for inner in widget.walk_children():
        inner.refresh()
