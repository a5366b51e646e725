"""When a call is sent again, and after how long: growing, jittered waits, and never sooner than the server asks."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tui.services.errors import ServiceError
from tui.services.http.settings import HttpSettings

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState


class Again(Exception):
    """An attempt failed in a way that another may not. `after` is how many seconds the server asks to wait.

    It never leaves the session.
    """

    def __init__(self, error: ServiceError, after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after


def retrier(settings: HttpSettings, attempts: int) -> AsyncRetrying:
    """Return what runs an attempt up to `attempts` times; the last `Again` comes out of it."""
    import tenacity

    growing = tenacity.wait_random_exponential(multiplier=settings.backoff, max=settings.longest_wait)

    def wait(state: RetryCallState) -> float:
        asked = _asked(state)
        # A little later than asked: all who were told the same would come back at the same moment.
        return growing(state) if asked is None else asked + random.uniform(0, 0.1)

    def stop(state: RetryCallState) -> bool:
        return state.attempt_number >= attempts or (_asked(state) or 0.0) > settings.longest_wait

    return tenacity.AsyncRetrying(wait=wait, stop=stop, retry=tenacity.retry_if_exception_type(Again), reraise=True)


def _asked(state: RetryCallState) -> float | None:
    failed: Any = state.outcome.exception() if state.outcome is not None else None
    return failed.after if isinstance(failed, Again) else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks to wait: a number, an HTTP date or an ISO one; None if it asks none.

    A date is compared with the server's own clock where it tells the time.
    """
    text = headers.get("retry-after", "").strip()[:64]
    if not text:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII):
        return float(text)
    moment = _moment(text)
    if moment is None:
        return None
    now = _moment(headers.get("date", "")[:64])
    return max(0.0, moment - (time.time() if now is None else now))


def _moment(text: str) -> float | None:
    """Return a date as seconds since 1970, None if it is none."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
