"""Texts of many entries, as a person types them into one field: `age INT 0..120; "vital signs" view`.

Entries are parted by `;` or a new line, the words of one by blanks. What holds a blank, a `;` or a `|` stands in double
quotes, in which a backslash keeps the next character as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(
    r'(?P<blank>[ \t\r]+)|(?P<end>[;\n])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bar>\|)|(?P<word>[^\s;|"]+)', re.S
)
MOST = 1_000_000
"""Characters that are read."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of an entry. `is_quoted` ones are names and texts, never marks of the grammar."""

    text: str
    is_quoted: bool = False

    def marks(self, sign: str) -> bool:
        """Whether it is a sign or a keyword of the grammar."""
        return not self.is_quoted and self.text.lower() == sign


def read_entries(text: str) -> list[list[Word]]:
    """Return the words of each entry; empty entries are left out.

    Raises:
        ValueError: a quote is not closed, or the text is too long.
    """
    if len(text) > MOST:
        raise ValueError(f"more than {MOST:,} characters")
    entries: list[list[Word]] = [[]]
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise ValueError(f'a " is not closed: {text[at : at + 30]}')
        at = found.end()
        match found.lastgroup:
            case "end":
                entries.append([])
            case "quoted":
                entries[-1].append(Word(re.sub(r"\\(.)", r"\1", found["quoted"], flags=re.S), True))
            case "bar" | "word":
                entries[-1].append(Word(found[0]))
            case _:
                pass
    return [entry for entry in entries if entry]


def quoted(text: str) -> str:
    """Return a text as one word, in quotes where it needs them."""
    if text and re.fullmatch(r'[^\s;|"]+', text) and text.lower() != "nullable":
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
