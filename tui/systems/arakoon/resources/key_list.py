"""KeyList: what every list of keys has in common: what its keys begin with, and how a key is named in words."""

from __future__ import annotations

from typing import Any

from tui.resources.types import ResourceType, Scope
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.models import KeyItem

EMPTY_KEY = "(the empty key)"
_LONGEST = 120


class KeyList(ResourceType[Any, KeyItem]):
    """A list of keys below a prefix, which is its scope."""

    def prefix_of(self, scope: Scope) -> str:
        """Return what the keys of the list begin with, as text: what a new one is likely to begin with too."""
        return scope.parent


def shown_key(key: bytes) -> str:
    """Return a key as messages name it; that is not read back."""
    return key_text(key, _LONGEST) or EMPTY_KEY
