"""The lines that are typed behind `:` and `/`: what completes them, and what was typed before."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from textual import work
from textual.app import App

from tui.resources.live_names import LiveNames
from tui.resources.navigation import Navigation
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.completion import Unfinished
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.navigation import Frame
    from tui.resources.system import System
    from tui.widgets.prompt import Prompt

HISTORIES = ("command", "filter", "place")
"""What is kept of earlier runs: lines of the command bar, filters, and places that were searched for and gone to."""


class TypedLinesApp(App[int]):
    """An app with a command bar."""

    def __init__(self, deck: Deck) -> None:
        super().__init__()
        self.deck = deck
        self._navigation = Navigation()
        self._history: dict[str, list[str]] = {}
        self.led_nowhere: set[str] = set()
        """Lines of the command bar that were refused the last time."""
        self._names = LiveNames(lambda: self._navigation.history, self._more_names, self._is_typing)

    @property
    def current(self) -> Frame | None:
        """The list that is shown, or was before home was gone to."""
        return self._navigation.current

    def action_command(self) -> None:
        from tui.widgets.prompt import Prompt

        prompts = self.screen.query(Prompt)
        if prompts:
            self._names.forget()
            prompts.first().open("command", "", suggest=self._completions, history=self.history("command"))

    def _typed_commands(self) -> list[Prompt]:
        from tui.widgets.prompt import Prompt

        return [prompt for prompt in self.screen.query(Prompt) if prompt.is_open and prompt.kind == "command"]

    def _is_typing(self) -> bool:
        return bool(self._typed_commands())

    def _more_names(self) -> None:
        """Complete the line that is being typed anew: a store has told more names."""
        for prompt in self._typed_commands():
            prompt.complete()

    def _completions(self, text: str) -> list[str]:
        from tui.resources.completion import Vocabulary, completions
        from tui.resources.together.several import ALL

        store = self._meant_store()
        parts = () if self.current is None else self.current.parts
        systems = [part.source.connection.system for part in parts]
        systems += [*([store.system] if store is not None else []), self.deck.own.system]
        types = [name for system in dict.fromkeys(systems) for name in self._types_of(system)]
        aliases = [name for name, _ in self.deck.aliases.items()]
        profiles = [ALL, *(profile.name for profile in self.deck.all_profiles())]
        history = [line for line in self.history("command") if line not in self.led_nowhere]
        return completions(text, Vocabulary(types, aliases, profiles, history, self._names_for))

    def _names_for(self, word: Unfinished) -> list[str]:
        """Return the names that are known for a word, in the profile that a line without one means."""
        store = self._meant_store()
        if store is None or not self._types_of(store.system):
            return []
        try:
            kind = store.system.type_named(word.type)
        except ServiceError:
            return []
        return self._names.names(store, kind, word.scope, word.begun)

    def _types_of(self, system: System[Any]) -> list[str]:
        """Return the names of a system's lists; none while they are imported, which must not hold up a key."""
        if "types" in vars(system):
            return list(system.types)
        self._load_types(system)
        return []

    @property
    def is_completing(self) -> bool:
        """Whether the names of lists that complete the line which is typed are on their way."""
        return self._is_typing() and any(each.group == "types" and not each.is_finished for each in self.workers)

    @work(thread=True, exclusive=True, group="types")
    def _load_types(self, system: System[Any]) -> None:
        if system.types:
            self.call_from_thread(self._more_names)

    def _meant_store(self) -> Connection | None:
        """Return the connection that a line without a profile means: the chosen card's, else that of the last list."""
        chosen: str = getattr(self.screen, "chosen_profile", "")
        store = None if chosen else self._navigation.last_store(self.deck.own)
        if store is None and (chosen or len(self.deck.all_profiles()) == 1):
            with contextlib.suppress(ServiceError):
                return self.deck.connection(chosen or None)
        return store

    # What was typed before

    def history(self, kind: str) -> list[str]:
        """Return the lines that were typed, the newest first."""
        return self._history.setdefault(kind, [])

    def visited(self) -> list[str]:
        """Return the places that were visited in this run, or sought and found in earlier ones, the newest first."""
        shown = [frame.visit for frame in reversed(self._navigation.history) if not frame.parts]
        return list(dict.fromkeys([*shown, *self.history("place")]))

    def visited_lists(self) -> list[str]:
        """Return the lists that were lately visited, as the command bar takes them, the newest first."""
        shown = [frame.text for frame in reversed(self._navigation.history) if not frame.parts]
        typed = [line for line in self.history("command") if " @" in line]
        return list(dict.fromkeys([*shown, *typed]))

    async def load_history(self) -> None:
        """Have the lines that were typed in earlier runs."""
        for kind in HISTORIES:
            with contextlib.suppress(ServiceError):
                self._history[kind] = await asyncio.to_thread(self.deck.state.history, kind)

    def remember_line(self, kind: str, text: str) -> None:
        """Keep a line that was typed, for this run alone if it led nowhere: it can still be mended."""
        if text.strip():
            lines = self.history(kind)
            lines[:] = [text, *(line for line in lines if line != text)]
            if text not in self.led_nowhere:
                self._keep_line(kind, text)

    @work(thread=True)
    def _keep_line(self, kind: str, text: str) -> None:
        with contextlib.suppress(ServiceError):
            self.deck.state.add_history(kind, text)
