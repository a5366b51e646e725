"""Aliases on the command line: `arraydeck get mine` is the place that `mine` stands for in settings.toml."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.deck import Deck
    from tui.resources.place import Place


def aliased(deck: Deck, place: Place) -> Place:
    """Return the place that an alias stands for; what was said beside it goes before. A list goes before an alias.

    Raises:
        InvalidInput: the alias leads in a circle, or stands for no place.
    """
    if place.type not in deck.aliases:
        return place
    if place.profile:
        with suppress(ServiceError):
            deck.connection(place.profile).system.type_named(place.type)
            return place
    return deck.aliases.expand(place)
