"""HttpSession: calls to one HTTP service, with a deadline, retries, a log-in that renews itself, and typed answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack, overload
from urllib.parse import quote, urlencode, urljoin, urlsplit

from tui.services import dry_run
from tui.services.command_log import CommandLog
from tui.services.errors import InvalidInput, NotAuthenticated, ProtocolError, ServiceError, TimedOut, Unavailable
from tui.services.http.auth import Auth
from tui.services.http.body import read_body
from tui.services.http.command import curl, with_variables
from tui.services.http.decoding import decode
from tui.services.http.refusals import Refiner, Refusal, code_in, error_for, said_in
from tui.services.http.request_options import Query, RequestOptions
from tui.services.http.retrying import Again, retrier, retry_after
from tui.services.http.secrets import revealed, scrubbed, secret_parts, secrets_in
from tui.services.http.settings import HttpSettings, is_below, origin
from tui.services.http.transport import Unanswered, failure, failures, forget_request, make_client, was_sent
from tui.services.printable import printable

if TYPE_CHECKING:
    import httpx

    from tui.services.health import Health

T = TypeVar("T")
LOOK = "look before you try again"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
HOPS = 5
"""Redirects of one call that are followed, and only within the same server."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A success. `headers` have names in lower case; `seconds` is how long the last attempt took."""

    status: int
    headers: Mapping[str, str]
    value: T
    seconds: float


@dataclass(slots=True)
class _Call:
    """A request as it was asked for. `form` is sent as a form, `body` as JSON; both may hold SecretStr.

    `in_flight` is set while the server may be at it; `story` is what went wrong so far.
    """

    method: str
    path: str
    operation: str
    query: Query
    body: object
    form: Mapping[str, object] | None
    repeatable: bool
    private: bool
    identified: bool
    headers: Mapping[str, str]
    secrets: list[str]
    story: list[ServiceError] = field(default_factory=list["ServiceError"])
    in_flight: bool = False

    @property
    def reads(self) -> bool:
        return self.method in READS


