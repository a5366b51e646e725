"""Logging in with a device code, as states that a screen can show (contract §4.1)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tui.services.errors import Unavailable
from tui.services.printable import printable
from tui.systems.arraylake.account import Account
from tui.systems.arraylake.provider import (
    AccessDenied,
    AuthorizationPending,
    CodeExpired,
    LoginEnded,
    Provider,
    SlowDown,
)

SLOWER = 5.0
"""Seconds that are added to the interval each time the provider asks for it, as RFC 8628 has it."""


class Step(StrEnum):
    """Where a log-in stands. The last three end it."""

    WAITING = "waiting"
    SLOW_DOWN = "slow down"
    DONE = "done"
    DENIED = "denied"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class LoginState:
    """A moment of a log-in. All of it may be shown.

    `address` is the page to open, the code in it; `user_code` is what that page must show. `expires` is when the code
    ends, `interval` how many seconds lie between two questions to the provider, `polls` how many there were.
    `problem` is why the last question brought no answer, "" if it did.
    """

    step: Step
    address: str
    user_code: str
    expires: datetime
    interval: float
    polls: int = 0
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.step in (Step.DONE, Step.DENIED, Step.EXPIRED)


async def device_login(provider: Provider, account: Account) -> AsyncGenerator[LoginState]:
    """Log in, yielding a state when it begins, after each question to the provider, and at its end.

    Leaving the loop, or cancelling it, gives the log-in up; nothing is kept then. When it is done, the tokens are in
    the file already.

    Raises:
        ServiceError: the service or its provider cannot be asked at the beginning, or does not speak as it should; or
            the tokens cannot be written. While the code is valid, a provider that is down is asked again.
    """
    code = await provider.device_code()
    ends = time.monotonic() + code.expires_in
    state = LoginState(
        Step.WAITING,
        code.verification_uri_complete,
        printable(code.user_code, 64),
        datetime.now(UTC) + timedelta(seconds=code.expires_in),
        code.interval,
    )
    yield state
    while True:
        # Not beyond the end of the code: whoever looks on learns of it when it is due.
        await asyncio.sleep(min(state.interval, max(ends - time.monotonic(), 0.0)))
        if time.monotonic() >= ends:
            yield replace(state, step=Step.EXPIRED, problem="the code was not entered in time")
            return
        state = replace(state, polls=state.polls + 1, problem="")
        try:
            tokens = await provider.poll(code.device_code)
        except AuthorizationPending:
            state = replace(state, step=Step.WAITING)
        except SlowDown:
            state = replace(state, step=Step.SLOW_DOWN, interval=state.interval + SLOWER)
        except AccessDenied as error:
            yield replace(state, step=Step.DENIED, problem=error.message)
            return
        except (CodeExpired, LoginEnded) as error:
            yield replace(state, step=Step.EXPIRED, problem=error.message)
            return
        except Unavailable as error:
            state = replace(state, problem=error.message)
        else:
            await account.take(tokens)
            yield replace(state, step=Step.DONE)
            return
        yield state
