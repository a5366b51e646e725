"""The user's own keys at work: which hold on the list that is shown, and what is said of keys instead."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tui.display.keys import KeyParser
from tui.screens.acquaint import checked_keys
from tui.screens.places import PlacesApp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.resources.deck import Deck
    from tui.screens.key_check import CheckedKeys

_NAMED = re.compile(r"`(?P<named>[^`\s]{1,12})`|\b(?P<undo>u)(?= takes \w+ back)")
"""Keys that are named in what is said: in backticks, and the one with which whatever changes something ends."""


@runtime_checkable
class Keyed(Protocol):
    """A screen that tells its keys."""

    def keys_changed(self) -> None:
        """Tell them anew."""


class OwnKeysApp(PlacesApp):
    """An app whose keys may be others than those that the program came with."""

    def __init__(self, deck: Deck, *more: Any) -> None:
        super().__init__(deck, *more)
        self._own_keys: CheckedKeys | None = None

    async def heed_keys(self, keys: Mapping[str, str]) -> None:
        """Let these keys hold, by action name, where they can."""
        self._own_keys = await asyncio.to_thread(checked_keys, self.deck, type(self), keys) if keys else None
        wanted = ",".join(self._own_keys.keys.values()).split(",") if self._own_keys is not None else ()
        KeyParser.alts = {key.removeprefix("alt+") for key in wanted if key.startswith("alt+")}
        self.apply_keymap()
        for screen in self.screen_stack:
            if isinstance(screen, Keyed):
                screen.keys_changed()

    def apply_keymap(self) -> None:
        """Let the user's own keys take the place of the program's on the list that is shown."""
        self.set_keymap(self._keys_here())

    def _keys_here(self) -> dict[str, str]:
        """Return the own keys that hold on the list that is shown, by the action's whole name."""
        own, frame, off = self._own_keys, self.current, set[str]()
        if own is None:
            return {}
        if own.excepted and frame is not None:
            from tui.screens.key_places import list_title

            for shown in (frame, *(part.source for part in frame.parts)):
                off |= own.excepted.get(list_title(shown.connection.system, shown.type), frozenset())
        return {name: keys for name, keys in own.keys.items() if name not in off}

    def key_of(self, name: str, key: str) -> str:
        return self._keys_here().get(name, key).partition(",")[0]

    def with_keys(self, text: str) -> str:
        frame = self.current
        mine = f"action.{frame.type.name}." if frame is not None else "action."
        own = self._keys_here()
        now = self._now(name for name in own if name.startswith(mine) or not name.startswith("action."))

        def in_force(found: re.Match[str]) -> str:
            key = found["named"] or found["undo"]
            return found[0].replace(key, now.get(key, key))

        return _NAMED.sub(in_force, text) if now else text

    def shown_keys(self, keys: Sequence[tuple[str, str]], about: str = "") -> Sequence[tuple[str, str]]:
        if self._own_keys is None:
            return keys
        nodes = (self, self.screen, *self.screen.walk_children())
        names = {binding.id for node in nodes for _, binding in node._bindings}
        now = self._now(name for name in self._keys_here() if name in names and name.startswith(about))
        return [(" ".join(now.get(key, key) for key in pair[0].split(" ")), pair[1]) for pair in keys]

    def _now(self, names: Iterable[str]) -> dict[str, str]:
        """Return the keys of these actions by those that they came with, both as people write them."""
        if self._own_keys is None:
            return {}
        from tui.screens.help import key_name

        here, came_with = self._keys_here(), self._own_keys.came_with
        now = {key_name(came_with[name]): key_name(here[name].partition(",")[0]) for name in names}
        short = {key.replace("ctrl+", "^"): own.replace("ctrl+", "^") for key, own in now.items() if "ctrl+" in key}
        return now | short
