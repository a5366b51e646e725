"""Anything that a service may return, as JSON text: always valid, always ASCII, never an exception."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from collections.abc import Collection, Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, cast

from pydantic import BaseModel, SecretStr


def to_json(value: Any, indent: int | None = None) -> str:
    """Return `value` as JSON.

    Times are ISO 8601 with a zone, durations seconds, bytes `{"base64": …}`, NaN and infinities the texts
    `"NaN"`, `"Infinity"` and `"-Infinity"`, complex numbers text, secrets `"***"`.
    """
    return json.dumps(to_data(value), indent=indent, allow_nan=False)


def to_data(value: Any) -> Any:
    """Return `value` built of nothing but what JSON has."""
    if value is None or (isinstance(value, bool | int) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return to_data(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, BaseModel):
        return {name: to_data(getattr(value, name)) for name in type(value).model_fields} | _extras(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): to_data(inner) for key, inner in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple | Set):
        return [to_data(inner) for inner in cast("Collection[Any]", value)]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, datetime):
        return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(bytes(cast("bytes", value))).decode()}
    if isinstance(value, complex | PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # numpy's arrays and scalars, without importing numpy
        plain = value.tolist()
        return str(value) if type(plain) is type(value) else to_data(plain)
    return str(value)


def _number(value: float) -> Any:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _key(key: Any) -> str:
    return key if isinstance(key, str) else str(to_data(key))


def _extras(value: BaseModel) -> dict[str, Any]:
    return {name: to_data(inner) for name, inner in (value.model_extra or {}).items()}
