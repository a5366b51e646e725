"""Moment: a time as services send it, always in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC. One without a zone is meant as UTC.

    Raises:
        ValueError: it is out of range there: a server may send the year 1 in another zone.
    """
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


Moment = Annotated[datetime, AfterValidator(in_utc)]
