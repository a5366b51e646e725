"""The three retry modes of the published client: which refusals are worth another attempt (contract §7, §15)."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from tui.services.http.repeats import Repeats
from tui.services.http.settings import HttpSettings
from tui.systems.tiledb.errors import SYSTEM, BadValue

_ASKED = frozenset({413, 429, 503})
"""Refusals after which a call is repeated when the server says how long to wait."""
_RULES = {
    "default": Repeats(frozenset({503}), frozenset(), _ASKED),
    "forceful": Repeats(frozenset({400, 500, 501, 502, 503}), frozenset(), _ASKED),
    "disabled": Repeats(frozenset(), frozenset(), frozenset()),
}


class RetryMode(StrEnum):
    """How a client deals with refusals. Only what may be sent twice is sent again: no POST and no PATCH is.

    `default` repeats after 503. `forceful` repeats after 400, 500, 501, 502 and 503; it makes a wrong call slow, and
    hides a server that is not well. Both repeat after 413, 429 and 503 with `Retry-After`, and lost connections.
    `disabled` repeats nothing and follows no redirect.
    """

    DEFAULT = "default"
    FORCEFUL = "forceful"
    DISABLED = "disabled"


def read_mode(mode: str) -> RetryMode:
    """Return the mode of that name.

    Raises:
        BadValue: there is none.
    """
    try:
        return RetryMode(mode)
    except ValueError:
        known = ", ".join(RetryMode)
        raise BadValue(SYSTEM, "retry mode", "mode: there is none of that name", f"known are {known}") from None


def in_mode(settings: HttpSettings, mode: RetryMode) -> HttpSettings:
    """Return the settings of a session that keeps to `mode`."""
    disabled = mode is RetryMode.DISABLED
    return replace(
        settings,
        repeats=_RULES[mode],
        attempts=1 if disabled else settings.attempts,
        redirects="none" if disabled else "all",
    )
