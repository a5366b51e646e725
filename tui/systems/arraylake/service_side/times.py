"""The time as the embedded service tells it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time as the wire has it: ISO-8601 in UTC, for clients overwrite any other offset (contract §6.1)."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
