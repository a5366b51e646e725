"""The levels of access of this server, lowest first (contract §2.10: the vendor's own names are not known)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.systems.leapyear.service_side.refusal import invalid

DATABASE_LEVELS: tuple[dict[str, Any], ...] = (
    {"id": "none", "label": "No access", "rank": 0},
    {"id": "view", "label": "See the database", "rank": 1},
    {"id": "administer", "label": "Administer", "rank": 2},
)
COLUMN_LEVELS: tuple[dict[str, Any], ...] = (
    {"id": "none", "label": "No access", "rank": 0},
    {"id": "private", "label": "Private computations", "rank": 1},
    {"id": "precise", "label": "Precise answers allowed", "rank": 2},
)


def highest(levels: Iterable[str], known: tuple[dict[str, Any], ...]) -> str:
    """Return the highest of some levels, the lowest there is for none."""
    ranks: dict[str, int] = {level["id"]: level["rank"] for level in known}
    return max(levels, key=lambda level: ranks[level], default=known[0]["id"])


def check_level(level: str, known: tuple[dict[str, Any], ...], field: str = "access") -> str:
    """Return a level if it is known. Raises Refusal 422."""
    names = [entry["id"] for entry in known]
    if level not in names:
        raise invalid(field, f"it must be one of {', '.join(names)}")
    return level
