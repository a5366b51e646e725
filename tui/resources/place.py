"""Place: where one is, and the grammar in which that is typed: `arrays weather /temp @lab`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tui.resources.system import System
from tui.resources.types import ResourceType, Scope
from tui.services.errors import InvalidInput

_PLAIN = re.compile(r"[^\s\"'/@\\][^\s\"'\\]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A list: the type's name as typed, the words of its scope, a filter and a profile ("" is the current one)."""

    type: str
    scope: tuple[str, ...] = ()
    filter: str = ""
    profile: str = ""


def parse_place(text: str) -> Place:
    """Read a place. Words are parted by blanks; quotes keep a word together, a backslash keeps the next character
    inside double quotes. A word that begins with `/` begins the filter, which goes on to a last word `@profile`.

    Raises:
        InvalidInput: a quote is not closed, or there is no type.
    """
    words, rest = _words(text.strip().removeprefix(":"))
    filter_text, profile = "", ""
    if rest.startswith("/"):
        filter_text, profile = _split_profile(rest)
    elif words and words[-1][1] and words[-1][0].startswith("@"):
        profile = words.pop()[0][1:]
    if not words:
        raise InvalidInput("arraydeck", "go", "say where to go", "such as collections, or arrays weather")
    (kind, _), *scope = words
    return Place(kind, tuple(word for word, _ in scope), filter_text, profile)


COMPARE = "compare"
"""What a comparison is typed with: `compare repos @lab @mirror`."""


def parse_comparison(text: str) -> tuple[Place, str] | None:
    """Return the place that is compared, and the profile that it is compared with; None if `text` is none.

    Raises:
        InvalidInput: it is one, and the type or one of the two profiles is missing.
    """
    words, rest = _words(text.strip().removeprefix(":"))
    if not words or words[0] != (COMPARE, True):
        return None
    named = [(word, plain) for word, plain in words[1:] if not (plain and word.startswith("@"))]
    profiles = [word[1:] for word, plain in words[1:] if plain and word.startswith("@") and len(word) > 1]
    if not named or len(profiles) != 2:
        wanted = f"{COMPARE} TYPE @PROFILE @PROFILE"
        raise InvalidInput("arraydeck", COMPARE, "say what to compare, and on which two profiles", wanted)
    (kind, _), *scope = named
    return Place(kind, tuple(word for word, _ in scope), rest[1:].strip(), profiles[0]), profiles[1]


def format_comparison(place: Place, there: str) -> str:
    """Return the text that `parse_comparison` reads as this."""
    words = [COMPARE, *map(_quote, (place.type, *place.scope)), f"@{place.profile}", f"@{there}"]
    return " ".join([*words, *(["/" + place.filter] if place.filter else [])])


def format_place(place: Place) -> str:
    """Return the text that `parse_place` reads as this place."""
    parts = [_quote(place.type), *map(_quote, place.scope)]
    if place.filter:
        parts.append("/" + place.filter)
    if place.profile:
        parts.append("@" + place.profile)
    return " ".join(parts)


def resolve(place: Place, system: System[Any]) -> tuple[ResourceType[Any, Any], Scope]:
    """Return the resource type and the scope that a place means in a system.

    Raises:
        NotFound: the system has no such type.
        InvalidInput: the number of words is not that of the type's parents.
    """
    kind = system.type_named(place.type)
    levels = system.ancestry(kind)[:-1]
    given, needed = len(place.scope), len(levels)
    wanted = " ".join([kind.name, *(level.name.upper() for level in levels)])
    if given < needed:
        above = levels[given].name
        raise InvalidInput(
            system.name, "go", f"{kind.name}: say of which of the {above}", f"{wanted}; :{above} lists them"
        )
    if given > needed + kind.nests:
        words = "1 word" if needed == 1 else f"{needed} words"
        raise InvalidInput(system.name, "go", f"{kind.name} takes {words}, not {given}", wanted)
    return kind, Scope(place.scope)


def _words(text: str) -> tuple[list[tuple[str, bool]], str]:
    """Return the words, each with whether it was typed plainly, and the rest from the word that begins the filter."""
    words: list[tuple[str, bool]] = []
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text) or text[at] == "/":
            return words, text[at:]
        if text[at] in "\"'":
            word, at = _quoted(text, at)
            words.append((word, False))
        else:
            end = at
            while end < len(text) and not text[end].isspace():
                end += 1
            words.append((text[at:end], True))
            at = end


def _quoted(text: str, at: int) -> tuple[str, int]:
    quote, word = text[at], ""
    at += 1
    while at < len(text):
        character = text[at]
        if character == quote:
            return word, at + 1
        if character == "\\" and quote == '"' and at + 1 < len(text):
            at += 1
            character = text[at]
        word += character
        at += 1
    raise InvalidInput("arraydeck", "go", f"a {quote} is missing its other half")


def _split_profile(rest: str) -> tuple[str, str]:
    head, blank, last = rest.rstrip().rpartition(" ")
    if blank and len(last) > 1 and last.startswith("@"):
        return head[1:].rstrip(), last[1:]
    return rest[1:].rstrip(), ""


def _quote(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
