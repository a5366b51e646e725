"""Shell words: texts as a POSIX-like shell reads them, for command lines that a person may paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from tui.services.printable import printable

LONGEST = 4000
"""Characters of a command line that are shown."""


def shell_word(text: str) -> str:
    """Return one word of a command line. What would not be seen is written as `$'…'`, which bash, zsh and ksh read."""
    if printable(text) == text:
        return shlex.quote(text)
    made: list[str] = []
    for letter in text:
        if letter in "'\\":
            made.append("\\" + letter)
        elif printable(letter) == letter:
            made.append(letter)
        else:
            made.extend(f"\\x{byte:02x}" for byte in _bytes_of(letter))
    return f"$'{''.join(made)}'"


def variable_word(before: str, name: str, after: str = "") -> str:
    """Return a word with a shell variable in it, where a secret is to be put: `"Authorization: Bearer $TOKEN"`."""
    quoted = [_in_quotes(part) for part in (before, after)]
    braced = f"${{{name}}}" if after[:1].isalnum() or after[:1] == "_" else f"${name}"
    return f'"{quoted[0]}{braced}{quoted[1]}"'


def variable_name(name: str) -> str:
    """Return the shell variable that stands for the secret of a field or a header: `api-key` is `API_KEY`."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name).strip("_").upper()
    return letters if letters and not letters[0].isdigit() else f"SECRET_{letters}".rstrip("_")


def command_line(words: Iterable[str]) -> str:
    """Return quoted words as one line; of a very long one the beginning, and behind a `#` how long it is."""
    line = " ".join(words)
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST]} # cut here: {len(line):,} characters in all"


def _bytes_of(letter: str) -> bytes:
    return letter.encode("utf-8", "surrogateescape" if "\udc80" <= letter <= "\udcff" else "surrogatepass")


def _in_quotes(text: str) -> str:
    return "".join("\\" + letter if letter in '"\\$`' else letter for letter in printable(text))
