"""Cells: a value and its kind written for a list, for a detail pane, and as something to sort by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from tui.resources.columns import Column, ColumnKind, Tone
from tui.services.printable import printable

NOTHING = "—"
LONGEST = 500
"""Characters of a cell; the table cuts it further to the column's width."""

_TONES: dict[str, Tone] = {
    **dict.fromkeys(("ok", "online", "succeeded", "healthy", "active", "running", "alive", "yes"), "ok"),
    **dict.fromkeys(
        ("locked", "degraded", "queued", "pending", "warning", "stale", "interrupted", "maintenance"), "warn"
    ),
    **dict.fromkeys(("damaged", "failed", "timed_out", "lost"), "bad"),
    **dict.fromkeys(("offline", "down", "error", "denied", "unauthenticated"), "bad"),
    **dict.fromkeys(("unknown", "cancelled", "connecting", "none"), "muted"),
}
_SIGNS: dict[Tone, tuple[str, str]] = {
    "ok": ("●", "+"),
    "warn": ("▲", "!"),
    "bad": ("✖", "x"),
    "stale": ("◌", "~"),
    "muted": ("○", "-"),
    "accent": ("◆", "*"),
}


def tone_of(word: str) -> Tone | None:
    """Return the tone of a status word, None for a word that means nothing in particular."""
    return _TONES.get(word.partition(" ")[0].rstrip(",:").lower())


def sign_of(tone: Tone, *, ascii: bool = False) -> str:
    """Return the sign that says the same as the tone's colour."""
    return _SIGNS[tone][1 if ascii else 0]


def cell_text(value: Any, kind: ColumnKind, now: datetime | None = None) -> str:
    """Return a value as a list shows it: printable, on one line, short."""
    if value is None or value == "":
        return NOTHING
    if kind == "bytes" and isinstance(value, int | float):
        return bytes_text(value)
    if kind in ("count", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    if kind == "time" and isinstance(value, datetime):
        return age_text(value, now)
    if kind == "moment" and isinstance(value, datetime):
        return moment_text(value)
    if kind == "duration" and isinstance(value, int | float | timedelta):
        return duration_text(value.total_seconds() if isinstance(value, timedelta) else value)
    if kind == "status":
        tone = tone_of(str(value))
        return printable(f"{sign_of(tone)} {value}" if tone else str(value), LONGEST)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(_plain(value), LONGEST) or NOTHING


def moment_text(value: datetime) -> str:
    """Return a moment that is data, as short as it allows; without an offset it is in UTC."""
    naive = value.replace(tzinfo=None)
    stamp = naive.isoformat(sep=" ", timespec="auto" if naive.second or naive.microsecond else "minutes")
    offset = value.utcoffset()
    return stamp if not offset else stamp + value.isoformat()[-6:]


def full_text(value: Any, kind: ColumnKind) -> str:
    """Return a value as a detail pane shows it: printable and whole, times in full beside their age."""
    if kind == "time" and isinstance(value, datetime):
        stamp = (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat(sep=" ", timespec="seconds")
        return f"{stamp} ({age_text(value)})"
    if kind == "bytes" and isinstance(value, int) and value >= 1024:
        return f"{bytes_text(value)} ({value:,} bytes)"
    if value is None or value == "" or kind in ("bytes", "count", "number", "duration", "status"):
        return cell_text(value, kind)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(_plain(value))


def sort_key(value: Any) -> tuple[int, Any]:
    """Return something by which values of a column can be ordered, whatever they are: numbers, then times, then
    texts, then nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return (9, 0)
    if isinstance(value, timedelta):
        return (0, value.total_seconds())
    if isinstance(value, int | float):
        return (0, value)
    if isinstance(value, datetime):
        return (1, (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
    if isinstance(value, tuple | list):
        parts = tuple(cast("Sequence[Any]", value))
        if all(isinstance(part, int | float) for part in parts):
            return (2, parts)
    return (3, _plain(value).casefold())


def cells_of(item: Any, columns: tuple[Column, ...], now: datetime | None = None) -> tuple[str, ...]:
    """Return an item's cells for these columns."""
    return tuple(cell_text(_value(column, item), column.kind, now) for column in columns)


def _value(column: Column, item: Any) -> Any:
    """Return the value, or what went wrong: a plug-in's column must not end the whole program."""
    try:
        return column.read(item)
    except Exception as error:
        return f"({type(error).__name__})"


def tones_of(item: Any, columns: tuple[Column, ...]) -> Mapping[int, Tone] | None:
    """Return the tones of an item's cells by their column's index, None if there are none."""
    found: dict[int, Tone] = {}
    for index, column in enumerate(columns):
        tone: Tone | None = None
        if column.tone is not None:
            tone = column.tone(item)
        elif column.kind == "status":
            tone = tone_of(str(_value(column, item)))
        if tone is not None:
            found[index] = tone
    return found or None


def bytes_text(count: float) -> str:
    """Return `512 B`, `1.5 KiB`, `12 MiB`."""
    if abs(count) < 1024:
        return f"{count:.0f} B"
    value = float(count)
    units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    unit = units.pop(0)
    value /= 1024
    while units and abs(value) >= 1023.95:
        value /= 1024
        unit = units.pop(0)
    return f"{value:.1f} {unit}" if abs(value) < 99.95 else f"{value:.0f} {unit}"


_separator = ","


def use_separator(sign: str) -> None:
    """Write numbers with this sign between their thousands from now on, in all lists."""
    global _separator
    _separator = sign


def number_text(value: float) -> str:
    """Return a number with its thousands apart, and of a fraction what matters."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", _separator)
    whole = value.is_integer() and abs(value) < 1e15
    return f"{value:,.0f}".replace(",", _separator) if whole else f"{value:.6g}"


def duration_text(seconds: float) -> str:
    """Return `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`."""
    size = abs(seconds)
    if size < 10:
        return f"{seconds:.1f} s"
    for limit, unit, length in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if size < limit:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds / 86_400:,.0f} d"


def age_text(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago it was, or `in 3 h` for what is to come."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - aware).total_seconds()
    if seconds < -1:
        return f"in {duration_text(-seconds)}"
    return "now" if seconds < 1 else duration_text(seconds)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_plain(inner)}" for key, inner in cast("Mapping[Any, Any]", value).items())
    if isinstance(value, tuple | list):
        return ", ".join(_plain(inner) for inner in cast("Sequence[Any]", value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
