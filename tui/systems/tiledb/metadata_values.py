"""Metadata as the current platform sends it: texts, each with the type that it is stored as (contract §8)."""

from __future__ import annotations

import json
from typing import Any

from tui.systems.tiledb.models.space_models import AssetMetadata

_WHOLE = frozenset({"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})
_REAL = frozenset({"FLOAT32", "FLOAT64"})


def decoded(entry: AssetMetadata) -> Any:
    """Return an entry's value: a number, or a list of them, where its type says so; else the text."""
    kind, text = entry.type.upper(), entry.value.strip()
    read = int if kind in _WHOLE else float if kind in _REAL else None
    if kind == "BOOL" and text.lower() in ("true", "false", "0", "1"):
        return text.lower() in ("true", "1")
    if read is None or len(text) > 65_536:
        return entry.value
    try:
        if text.startswith("["):
            values = json.loads(text)
            return [read(value) for value in values] if isinstance(values, list) else entry.value
        return read(text)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return entry.value


def entry_for(key: str, text: str, type: str | None = None) -> AssetMetadata:
    """Return an entry for what a person typed: whole numbers and fractions as such, all else as text."""
    if type is not None:
        return AssetMetadata(key=key, value=text, type=type)
    for read, kind in ((int, "INT64"), (float, "FLOAT64")):
        try:
            read(text)
        except ValueError:
            continue
        return AssetMetadata(key=key, value=text.strip(), type=kind)
    return AssetMetadata(key=key, value=text, type="STRING_UTF8")
