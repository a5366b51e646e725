"""Completion: what a line of the command bar that is being typed may become, the likeliest first. Asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tui.resources.place import Place, format_place, parse_place
from tui.services.errors import InvalidInput

MOST = 50


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a line may be made of. `names` returns what is known of the names that may stand after a type
    and the words of its scope, in a profile ("" is the one that is meant without saying)."""

    types: Sequence[str]
    aliases: Sequence[str]
    profiles: Sequence[str]
    history: Sequence[str]
    names: Callable[[Unfinished], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A word of a scope that is being typed: the line before it, the words of the place so far, and what is there."""

    head: str
    type: str
    scope: tuple[str, ...]
    begun: str


def completions(text: str, words: Vocabulary) -> list[str]:
    """Return the lines that `text` may become: lines of the history that begin so, then types and aliases, profiles
    behind an `@`, and names of what there is behind a type. Each begins with `text`, and is longer."""
    if not text.strip():
        return []
    found = [line for line in words.history if line.startswith(text)]
    head, at, tail = text.rpartition("@")
    if at and (not head or head.endswith(" ")) and not any(letter in tail for letter in " \"'"):
        found += [f"{head}@{name}" for name in sorted(words.profiles) if name.startswith(tail)]
    elif not any(letter.isspace() for letter in text):
        found += [name for name in (*words.types, *words.aliases) if name.startswith(text)]
    else:
        unfinished = unfinished_word(text)
        if unfinished is not None:
            found += [unfinished.head + _written(name) for name in words.names(unfinished)]
    longer = dict.fromkeys(line for line in found if line.startswith(text) and line != text)
    return list(longer)[:MOST]


def unfinished_word(text: str) -> Unfinished | None:
    """Return the word of the scope that is being typed at the end of a line, None where none is."""
    at = max(text.rfind(" "), text.rfind("\t")) + 1
    if not at:
        return None
    head, begun = text[:at], text[at:]
    if begun[:1] in ("/", "@", "'"):
        return None
    try:
        place = parse_place(head)
    except InvalidInput:
        return None
    if place.filter or place.profile:
        return None
    return Unfinished(head, place.type, place.scope, begun.removeprefix('"'))


def _written(name: str) -> str:
    """Return a name as the command bar takes it."""
    return format_place(Place("x", (name,)))[2:]
