"""The forms of keys and values, and what is typed in them as bytes."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, field_validator, model_validator

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.values.value_lines import HEX_COLUMNS
from tui.systems.arakoon.wire.reader import SYSTEM

Encoding = Literal["text", "json", "escaped", "hex", "base64"]
KEY_HELP = "text, with \\xNN for bytes that are none; or hex:00ff, or base64:AP8="
VALUE_HELP = "as the encoding says; text is taken as it stands, in UTF-8"
ENCODING_HELP = "text, json (checked), escaped (\\xNN as in keys), hex, or base64"
LARGEST_EDITED = 1 << 20
"""Bytes of a value that can be edited in a form; larger ones are exported and imported."""
_LARGEST_SPELT = 64 << 10
"""Bytes of a value that can be edited where they are no text: digits take three times as much room."""
_ValueT = TypeVar("_ValueT", bound=Any)


def value_from(text: str, encoding: Encoding) -> bytes:
    """Return the bytes that a typed value means.

    Raises:
        InvalidInput: it is not what the encoding says.
    """
    try:
        if encoding == "json":
            json.loads(text)
        if encoding in ("text", "json"):
            return text.encode()
        if encoding == "hex":
            return bytes.fromhex(text)
        if encoding == "base64":
            return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, RecursionError, binascii.Error) as error:
        raise InvalidInput(SYSTEM, "value", f"value: it is no {encoding}: {str(error)[:100]}") from error
    return read_key(text)


def value_text(value: bytes) -> tuple[str, Encoding]:
    """Return a value as it can be edited, and how it is written: as text where every character of it can be seen and
    typed, with its controls as `\\xNN` where it is other text, else as hex digits. `value_from` gives it back.

    Raises:
        InvalidInput: it is too large for a form.
    """
    text = None
    if len(value) <= LARGEST_EDITED:
        with suppress(UnicodeDecodeError):
            text = value.decode()
        if text is not None and can_be_typed(text):
            return text, "text"
    if len(value) > _LARGEST_SPELT:
        message = f"the value has {len(value):,} bytes, too many to be edited in a form"
        raise InvalidInput(SYSTEM, "edit", message, "W writes it to a file, L loads it from one")
    if text is not None:
        spelt = "\n".join(map(key_text, value.split(b"\n")))
        if len(spelt) <= 2 * len(text) + 4:
            return spelt, "escaped"
    rows = range(0, len(value), HEX_COLUMNS)
    return "\n".join(value[row : row + HEX_COLUMNS].hex(" ") for row in rows), "hex"


def can_be_typed(text: str) -> bool:
    """Whether every character of a text can be seen and typed; line breaks and tabs can."""
    plain = text.replace("\n", "").replace("\t", "")
    return printable(plain) == plain


def value_checked(text: str, encoding: Encoding) -> None:
    """Raise `ValueError` if a typed value is not what its encoding says."""
    try:
        value_from(text, encoding)
    except InvalidInput as error:
        raise ValueError(error.message) from error


def _value_checked(form: _ValueT) -> _ValueT:
    value_checked(form.value, form.encoding)
    return form


def key_checked(text: str) -> str:
    """Return a typed key as it is. Raises `ValueError` if it cannot be read."""
    try:
        read_key(text)
    except InvalidInput as error:
        raise ValueError(error.message) from error
    return text


class KeyAndValue(BaseModel):
    """A key and a value to write."""

    key: str = Field(description=KEY_HELP)
    value: str = Field("", description=VALUE_HELP, json_schema_extra={"multiline": True})
    encoding: Encoding = Field("text", description=ENCODING_HELP)

    _check_key = field_validator("key")(key_checked)
    _check_value = model_validator(mode="after")(_value_checked)

    @property
    def raw_key(self) -> bytes:
        """The key's bytes."""
        return read_key(self.key)

    @property
    def raw_value(self) -> bytes:
        """The value's bytes."""
        return value_from(self.value, self.encoding)


class ValueTyped(BaseModel):
    """A form with a value, and how it is written."""

    value: str = Field("", description=VALUE_HELP, json_schema_extra={"multiline": True})
    encoding: Encoding = Field("text", description=ENCODING_HELP)

    _check_value = model_validator(mode="after")(_value_checked)

    @property
    def raw_value(self) -> bytes:
        """The value's bytes."""
        return value_from(self.value, self.encoding)


class EditedValue(ValueTyped):
    """A value that was edited."""


class TestAndSet(ValueTyped):
    """A value to write if the key still has another one."""

    test_value: str = Field(
        "",
        description="the value that the key must have now, in the same encoding",
        json_schema_extra={"multiline": True},
    )
    test_absent: bool = Field(False, description="the key must not be there, whatever stands above")
    delete: bool = Field(False, description="delete the key in place of writing the value")

    @property
    def raw_test(self) -> bytes | None:
        """What the key must have, None if it must not be there."""
        return None if self.test_absent else value_from(self.test_value, self.encoding)


class KeyForm(BaseModel):
    """A key to go to."""

    key: str = Field(description=f"the key, or what it begins with: {KEY_HELP}")

    _check = field_validator("key")(key_checked)


class FileToWrite(BaseModel):
    """A file that a value is written to."""

    path: Path = Field(description="the file to write: the bytes of the value and nothing else")
    overwrite: bool = Field(False, description="replace a file that is there")


class FileToLoad(BaseModel):
    """A file that a value is loaded from."""

    path: Path = Field(description="the file to read: all its bytes become the value")


class PrefixForm(BaseModel):
    """A prefix of keys."""

    prefix: str = Field("", description=f"what the keys begin with: {KEY_HELP}; empty means all keys")

    _check = field_validator("prefix")(key_checked)


class RangeForm(BaseModel):
    """A range of keys."""

    begin: str = Field("", description=f"the first key, or the last if reversed: {KEY_HELP}; empty is no bound")
    begin_inclusive: bool = Field(True, description="with that key itself")
    end: str = Field("", description="the other end; empty is no bound")
    end_inclusive: bool = Field(True, description="with that key itself")
    reversed: bool = Field(False, description="from the highest key down; begin is the high end then")
    limit: int = Field(100, ge=1, le=10_000, description="entries at most")
    keys_only: bool = Field(False, description="leave the values out")

    _check = field_validator("begin", "end")(key_checked)
