"""Keys as text: what a person reads and types for bytes that may be anything, without loss in either direction."""

from __future__ import annotations

import base64
import binascii
import re

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.wire.reader import SYSTEM

HEX, BASE64 = "hex:", "base64:"
_ESCAPE = re.compile(r"(?P<bytes>(?:\\x[0-9A-Fa-f]{2})++)|\\(?P<named>[\\nrt])|\\.?", re.DOTALL)
_NAMED = {"\\": b"\\", "n": b"\n", "r": b"\r", "t": b"\t"}
_MARKED = re.compile(r"(?i:hex:|base64:)")


def key_text(key: bytes, limit: int | None = None) -> str:
    """Return bytes as text on one line, harmless to a terminal; `read_key` gives the same bytes again.

    UTF-8 is shown as it is, with `\\` doubled. Bytes that are no UTF-8, and characters that cannot be seen or would
    steer a terminal, are `\\xNN` each; so are blanks at either end, which get lost where text is typed or copied, and
    the first letter of what would be read as `hex:` or `base64:`.

    Args:
        key: any bytes.
        limit: characters to show at most, the last being an ellipsis if anything was cut; that is not read back.
    """
    if limit is not None and len(key) > 4 * limit:
        # No character has more bytes than that, so what is cut here would not be shown.
        key = key[: 4 * limit + 4]
    text = key.decode("utf-8", "surrogateescape").translate(_TABLE)
    if _MARKED.match(text):
        text = _spelt(text[0]) + text[1:]
    if text.startswith(" "):
        text = _spelt(" ") + text[1:]
    if text.endswith(" "):
        text = text[:-1] + _spelt(" ")
    return text if limit is None or len(text) <= limit else text[: max(limit - 1, 0)] + "…"


class _Table(dict[int, str]):
    """How each character is shown; those of the basic plane are remembered."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_seen = character.isprintable() and character != "\\" and printable(character) == character
        shown = character if is_seen else _spelt(character)
        if code < 0x10000:
            self[code] = shown
        return shown


def _spelt(character: str) -> str:
    if character == "\\":
        return "\\\\"
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


_TABLE = _Table()


def read_key(typed: str) -> bytes:
    """Return the bytes that a person means.

    `hex:00 ff` and `base64:AP8=` say them in digits. Anything else is text in UTF-8 in which `\\xNN` is a byte,
    `\\\\` a backslash, and `\\n`, `\\r`, `\\t` what they usually are. No blank is taken away.

    Raises:
        InvalidInput: the digits are wrong, or a backslash begins nothing known; the message says where.
    """
    if typed[: len(HEX)].lower() == HEX:
        return _from_hex(typed[len(HEX) :])
    if typed[: len(BASE64)].lower() == BASE64:
        return _from_base64(typed[len(BASE64) :])
    made: list[bytes] = []
    at = 0
    for escape in _ESCAPE.finditer(typed):
        made.append(_utf8(typed[at : escape.start()]))
        made.append(_byte(escape))
        at = escape.end()
    made.append(_utf8(typed[at:]))
    return b"".join(made)


def _byte(escape: re.Match[str]) -> bytes:
    if escape["bytes"]:
        return bytes.fromhex(escape["bytes"].replace("\\x", ""))
    if escape["named"]:
        return _NAMED[escape["named"]]
    place = f"at character {escape.start() + 1}"
    shown = printable(escape.group())
    raise _unreadable(f"{shown} {place} is no byte", r"write \xNN for a byte, \\ for a backslash")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _unreadable(f"{printable(text[error.start])} is no character", r"write \xNN for a byte") from error


def _from_hex(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise _unreadable("hex: it takes two digits from 0 to f for each byte", "such as hex:00ff") from error


def _from_base64(digits: str) -> bytes:
    digits = "".join(digits.split())
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable("base64: these are no base64 digits", "such as base64:AP8=") from error


def _unreadable(message: str, hint: str) -> InvalidInput:
    return InvalidInput(SYSTEM, "key", message, hint)


def behind_prefix(prefix: bytes) -> bytes | None:
    """Return the first key behind all that begin with `prefix`, None if they run to the end of the key space."""
    head = prefix.rstrip(b"\xff")
    return head[:-1] + bytes([head[-1] + 1]) if head else None
