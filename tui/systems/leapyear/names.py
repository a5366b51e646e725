"""What a database, a table, a user or a profile may be called (contract §5, §8.10)."""

from __future__ import annotations

from tui.services.printable import printable

LONGEST_NAME = 128
LONGEST_DESCRIPTION = 2000


def check_name(name: str) -> str:
    """Return `name` if it can be one: it must fit into one part of an address and show as it is.

    Raises:
        ValueError: it cannot; the text says why, and is fit to be shown.
    """
    if not name or name != name.strip():
        raise ValueError("a name has no blanks at its ends, and something between them")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has at most {LONGEST_NAME} characters")
    if name in (".", "..") or "/" in name:
        raise ValueError("a name is not . or .. and has no / in it")
    if printable(name) != name:
        raise ValueError("a name has no control characters and no invisible ones")
    return name


def check_description(text: str | None) -> str | None:
    """Return a description if it can be one.

    Raises:
        ValueError: it is too long, or no text.
    """
    if text is not None and len(text) > LONGEST_DESCRIPTION:
        raise ValueError(f"a description has at most {LONGEST_DESCRIPTION} characters")
    if text is not None and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("a description is Unicode text")
    return text
