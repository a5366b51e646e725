"""The forms of keys and values, and what is typed in them as bytes."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, field_validator, model_validator

from tui.services.errors import InvalidInput
from tui.services.printable import printable_lines
from tui.systems.arakoon.keys_text import read_key
from tui.systems.arakoon.wire.reader import SYSTEM

Encoding = Literal["text", "json", "escaped", "hex", "base64"]
KEY_HELP = "text, with \\xNN for bytes that are none; or hex:00ff, or base64:AP8="
VALUE_HELP = "as the encoding says; text is taken as it stands, in UTF-8"
ENCODING_HELP = "text, json (checked), escaped (\\xNN as in keys), hex, or base64"
LARGEST_EDITED = 1 << 20
"""Bytes of a value that can be edited in a form; larger ones are exported and imported."""
_LARGEST_HEX = 64 << 10
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
    """Return a value as it can be edited, and how it is written.

    Raises:
        InvalidInput: it is too large for a form.
    """
    if len(value) <= LARGEST_EDITED:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = None
        if text is not None and printable_lines(text) == text and "\r" not in text:
            return text, "text"
    if len(value) > _LARGEST_HEX:
        message = f"the value has {len(value):,} bytes, too many to be edited in a form"
        raise InvalidInput(SYSTEM, "edit", message, "export it, edit the file, and import it")
    return value.hex(" ", 2), "hex"


def _value_checked(form: _ValueT) -> _ValueT:
    try:
        value_from(form.value, form.encoding)
    except InvalidInput as error:
        raise ValueError(error.message) from error
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


class _WithValue(BaseModel):
    value: str = Field("", description=VALUE_HELP, json_schema_extra={"multiline": True})
    encoding: Encoding = Field("text", description=ENCODING_HELP)

    _check_value = model_validator(mode="after")(_value_checked)

    @property
    def raw_value(self) -> bytes:
        """The value's bytes."""
        return value_from(self.value, self.encoding)


class EditedValue(_WithValue):
    """A value that was edited."""


class TestAndSet(_WithValue):
    """A value to write if the key still has another one."""

    test_value: str = Field("", description="the value that the key must have now, in the same encoding")
    test_absent: bool = Field(False, description="the key must not be there, whatever stands above")
    delete: bool = Field(False, description="delete the key in place of writing the value")

    @property
    def raw_test(self) -> bytes | None:
        """What the key must have, None if it must not be there."""
        return None if self.test_absent else value_from(self.test_value, self.encoding)


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
