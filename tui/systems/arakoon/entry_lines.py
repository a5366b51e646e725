"""Entries as JSON Lines: one object for each, text where the bytes are UTF-8, base64 where they are not."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, cast

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.paging import Entry
from tui.systems.arakoon.wire.reader import MIB, SYSTEM

LONGEST = 128 * MIB
"""Bytes of a line; one entry that a sequence can write takes less in either form."""
_FIELDS = ("key", "value")


def entry_line(entry: Entry) -> bytes:
    """Return an entry as a line of ASCII with its line break.

    The fields are `key` and `value`, each called `key_base64` or `value_base64` where it is base64: for what is no
    UTF-8, and for what is shorter so, such as text of many controls.
    """
    made = dict(_field(name, raw) for name, raw in zip(_FIELDS, entry, strict=True))
    return json.dumps(made).encode() + b"\n"


def _field(name: str, raw: bytes) -> tuple[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        pass
    else:
        if len(text) < 1000 or len(json.dumps(text)) <= 2 * len(raw):
            return name, text
    return f"{name}_base64", base64.b64encode(raw).decode()


def read_entry(line: bytes, number: int) -> Entry:
    """Return the entry of a line; `number` counts lines from 1, for the error.

    Raises:
        InvalidInput: it is none; the message says what is wrong with which line.
    """
    try:
        made: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong(number, "it is no JSON") from error
    if not isinstance(made, dict):
        raise _wrong(number, "it is no object")
    fields = cast("dict[str, Any]", made)
    key, value = _read_field(fields, "key", number), _read_field(fields, "value", number)
    if fields:
        raise _wrong(number, f"it has a field {printable(next(iter(fields)), 40)}")
    return key, value


def _read_field(fields: dict[str, Any], name: str, number: int) -> bytes:
    """Take a field out and return its bytes."""
    coded = f"{name}_base64"
    if (name in fields) == (coded in fields):
        raise _wrong(number, f"it needs one of {name} and {coded}")
    is_text = name in fields
    text = fields.pop(name if is_text else coded)
    if not isinstance(text, str):
        raise _wrong(number, f"{name if is_text else coded}: it is no text")
    try:
        return text.encode() if is_text else base64.b64decode(text, validate=True)
    except UnicodeEncodeError as error:
        raise _wrong(number, f"{name}: half a character, which no bytes are") from error
    except (binascii.Error, ValueError) as error:
        raise _wrong(number, f"{coded}: it is no base64") from error


def _wrong(number: int, reason: str) -> InvalidInput:
    hint = 'a line is such as {"key": "a", "value": "1"}'
    return InvalidInput(SYSTEM, "import", f"line {number:,}: {reason}", hint)