class HttpSession:
    """Calls to the service of `settings`. Usable in one event loop; nothing is opened before the first call.

    `refine` may know better than the status what a refusal means. Whoever looks on sets `log` and `profile`, to
    have every request in the command log, and `health`, to have its latencies; requests are shown without secrets.
    `hidden` are further secrets that a server might repeat in what it says.
    """

    def __init__(self, settings: HttpSettings, *, auth: Auth | None = None, refine: Refiner | None = None) -> None:
        self.settings = settings
        self.auth = auth
        self.log: CommandLog | None = None
        self.profile = ""
        self.hidden: tuple[str, ...] = ()
        self.health: Health | None = None
        self._refine = refine
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def close(self) -> None:
        """End the connections. Safe to call twice; no call can be made afterwards."""
        self._closed = True
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    @overload
    async def ask(
        self, method: str, path: str, operation: str, model: type[T], **options: Unpack[RequestOptions]
    ) -> Reply[T]: ...
    @overload
    async def ask(
        self, method: str, path: str, operation: str, model: None = None, **options: Unpack[RequestOptions]
    ) -> Reply[None]: ...
    async def ask(
        self,
        method: str,
        path: str,
        operation: str,
        model: type[T] | None = None,
        *,
        query: Query | None = None,
        body: object = None,
        form: Mapping[str, object] | None = None,
        repeatable: bool | None = None,
        private: bool = False,
        identified: bool = True,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Reply[Any]:
        """Send a request and return the decoded answer; without `model` the answer's body is of no interest.

        Args:
            method: in capitals.
            path: below the service's address, made by `route`.
            operation: what errors and the log call it.
            model: what the answer is decoded into: a pydantic model, or a list or mapping of such.
            query: parameters of the address. Never a secret.
            body: what is sent as JSON; a SecretStr in it is sent in clear and shown nowhere.
            form: what is sent as a form instead.
            repeatable: whether sending it twice is the same as once; reads and PUT are, unless it says otherwise.
                What is not is sent again only when the server cannot have done it.
            private: leave body and form out of the command log.
            identified: send the log-in.
            headers: further ones.
            deadline: seconds, in place of the settings'.

        Raises:
            InvalidInput, NotFound, AlreadyExists, Conflict, PermissionDenied, NotAuthenticated, NotSupported,
            RateLimited: what the server says, in its words.
            Unanswered: a change was sent and its answer never came.
            Unavailable, TimedOut: it cannot be reached, failed, or did not answer within the deadline.
            ProtocolError: the answer is not what was expected; the message names the field.
        """
        call = _Call(
            method,
            path,
            operation,
            query or {},
            body,
            form,
            method in READS or method == "PUT" if repeatable is None else repeatable,
            private,
            identified,
            headers or {},
            [*secrets_in(body), *secrets_in(form)],
        )
        limit = self.settings.deadline if deadline is None else deadline
        try:
            reply = await self._until_answered(call, limit)
            value = None if model is None else await self._decoded(call, model, reply.value)
        except (Unavailable, NotAuthenticated) as error:
            if self.health is not None:
                self.health.fail(error)
            raise
        return Reply(reply.status, reply.headers, value, reply.seconds)

    async def _decoded(self, call: _Call, model: type[T], body: bytes) -> T:
        if not body:
            raise ProtocolError(self.settings.system, call.operation, "the answer is empty")
        return await decode(model, body, self.settings.system, call.operation)

    async def _until_answered(self, call: _Call, limit: float) -> Reply[bytes]:
        scope = asyncio.timeout(limit)
        try:
            async with scope:
                return await retrier(self.settings, self.settings.attempts)(self._attempt, call)
        except Again as again:
            # Not chained: the cause is on the error already, and this class means nothing outside of here.
            raise again.error from again.error.__cause__
        except TimeoutError as error:
            if not scope.expired():
                raise
            last = f"; before that: {call.story[-1].message}" if call.story else ""
            message = f"no answer within {limit:g} s{last}"
            raise self._timed_out(call, message) from error

    def _timed_out(self, call: _Call, message: str) -> ServiceError:
        system = self.settings.system
        if call.reads or not call.in_flight:
            return TimedOut(system, call.operation, message)
        return Unanswered(system, call.operation, f"{message}; it may have been done", LOOK)

    async def _attempt(self, call: _Call) -> Reply[bytes]:
        """Send a request, and once more with a renewed log-in if the first is refused with 401."""
        proof = await self._proof(self.auth) if self.auth is not None and call.identified else {}
        try:
            return await self._send(call, proof)
        except NotAuthenticated:
            if self.auth is None or not call.identified:
                raise
            # Without a log-in nothing could be read either, so that a dry run has one too.
            with dry_run.in_earnest():
                renewed = await self.auth.renew(proof)
            if not renewed:
                raise
        return await self._send(call, await self._proof(self.auth))

    async def _proof(self, auth: Auth) -> dict[str, str]:
        with dry_run.in_earnest():
            return dict(await auth.headers())

    async def _send(self, call: _Call, proof: Mapping[str, str]) -> Reply[bytes]:
        """Send a request, follow the server's redirects within itself, and raise what a refusal means."""
        url = self._url(call)
        for _ in range(HOPS + 1):
            reply = await self._exchange(call, url, proof)
            if not (self._follows(call, reply.status) and reply.headers.get("location")):
                break
            url = self._redirected(call, url, reply.headers["location"])
        else:
            raise ProtocolError(self.settings.system, call.operation, "the service keeps sending the client elsewhere")
        if 200 <= reply.status < 300:
            return reply
        raise self._refused(call, reply, proof)

    async def _exchange(self, call: _Call, url: str, proof: Mapping[str, str]) -> Reply[bytes]:
        """Send one request and read all of the answer, whatever its status; note it in the log."""
        kind = {"content-type": "application/json"} if call.body is not None else {}
        headers = {**self.settings.headers, **kind, **call.headers, **proof}
        dry = dry_run.current()
        if dry is not None and not call.reads:
            target = url.removeprefix(self.settings.base_url.rstrip("/"))
            body = with_variables(call.form if call.form is not None else call.body)
            dry.hold(dry_run.Held(self._command(call, url, headers), call.method, printable(target), body))
        client = await self._opened(call.operation)
        at, began, outcome = datetime.now(UTC), time.monotonic(), "cancelled"
        try:
            request = client.build_request(call.method, url, headers=headers, **_content(call))
            call.in_flight = True
            response = await client.send(request, stream=True)
            try:
                body = await read_body(response, self.settings.most_bytes, self.settings.system, call.operation)
            finally:
                await response.aclose()
            call.in_flight = False
            seconds = time.monotonic() - began
            if self.health is not None and response.status_code < 500:
                self.health.record(seconds)
            outcome = "ok" if response.is_success else str(response.status_code)
            return Reply(response.status_code, dict(response.headers), body, seconds)
        except ServiceError as error:
            outcome = error.kind
            raise
        except failures() as error:
            forget_request(error)
            failed, again = self._failed(call, error)
            outcome = failed.kind
            if again and (call.repeatable or not was_sent(error)):
                raise Again(failed) from error
            raise failed from failed.__cause__
        finally:
            self._note(at, call, url, headers, time.monotonic() - began, outcome)

    def _failed(self, call: _Call, error: Exception) -> tuple[ServiceError, bool]:
        failed, again = failure(error, self.settings, call.operation)
        call.in_flight = again and was_sent(error)
        if again and not call.reads and was_sent(error):
            message = f"{failed.message}; it may have been done"
            failed = Unanswered(failed.system, failed.operation, message, LOOK)
        if again:
            # Others are not chained: their texts may quote what was sent.
            failed.__cause__ = error
        call.story.append(failed)
        return failed, again

    def _refused(self, call: _Call, reply: Reply[bytes], proof: Mapping[str, str]) -> Exception:
        """Return the error for an answer that is no success, or the wish to try again."""
        system, operation, status = self.settings.system, call.operation, reply.status
        hidden = [*call.secrets, *self.hidden, *secret_parts(proof)]
        asked = retry_after(reply.headers)
        refusal = Refusal(
            system,
            operation,
            status,
            said_in(reply.value, reply.headers.get("content-type", ""), hidden),
            code_in(reply.value),
            printable(scrubbed(reply.headers.get("x-request-id", ""), hidden), 80),
            asked,
        )
        error = (self._refine(refusal) if self._refine is not None else None) or error_for(refusal)
        if status in (502, 504) and not call.reads:
            error = Unanswered(system, operation, f"{error.message}; it may have been done", LOOK)
        call.story.append(error)
        # A call that was turned away was not done, so that it may always be sent again.
        rule = self.settings.repeats
        repeated = rule.after(status, asked, repeatable=call.repeatable, reads=call.reads)
        # One that a system knows better than its status tells is final. These never say that a server is not well.
        final = not isinstance(error, Unavailable) and status not in (400, 413, 501)
        return Again(error, asked) if repeated and not final else error

    def _url(self, call: _Call) -> str:
        base = self.settings.base_url.rstrip("/")
        query = f"?{urlencode(call.query, doseq=True, quote_via=quote)}" if call.query else ""
        return f"{base}{call.path}{query}"

    def _follows(self, call: _Call, status: int) -> bool:
        """Whether a redirect of that status is followed: one of a change only where the same is to be sent again."""
        match self.settings.redirects:
            case "none":
                return False
            case "reads":
                return 300 <= status < 400 and call.reads
            case "all":
                return 300 <= status < 400 if call.reads else status in (307, 308)

    def _redirected(self, call: _Call, url: str, location: str) -> str:
        """Return where a redirect leads, if the server is one that may have the log-in."""
        reason = "which is another server"
        try:
            target = urljoin(url, location)
            known = origin(target) == origin(url) or self._is_trusted(url, target)
            # A change goes where it was meant for: another server may be asked for it, and nothing else be changed.
            meant = call.reads or urlsplit(target)[2:4] == urlsplit(url)[2:4]
            if printable(target) == target and known and meant:
                return target
            reason = "which was not asked for" if known else reason
        except ValueError:
            pass
        place = printable(location, 120)
        message = f"the service sends the client to {place}, {reason}"
        raise ProtocolError(self.settings.system, call.operation, message)

    def _is_trusted(self, url: str, target: str) -> bool:
        ours, theirs = urlsplit(url), urlsplit(target)
        known = is_below(theirs.hostname or "", self.settings.redirect_hosts)
        return known and ours.scheme == theirs.scheme and "@" not in theirs.netloc

    async def _opened(self, operation: str) -> httpx.AsyncClient:
        async with self._opening:
            if self._closed:
                raise Unavailable(self.settings.system, operation, "the client is closed")
            if self._client is None:
                self._client = await asyncio.to_thread(make_client, self.settings)
            return self._client

    def _note(
        self, at: datetime, call: _Call, url: str, headers: Mapping[str, str], seconds: float, outcome: str
    ) -> None:
        if self.log is None:
            return
        command = self._command(call, url, headers)
        self.log.add(at, self.profile, f"{call.method} {printable(call.path, 200)}", seconds, outcome, command)

    def _command(self, call: _Call, url: str, headers: Mapping[str, str]) -> str:
        """Return the request as a command line without a secret, wherever in it one might be."""
        body, form = (None, None) if call.private else (call.body, call.form)
        remark = " # its body is not shown" if call.private and (call.body is not None or call.form is not None) else ""
        hidden = [*call.secrets, *self.hidden, *secret_parts(headers)]
        return scrubbed(curl(call.method, url, headers, body, form), hidden) + remark


def _content(call: _Call) -> dict[str, Any]:
    if call.form is not None:
        return {"data": {name: str(value) for name, value in revealed(call.form).items()}}
    if call.body is None:
        return {}
    return {"content": json.dumps(revealed(call.body)).encode()}


def route(template: str, *names: str) -> str:
    """Return a path with each `{}` replaced by a name, quoted so that no name can be more than one part of it.

    Raises:
        InvalidInput: a name is empty, or means a folder.
    """
    for name in names:
        if name in ("", ".", "..") or any("\ud800" <= letter <= "\udfff" for letter in name):
            raise InvalidInput("arraydeck", "address", f"{printable(name, 80)!r} cannot be part of an address")
    return template.format(*(quote(name, safe="") for name in names))
