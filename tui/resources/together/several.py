"""Several: which profiles a word such as `*` or `lab,mirror` means, and which of their lists a place means in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.together.part import Source
from tui.resources.types import Scope
from tui.services.errors import InvalidInput, NotFound, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.types import ResourceType

ALL = "*"
"""What is typed for all profiles."""


def several_profiles(deck: Deck, word: str) -> list[Profile] | None:
    """Return the profiles that `word` means if it means several: all, or those between the commas; else None.

    Raises:
        NotFound: one of those between the commas is not there.
    """
    if word == ALL:
        return deck.all_profiles()
    # An address may hold commas: those of a cluster's nodes, or those of a path.
    if "," not in word or "/" in word or ":" in word or word in {profile.name for profile in deck.all_profiles()}:
        return None
    return [deck.profile(name.strip()) for name in dict.fromkeys(word.split(",")) if name.strip()]


def sources_of(deck: Deck, profiles: Sequence[Profile], type_name: str, words: Sequence[str]) -> list[Source]:
    """Return the lists of that type, or alias of it, of all the profiles whose systems have it, below these parents.

    One parent more may be left out: then all that hangs below any of them is meant.

    Raises:
        NotFound: no profile has such a type.
        InvalidInput: the words are more than the type has parents, or lack more than the last.
    """
    found: list[Source] = []
    problem: InvalidInput | None = None
    for profile in profiles:
        connection, kind = _type_of(deck, profile, type_name)
        if connection is None or kind is None:
            continue
        problem = _misfit(connection, kind, words)
        if problem is None:
            found.append(Source(connection, kind, Scope(tuple(words))))
    if found:
        return found
    if problem is not None:
        raise problem
    raise NotFound(
        "arraydeck", "go", f"none of the profiles has {printable(type_name, 60)}", "arraydeck types lists what there is"
    )


def source_of(deck: Deck, profile: str, type_name: str, words: Sequence[str]) -> Source:
    """Return the list of that type of one profile, or of an address or a path.

    Raises:
        NotFound: there is no such profile, or its system has no such type.
        InvalidInput: the words do not fit the type's parents.
    """
    connection = deck.connection(profile)
    kind = connection.system.type_named(type_name)
    problem = _misfit(connection, kind, words)
    if problem is not None:
        raise problem
    return Source(connection, kind, Scope(tuple(words)))


def _type_of(
    deck: Deck, profile: Profile, type_name: str
) -> tuple[Connection, ResourceType[Any, Any]] | tuple[None, None]:
    """Return the profile's type of that name, nothing where its system is not installed or has none."""
    try:
        connection = deck.connections.to(profile)
        return connection, connection.system.type_named(type_name)
    except ServiceError:
        return None, None


def _misfit(connection: Connection, kind: ResourceType[Any, Any], words: Sequence[str]) -> InvalidInput | None:
    """Return what is wrong with the words as parents of a type, None if they will do."""
    most = kind.depth + kind.nests
    if kind.depth - 1 <= len(words) <= most:
        return None
    levels = connection.system.ancestry(kind)[:-1]
    wanted = " ".join([kind.name, *(level.name.upper() for level in levels)])
    below = levels[-1].name if levels else ""
    few = f"{kind.name} hang below {below}: say which {' and '.join(level.name for level in levels[:-1])}"
    many = f"{kind.name} takes {len(levels)} words, not {len(words)}"
    return InvalidInput(connection.system.name, "go", few if len(words) < kind.depth else many, wanted)
