"""The filter's little language: words, `!not`, `/regex/`, `-f fuzzy`, and terms such as `size > 5M and kind = va`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.resources.columns import Column
from tui.resources.filter_terms import OPERATOR, TermParser
from tui.services.errors import InvalidInput


class InvalidFilter(InvalidInput):
    """A text that is no filter. `position` is where it goes wrong, in characters from its start."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__("arraydeck", "filter", message)
        self.position = position

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.position)


@dataclass(frozen=True)
class Filter:
    """What is let through. `words` must all be in a row's text and `without` must not; both are in lower case."""

    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    fuzzy: re.Pattern[str] | None = None
    expression: str = ""
    reads: frozenset[str] = frozenset()
    """Names of the columns whose values the terms look at."""
    test: Callable[[Any], bool] | None = field(default=None, compare=False)

    @property
    def is_active(self) -> bool:
        """Whether it could keep anything out."""
        return self.needs_text or self.test is not None

    @property
    def needs_text(self) -> bool:
        """Whether it looks through the row's text."""
        return bool(self.words or self.without or self.pattern or self.fuzzy)

    def matches(self, text: str, item: Any) -> bool:
        """Whether a row is let through; `text` is its cells in lower case, joined by line breaks."""
        for word in self.words:
            if word not in text:
                return False
        for word in self.without:
            if word in text:
                return False
        if self.pattern is not None and self.pattern.search(text) is None:
            return False
        if self.fuzzy is not None and self.fuzzy.search(text) is None:
            return False
        return self.test is None or self.test(item)

    def narrows(self, other: Filter) -> bool:
        """Whether all that this lets through, `other` does too, so that what is shown can be narrowed."""
        same = (self.without, self.pattern, self.fuzzy, self.expression)
        if same != (other.without, other.pattern, other.fuzzy, other.expression):
            return not other.is_active
        return all(any(word in mine for mine in self.words) for word in other.words)


def parse_filter(text: str, columns: Sequence[Column]) -> Filter:
    """Return the filter that `text` means for a list of these columns; empty text lets everything through.

    Raises:
        InvalidFilter: the text is not a filter; it says why and where.
    """
    stripped = text.strip()
    if stripped.startswith("-f "):
        letters = stripped[3:].replace(" ", "").lower()
        return Filter(fuzzy=re.compile("[^\n]*?".join(map(re.escape, letters)))) if letters else Filter()
    if len(stripped) > 1 and stripped.startswith("/"):
        return Filter(pattern=_pattern(stripped))
    if OPERATOR.search(_without_quotes(stripped)):
        test, reads = TermParser(stripped, columns, InvalidFilter).parse()
        return Filter(expression=stripped, test=test, reads=frozenset(reads))
    words = stripped.lower().split()
    return Filter(
        words=tuple(word for word in words if not word.startswith("!")),
        without=tuple(word[1:] for word in words if word.startswith("!") and len(word) > 1),
    )


def _pattern(text: str) -> re.Pattern[str]:
    body = text[1:-1] if text.endswith("/") and len(text) > 1 else text[1:]
    try:
        return re.compile(body, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        raise InvalidFilter(f"not a regular expression: {error.msg}", 1 + (error.pos or 0)) from error


def _without_quotes(text: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", '""', text)
