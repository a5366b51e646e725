"""Opened: the sessions of a connection, which platform answers there, and the key that a password is exchanged for."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace

from tui.services.errors import NotAuthenticated, NotFound, PermissionDenied, ServiceError
from tui.services.http.auth import SingleFlight
from tui.services.http.repeats import Repeats
from tui.services.http.session import HttpSession, route
from tui.services.http.values import Value
from tui.systems.tiledb.calls.pages import One
from tui.systems.tiledb.errors import LOG_IN, SYSTEM, ConfigurationError, LoginRefused, refine
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.account_models import APIToken
from tui.systems.tiledb.models.classic_models import ClassicToken
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.proofs import FirstProof, Key, Proof, first_headers, hidden_texts
from tui.systems.tiledb.retry_modes import RetryMode, in_mode

_log = logging.getLogger("arraydeck.tiledb")
FRONT_ATTEMPTS = 3
"""How often a server is asked which platform it is, and for a key."""
REVOKING = 3.0
"""Seconds that giving a key back may take."""


@dataclass(frozen=True)
class Detected:
    """Which platform a server is. `certain` is whether it said so; else `reason` says why it is not known."""

    generation: Generation
    certain: bool
    reason: str = ""

    @property
    def words(self) -> str:
        """The platform for a person: one that is not certain is said to be undetermined."""
        return str(self.generation) if self.certain else f"{self.generation}? (undetermined: {self.reason})"


class _WorkspaceOnly(Value):
    """Of a workspace, what logging in needs."""

    workspace_id: str


class Opened:
    """A connection that knows its options: a session for all calls, and one for what comes before a log-in."""

    def __init__(self, options: ServiceOptions, mode: RetryMode) -> None:
        self.options = options
        self.proof = Proof(options, self.exchange)
        settings = options.http(mode)
        self.session = HttpSession(settings, auth=self.proof, refine=refine)
        front = FirstProof(options) if first_headers(options) else None
        self.front = HttpSession(settings, auth=front, refine=refine)
        self.session.hidden = self.front.hidden = hidden_texts(options)
        self.detected: Detected | None = None
        self.detecting: SingleFlight[Detected] = SingleFlight()
        self.workspace_id = ""
        self.set_mode(mode)

    def set_mode(self, mode: RetryMode) -> None:
        self.session.settings = in_mode(self.options.http(mode), mode)
        once = mode is RetryMode.DISABLED
        repeats = Repeats(frozenset(), frozenset()) if once else Repeats()
        attempts = 1 if once else min(FRONT_ATTEMPTS, self.options.attempts)
        self.front.settings = replace(self.session.settings, repeats=repeats, attempts=attempts)

    async def detect(self) -> Detected:
        forced = self.options.forced
        if forced is not None:
            return Detected(forced, True)
        if self.detected is None or not self.detected.certain:
            self.detected = await self.detecting.run(self._ask_for_platform)
        return self.detected

    async def _ask_for_platform(self) -> Detected:
        try:
            await self.front.ask("GET", "/v4/capabilities", "capabilities")
        except NotFound:
            return Detected(Generation.CLASSIC, True)
        except (NotAuthenticated, PermissionDenied) as error:
            # The route is there, so that it is Carrara; the credential is not one of it (contract §1).
            raise LoginRefused(SYSTEM, "log in", error.message, LOG_IN) from error
        except ServiceError as error:
            return Detected(self.options.expected or Generation.CARRARA, False, error.message)
        return Detected(Generation.CARRARA, True)

    async def exchange(self) -> Key:
        """Return a key for the user name and the password (contract §2)."""
        if (await self.detect()).generation is Generation.CLASSIC:
            # Half an hour, not the thirty days of `remember_me`: it is exchanged anew when it has ended.
            asked = await self.front.ask(
                "GET", "/v1/session", "log in", ClassicToken, query={"remember_me": "False"}, private=True
            )
            return Key(asked.value.token, asked.value.name or "")
        workspace = self.options.workspace
        if not workspace:
            raise no_workspace("log in")
        place = route("/v4/workspaces/{}", workspace)
        known = (await self.front.ask("GET", place, "log in", One[_WorkspaceOnly])).value.data
        self.workspace_id = known.workspace_id
        body = {"name": f"login-session-{uuid.uuid4()}", "scope": "*", "workspace_id": known.workspace_id}
        made = (await self.front.ask("POST", "/v4/tokens", "log in", One[APIToken], body=body, private=True)).value.data
        return Key(made.api_key, made.token_id)

    async def close(self) -> None:
        await self.proof.settle(REVOKING)
        await self._give_back()
        await self.session.close()
        await self.front.close()

    async def _give_back(self) -> None:
        """Revoke the key that a password was exchanged for, which the published client forgets (contract §15)."""
        key = self.proof.exchanged
        if key is None or not key.name or (self.detected is None and self.options.forced is None):
            return
        classic = (await self.detect()).generation is Generation.CLASSIC
        path = route("/v1/tokens/{}" if classic else "/v4/tokens/{}", key.name)
        try:
            await self.session.ask("DELETE", path, "log out", deadline=REVOKING)
        except ServiceError as error:
            _log.info("the key of this log-in was not revoked: %s", error.kind)
        self.proof.exchanged = None


def no_workspace(operation: str) -> ConfigurationError:
    """Return the error for a call that needs a workspace where none is known."""
    return ConfigurationError(SYSTEM, operation, "no workspace is configured", "name one: tiledb://workspace@host")
