"""Place: where one is, and the grammar in which that is typed: `arrays weather /temp @lab`."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    if len(place.scope) != len(levels) and not (kind.nests and len(place.scope) == len(levels) + 1):
        wanted = " ".join([kind.name, *(level.name.upper() for level in levels)])
        raise InvalidInput(system.name, "go", f"{kind.name} takes {len(levels)} words, not {len(place.scope)}", wanted)
    return kind, Scope(place.scope)


def complete(text: str, types: Iterable[str], profiles: Iterable[str], history: Iterable[str]) -> str | None:
    """Return the line that typing `text` most likely means to become: the newest line of the history that begins
    so, else a type's name or, after `@`, a profile's; None if nothing comes to mind."""
    if not text.strip():
        return None
    for line in history:
        if line.startswith(text) and line != text:
            return line
    head, at, tail = text.rpartition("@")
    if at and head.endswith((" ", "")) and " " not in tail:
        return next((head + at + name for name in sorted(profiles) if name.startswith(tail) and name != tail), None)
    if " " in text:
        return None
    return next((name for name in types if name.startswith(text) and name != text), None)


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
