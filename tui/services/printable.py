"""Foreign text made harmless: nothing that comes from a server or a file may steer the terminal."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, bidirectional and zero-width formatting, line separators, lone surrogates, tags,
# and the non-characters: all that moves the cursor, reorders a line, or cannot be seen.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e", "\0": "\\0"}


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    named = _NAMED.get(character)
    if named is not None:
        return named
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def printable(text: str, limit: int | None = None) -> str:
    """Return `text` on one line, with every control, bidirectional or invisible character spelt out.

    With `limit`, at most that many characters come back, the last being an ellipsis if anything was cut.
    """
    if limit is not None and len(text) > limit:
        text = text[:limit]
        safe = _UNSAFE.sub(_escape, text)
        return safe[: max(limit - 1, 0)] + "…"
    safe = _UNSAFE.sub(_escape, text)
    return safe if limit is None or len(safe) <= limit else safe[: limit - 1] + "…"


def printable_lines(text: str) -> str:
    """Return `text` with its line breaks and tabs kept and everything else that is unsafe spelt out."""
    return "\n".join(printable(line.expandtabs(4)) for line in text.splitlines())
