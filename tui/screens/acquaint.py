"""What the screen knows and settings are checked against: which themes there are, and which keys run what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

from tui.screens.themes import OWN_THEMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.dom import DOMNode

    from tui.resources.deck import Deck
    from tui.screens.key_check import CheckedKeys


def acquaint(deck: Deck, app: type[DOMNode]) -> None:
    """Let a deck know the themes, ours first, and have it check keys against those of the screens of `app`."""
    ours = [theme.name for theme in OWN_THEMES]
    deck.theme_names = (*ours, *sorted(name for name in BUILTIN_THEMES if name not in ours))
    deck.key_check = lambda keys: checked_keys(deck, app, keys).problems


def checked_keys(deck: Deck, app: type[DOMNode], keys: Mapping[str, str]) -> CheckedKeys:
    """Check the user's own keys against all lists and screens, which are imported for it."""
    from tui.screens.key_check import check_keys

    return check_keys(keys, app, [deck.own.system, *deck.registry.systems()])
