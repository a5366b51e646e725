"""Objects of unknown shape as plain data: their public attributes, and what those seem to say."""

from __future__ import annotations

import datetime
import enum
import math
from typing import Any

from .refused import LONGEST_TEXT

MOST_KEYS = 32
_SECRET_WORDS = ("pass", "secret", "token", "key", "cred")
_STATES = (("fail", "failed"), ("error", "failed"), ("cancel", "cancelled"), ("time", "timed_out"))
_STATES += (("succ", "succeeded"), ("done", "succeeded"), ("finish", "succeeded"), ("complet", "succeeded"))
_STATES += (("queue", "queued"), ("pend", "queued"), ("run", "running"))
OVER = ("succeeded", "failed", "cancelled", "timed_out")


def described(thing: Any) -> dict[str, Any]:
    """Return the public plain attributes of an object of unknown shape, without what looks like a secret."""
    found: dict[str, Any] = {}
    for name in dir(thing):
        if name.startswith("_") or any(word in name.lower() for word in _SECRET_WORDS) or len(found) >= MOST_KEYS:
            continue
        try:
            value = getattr(thing, name)
        except Exception:
            continue
        if isinstance(value, enum.Enum):
            found[name] = value.name[:LONGEST_TEXT]
        elif isinstance(value, str):
            found[name] = value[:LONGEST_TEXT]
        elif value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
            found[name] = value
        elif isinstance(value, (datetime.date, datetime.datetime)):
            found[name] = value.isoformat()
    return found


def members(kind: Any) -> list[str]:
    """Return the names of an enumeration, in the order of their declaration; none if it is no enumeration."""
    try:
        return [member.name for member in kind]
    except Exception:
        return []


def levels(names: list[str]) -> list[dict[str, Any]]:
    return [{"id": name, "label": name, "rank": rank} for rank, name in enumerate(names)]


def has(thing: Any, name: str) -> bool:
    return callable(getattr(thing, name, None))


def moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()


def identity_in(extra: dict[str, Any]) -> str | None:
    for name in ("id", "job_id", "uuid"):
        found = extra.get(name)
        if isinstance(found, (str, int)) and str(found) and "/" not in str(found):
            return str(found)[:100]
    return None


def state_in(extra: dict[str, Any]) -> str | None:
    """Return the state that an object's own words seem to mean, None where it says nothing."""
    for name in ("state", "status"):
        said = extra.get(name)
        if isinstance(said, str):
            return next((state for part, state in _STATES if part in said.lower()), None)
    return None
