"""Times that clients send: RFC 3339 texts and the words of the search (contract §3, §8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui.systems.tiledb.service_side.refusal import invalid

WORDS = {"today": 0, "yesterday": 1, "week": 7, "month": 30, "year": 365}
"""Days back from the beginning of this day."""


def epoch(text: str, field: str) -> float:
    """Return an RFC 3339 text as epoch seconds; without a zone it is UTC.

    Raises:
        Refusal: 400, it is none.
    """
    try:
        time = datetime.fromisoformat(str(text))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise invalid(**{field: "is no time"}) from error


def relative(text: str, now: float, field: str) -> float:
    """Return a time that may be a word such as `yesterday`.

    Raises:
        Refusal: as `epoch`.
    """
    if text.lower() in WORDS:
        midnight = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight - timedelta(days=WORDS[text.lower()])).timestamp()
    return epoch(text, field)
