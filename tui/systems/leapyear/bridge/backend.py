"""VendorBackend: what speaks to a real server by the vendor's package (contract §10 to §12)."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tui.services.serving.clock import Clock, rfc3339
from tui.systems.leapyear.bridge.process import DEADLINE, STUCK, WorkerProcess
from tui.systems.leapyear.service_side import bodies
from tui.systems.leapyear.service_side.app import CONTRACT_VERSION
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, Principal, cursor, sliced
from tui.systems.leapyear.service_side.creation import CONFIRM, accepted
from tui.systems.leapyear.service_side.passwords import Lockout
from tui.systems.leapyear.service_side.refusal import Refusal, conflict, invalid, unsupported

LIFETIME = 8 * 3600.0
MOST_SESSIONS = 16
LOOK = 1.0
"""Seconds between two looks at a job that somebody waits for."""
_BODIES: Mapping[str, type[bodies.Body]] = {
    "create_database": bodies.NewDatabase,
    "update_database": bodies.Description,
    "set_privacy_profile": bodies.ProfileChoice,
    "set_privacy_limit": bodies.PrivacyLimitBody,
    "set_database_access": bodies.Level,
    "set_table_access": bodies.ColumnLevels,
    "create_table": bodies.NewTable,
    "update_table": bodies.Description,
    "create_user": bodies.NewUser,
    "update_user": bodies.UserChange,
}
_CREATED = {"create_database": "name", "create_table": "name", "create_user": "username"}
_LISTS = {"list_users": "username", "list_databases": "name", "list_tables": "name", "list_views": "name"}
_LISTS |= {"list_groups": "name", "list_privacy_profiles": "name"}
_WHOLE = ("list_database_access", "list_table_access", "list_columns")
_NEVER = {
    "create_group": "create_group",
    "update_group": "create_group",
    "add_member": "group_members",
    "remove_member": "group_members",
    "create_privacy_profile": "create_privacy_profile",
    "update_privacy_profile": "edit_privacy_profile",
    "drop_privacy_profile": "edit_privacy_profile",
    "add_slice": "data_slices",
    "get_exposure": "exposure",
    "list_keys": "public_key_auth",
    "add_key": "public_key_auth",
    "drop_key": "public_key_auth",
    "log_in_by_key": "public_key_auth",
}
"""Operations without a documented call, and the feature that each belongs to."""


@dataclass(frozen=True, slots=True)
class _Login:
    """A log-in: its own process, so that nobody acts as somebody else."""

    principal: Principal
    worker: WorkerProcess
    began: float
    expires: float


class VendorBackend:
    """A back end on the vendor's package. Implements `Backend`. Every log-in has a process and a connection of its own.

    Args:
        url: the real server's address.
        python: the interpreter that has the package.
        compute_backend: what the site says that the server computes with.
        flags: `default_analysis_caching` and `default_allow_max_budget_allocation`, for the package's client.
        deadline, stuck: seconds that a call of the package may take, and then has until its process is ended.

    Raises:
        Refusal: the package cannot be used; the text says why.
        OSError: there is no such interpreter.
    """

    def __init__(
        self,
        url: str,
        python: str,
        *,
        compute_backend: str = "",
        flags: Mapping[str, bool] | None = None,
        clock: Clock | None = None,
        deadline: float = DEADLINE,
        stuck: float = STUCK,
    ) -> None:
        self._connection = {"url": url, "compute_backend": compute_backend, "flags": dict(flags or {})}
        self._python = python
        self._deadline = deadline
        self._stuck = stuck
        self._clock = clock if clock is not None else Clock()
        self._lockout = Lockout(self._clock)
        self._logins: dict[str, _Login] = {}
        worker = WorkerProcess(python)
        try:
            found: dict[str, Any] = worker.ask("capabilities", {}, {}, None)
        finally:
            worker.end()
        self._version = found["server_version"]
        features = {**found["features"], "unpersist": compute_backend != "snowflake"}
        about = {"contract_version": CONTRACT_VERSION, "backend": "vendor", "compute_backend": compute_backend}
        self._capabilities = {**found, **about, "features": features}
        self._own: dict[str, Callable[[Call], Any]] = {
            "health": lambda _: Answer({"status": "ok"}),
            "version": self._say_version,
            "capabilities": lambda _: Answer(self._capabilities),
            "log_in": self._log_in,
            "get_session": self._get_session,
            "log_out": self._log_out,
            "list_jobs": self._list_jobs,
        }

    async def principal(self, token: str) -> Principal:
        login = self._logins.get(_digest(token))
        if login is None:
            raise Refusal(401, "token_invalid", "The token is not valid.")
        if login.expires <= self._clock.now() or not login.worker.is_alive:
            self._forget(_digest(token))
            raise Refusal(401, "token_expired", "The session is over; log in again.")
        return login.principal

    async def answer(self, call: Call) -> Answer:
        if call.operation in self._own:
            found = self._own[call.operation](call)
            return found if isinstance(found, Answer) else await found
        if call.operation in _NEVER:
            raise unsupported(_NEVER[call.operation], "The vendor's package has no documented call for this.")
        body = self._checked(call)
        query = {**call.query, **({"async": True} if call.is_async else {})}
        if call.operation in _CREATED:
            self._check_creation(call, body)
        if call.revision is not None:
            raise unsupported("revisions", "The vendor's package knows no revisions.")
        result = await self._worker(call).call(call.operation, call.names, query, body)
        return self._answered(call, body, result)

    def _answered(self, call: Call, body: Any, result: Any) -> Answer:
        if call.operation in _LISTS:
            return sliced(result, call, _LISTS[call.operation])
        if call.operation in _WHOLE:
            return Answer({"items": result, "next_cursor": None})
        if call.operation == "set_privacy_profile" or (call.operation == "create_table" and call.is_async):
            return accepted(result)
        if call.operation in _CREATED and call.is_async:
            # The package makes it at once; it is a job that is over.
            return accepted(self._done(call, body[_CREATED[call.operation]]))
        if call.operation in _CREATED:
            return Answer(result, 201)
        if call.operation == "cancel_job":
            return Answer(result, 202)
        return NOTHING if result is None else Answer(result)

    async def job_ends(self, call: Call, seconds: float) -> Answer:
        deadline = time.monotonic() + seconds
        while True:
            answer = await self.answer(call)
            left = deadline - time.monotonic()
            if answer.body["state"] not in ("queued", "running") or left <= 0:
                return answer
            await asyncio.sleep(min(LOOK, left))

    def audit(self, call: Call, method: str, path: str, status: int) -> None:
        """Nothing is kept here: what was done is in the real server's own records."""

    def close(self) -> None:
        for key in list(self._logins):
            self._forget(key)

    def begin_by_token(self) -> str:
        """Log in with the LY_JWT of this process's environment, and return a token of ours for it. Waits.

        Raises:
            Refusal: the server does not take it.
        """
        worker = self._worker_process(token=True)
        try:
            session = worker.ask("connect", {}, {}, self._connection)
        except BaseException:
            worker.end()
            raise
        return self._keep(worker, session, "token")

    async def _log_in(self, call: Call) -> Answer:
        body = bodies.read(bodies.LogIn, call.body)
        self._lockout.check(body.username, call.source)
        worker = self._worker_process()
        given = {**self._connection, "username": body.username, "password": body.password}
        try:
            session = await worker.call("connect", body=given)
        except BaseException as error:
            worker.end()
            if isinstance(error, Refusal) and error.status == 401:
                self._lockout.failed(body.username, call.source)
            if isinstance(error, Refusal) and error.status == 502:
                # Nobody is logged in: unlike after a change, there is no doubt about what was done.
                raise Refusal(503, "unavailable", error.message) from error
            raise
        self._lockout.succeeded(body.username, call.source)
        token = self._keep(worker, session, "password")
        return Answer({"token": token, **self._session(self._logins[_digest(token)], session)}, 201)

    def _worker_process(self, token: bool = False) -> WorkerProcess:
        return WorkerProcess(self._python, token=token, deadline=self._deadline, stuck=self._stuck)

    def _keep(self, worker: WorkerProcess, session: Mapping[str, Any], method: str) -> str:
        while len(self._logins) >= MOST_SESSIONS:
            self._forget(min(self._logins, key=lambda key: self._logins[key].began))
        token, now = secrets.token_urlsafe(32), self._clock.now()
        principal = Principal(0, session["user"]["username"], False, _digest(token), method)
        self._logins[_digest(token)] = _Login(principal, worker, now, now + LIFETIME)
        return token

    async def _get_session(self, call: Call) -> Answer:
        login = self._logins[call.principal.session]
        return Answer(self._session(login, await login.worker.call("get_session")))

    async def _log_out(self, call: Call) -> Answer:
        login = self._logins[call.principal.session]
        try:
            await login.worker.call("log_out")
        finally:
            self._forget(call.principal.session)
        return NOTHING

    async def _list_jobs(self, call: Call) -> Answer:
        found: list[dict[str, Any]] = await self._worker(call).call("list_jobs")
        active = ("queued", "running")
        state = call.choice("state", "all", "active", "finished")
        shown = [job for job in found if state == "all" or (job["state"] in active) == (state == "active")]
        for name in ("kind", "user"):
            wanted = call.query.get(name)
            field = "submitted_by" if name == "user" else name
            shown = [job for job in shown if wanted is None or job[field] == wanted]
        shown.sort(key=lambda job: job["submitted_at"] or "", reverse=True)
        begin = call.after or 0
        if not isinstance(begin, int):
            raise invalid("cursor", "it is none of this list's")
        end = begin + call.limit
        return Answer({"items": shown[begin:end], "next_cursor": cursor(end) if end < len(shown) else None})

    def _say_version(self, call: Call) -> Answer:
        body = {"server_version": self._version, "contract_version": CONTRACT_VERSION, "backend": "vendor"}
        return Answer({**body, "server_id": ""})

    def _session(self, login: _Login, session: Mapping[str, Any]) -> dict[str, Any]:
        times = {"issued_at": rfc3339(login.began), "expires_at": rfc3339(login.expires)}
        return {"token_type": "Bearer", **times, "auth_method": login.principal.method, **session}

    def _checked(self, call: Call) -> Any:
        """Return a call's body as it was found good, None for what takes none."""
        kind = _BODIES.get(call.operation)
        if kind is None:
            return None
        body = bodies.read(kind, call.body)
        return body.model_dump(mode="json", exclude_unset=True)

    def _check_creation(self, call: Call, body: Mapping[str, Any]) -> None:
        name = body[_CREATED[call.operation]]
        if call.choice("if_exists", "error", "ignore", "replace") == "replace":
            if unquote(call.headers.get(CONFIRM, "")) != name:
                raise invalid("X-Confirm", "it must hold the name of what is replaced")
            if call.is_async:
                raise conflict("in_use", "A replacement cannot be a job here.")

    def _done(self, call: Call, name: str) -> dict[str, Any]:
        kind, now = call.operation.removeprefix("create_"), rfc3339(self._clock.now())
        document: dict[str, Any] = {"id": f"job-{secrets.token_hex(8)}", "kind": f"{kind}.create", "state": "succeeded"}
        document |= {"submitted_by": call.principal.name, "progress": 1.0, "target": {"type": kind, "name": name}}
        return {**document, "submitted_at": now, "started_at": now, "finished_at": now, "error": None, "extra": {}}

    def _worker(self, call: Call) -> WorkerProcess:
        return self._logins[call.principal.session].worker

    def _forget(self, key: str) -> None:
        login = self._logins.pop(key, None)
        if login is not None:
            login.worker.end()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
