"""Texts that would do harm if a terminal, a markup parser or a table were to believe them."""

from __future__ import annotations

RAW = {
    "clear": "\x1b[2J\x1b[H",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "device": '\x1bP$q"p\x1b\\',
    "c1": "\x9b2J",
    "bell": "a\x07b",
    "back": "safe\x08\x08\x08\x08evil",
    "return": "first\rsecond\nthird\tfourth",
    "bidi": "abc\u202egnp.exe\u2066x",
    "invisible": "a\u200bb\u2060c\ufeff",
    "nul": "a\x00b",
    "delete": "a\x7fb",
}
SHOWN = {
    "markup": "[bold]x[/] [red]",
    "link": "[@click=app.bell]x[/]",
    "wide": "数据 🌡 e\u0301",
    "long": "x" * 10_000,
    "slash": "a/b @c 'd' \"e\" \\",
}
ALL = {**RAW, **SHOWN}
# The dashboard itself goes back by backspaces, by three at most.
FORBIDDEN = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned",
    "\x1b]52;c;b3duZWQ",
    '\x1bP$q"p',
    "\x9b",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "a\x07b",
    "safe\x08",
    "\x08\x08\x08\x08",
    "a\x7fb",
)


def harm_in(received: bytes) -> list[str]:
    """Return what of the forbidden was sent as it is."""
    text = received.decode("utf-8", "surrogateescape")
    return [forbidden for forbidden in FORBIDDEN if forbidden in text]
