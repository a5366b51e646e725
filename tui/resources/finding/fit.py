"""Fit: how well a text answers what is sought; exact before prefix, word, part, and letters in that order."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cached_property

LONGEST_FUZZY = 200
"""Characters of a text that are looked through for letters in order."""
LEAST_FUZZY = 3
"""Letters that must be sought before any text that merely has them in order is taken for an answer."""


class Fit(IntEnum):
    """How a text fits, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    PART = 3
    FUZZY = 4


class Needle:
    """What is sought: the text as a whole, or all of its words in any order. Capitals do not matter."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        self.folded = self.text.casefold()
        self.words = tuple(self.folded.split())

    def __bool__(self) -> bool:
        return bool(self.folded)

    def fit(self, text: str) -> Fit | None:
        """Return how the text fits, None if it does not hold all that is sought."""
        return self.fit_folded(text.casefold())

    def fit_folded(self, text: str) -> Fit | None:
        """Return how a text in small letters fits."""
        fit = _fit(self.folded, self._word, text)
        if fit is not None or len(self.words) < 2:
            return fit
        worst = Fit.WORD
        for word, begun in zip(self.words, self._each_word, strict=True):
            fit = _fit(word, begun, text)
            if fit is None:
                return None
            worst = max(worst, fit)
        return worst

    def is_fuzzy_in(self, text: str) -> bool:
        """Whether the letters are in the text in this order, the first of them at the beginning of a word."""
        if len(self.folded) < LEAST_FUZZY:
            return False
        return self._letters.search(text[:LONGEST_FUZZY].casefold()) is not None

    @cached_property
    def _word(self) -> re.Pattern[str]:
        return _at_word(self.folded)

    @cached_property
    def _each_word(self) -> tuple[re.Pattern[str], ...]:
        return tuple(_at_word(word) for word in self.words)

    @cached_property
    def _letters(self) -> re.Pattern[str]:
        first, *others = [letter for letter in self.folded[:64] if not letter.isspace()]
        # Each step goes to the next such letter and no other, so that no text takes long.
        rest = "".join(f"(?>[^{re.escape(letter)}]*{re.escape(letter)})" for letter in others)
        return re.compile(rf"(?<![^\W_]){re.escape(first)}{rest}", re.DOTALL)


def _at_word(sought: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^\W_])" + re.escape(sought))


def _fit(sought: str, at_word: re.Pattern[str], text: str) -> Fit | None:
    at = text.find(sought)
    if at < 0:
        return None
    if at == 0:
        return Fit.EXACT if len(text) == len(sought) else Fit.PREFIX
    return Fit.WORD if at_word.search(text, 0) is not None else Fit.PART
