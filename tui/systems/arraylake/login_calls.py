"""Logging in and out, and who is logged in: the part of the client that deals with log-ins (contract §4)."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from tui.services.errors import NotAuthenticated, ServiceError
from tui.services.printable import printable
from tui.systems.arraylake.calls import Calls
from tui.systems.arraylake.login import LoginState, Step, device_login
from tui.systems.arraylake.models import Principal, ServiceInfo
from tui.systems.arraylake.provider import AccessDenied, CodeExpired

_log = logging.getLogger("arraydeck.arraylake")


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """What a log-out did: whether there was a log-in, and why the provider could not be told, "" if it was."""

    found: bool
    problem: str = ""


class LoginCalls(Calls):
    """Methods on the log-in that is kept on this machine."""

    async def get_user(self) -> Principal:
        """Return who is logged in: a person, or an API key.

        Raises:
            NotAuthenticated: nobody is.
        """
        return (await self.session.ask("GET", "/user", "who am I", Principal)).value

    async def get_service_info(self) -> ServiceInfo:
        """Return what the service tells of itself; needs no log-in."""
        return (await self.session.ask("GET", "/", "service", ServiceInfo, identified=False)).value

    async def login_states(self) -> AsyncGenerator[LoginState]:
        """Log in with a device code, yielding what a screen shows, until it is over. Raises as `device_login`.

        Leaving it early gives the log-in up. After `Step.DONE` the client and the vendor's tools use the new one.
        """
        async with aclosing(device_login(self.provider, self.account)) as states:
            async for state in states:
                if state.step is Step.DONE:
                    await self._introduce()
                yield state

    async def _introduce(self) -> None:
        """Tell the service who came, as its own tools do; the log-in is good without that."""
        try:
            await self.session.ask("POST", "/auth/update-user", "log in", repeatable=True)
        except ServiceError as error:
            _log.info("the service did not take note of the log-in: %s", printable(error.message, 200))

    async def login(
        self, *, org: str | None = None, browser: bool = False, show: Callable[[LoginState], None] | None = None
    ) -> None:
        """Log in: renew what is kept if that goes, else with a device code, and wait for the person.

        Args:
            org: of no meaning to today's service; kept for scripts of older times.
            browser: open the page in a browser as well.
            show: told of each state; by default the page and the code are written to stderr.

        Raises:
            AccessDenied, CodeExpired: the person said no, or nothing.
            ServiceError: the service or its provider cannot be asked.
        """
        if await self._renew_kept():
            return
        tell = _write_state if show is None else show
        opened = False
        async with aclosing(self.login_states()) as states:
            async for state in states:
                tell(state)
                if browser and not opened:
                    opened = True
                    await _open_page(state.address)
                if state.step is Step.DENIED:
                    raise AccessDenied("arraylake", "log in", state.problem, "begin again")
                if state.step is Step.EXPIRED:
                    raise CodeExpired("arraylake", "log in", state.problem, "begin again")

    async def _renew_kept(self) -> bool:
        """Renew the log-in that is kept and see that the service takes it; return whether it does."""
        try:
            await self.account.refresh()
            await self.get_user()
        except ServiceError as error:
            if isinstance(error, NotAuthenticated) or not self.account.is_known:
                return False
            raise
        return True

    async def logout(self, *, org: str | None = None, browser: bool = False) -> LoggedOut:
        """Log out on this machine, for this client and the vendor's tools, and tell the provider.

        Args:
            org: of no meaning to today's service; kept for scripts of older times.
            browser: open the provider's page, which ends the browser's own log-in too.

        Raises:
            Unavailable: the log-in cannot be removed from this machine.
        """
        found = await self.account.forget()
        problem = ""
        try:
            await self.provider.log_out()
            if browser:
                await _open_page(await self.provider.log_out_address())
        except ServiceError as error:
            problem = error.message
        return LoggedOut(found, problem)


def _write_state(state: LoginState) -> None:
    if state.polls == 0:
        sys.stderr.write(f"Open {state.address} and see that it shows the code {state.user_code}.\n")
        sys.stderr.flush()


async def _open_page(address: str) -> None:
    import webbrowser

    await asyncio.to_thread(webbrowser.open, address)
