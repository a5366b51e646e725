"""What every group of the client's methods stands on: the sessions with the server, and who asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypedDict, TypeVar, Unpack, overload

from pydantic import SecretStr

from tui.services.command_log import CommandLog
from tui.services.errors import ProtocolError, ServiceError, Unavailable
from tui.services.http.refusals import Refusal
from tui.services.http.session import HttpSession, Reply
from tui.systems.leapyear.account import Account, Authenticate
from tui.systems.leapyear.errors import SYSTEM, TokenExpiredError, published, refine
from tui.systems.leapyear.models import ListPage
from tui.systems.leapyear.options import ServerOptions, server_options

T = TypeVar("T")
PAGE = 500
MOST_PAGES = 2000
"""Pages of one list that are read: a million items, and no endless list."""


class AskOptions(TypedDict, total=False):
    """The options of `Calls.ask`, for its signatures."""

    query: Mapping[str, str | int] | None
    body: object
    headers: Mapping[str, str] | None
    repeatable: bool | None
    wait: float


class Calls:
    """The base of the client. `session` sends, `account` proves who asks.

    `waiting` sends what the server is slow to answer on purpose: those calls take no place from the others, and tell
    nothing of how well the server is.
    """

    def __init__(
        self,
        url: str | None = None,
        username: str | None = None,
        password: SecretStr | str | None = None,
        *,
        authenticate: Authenticate | None = None,
        public_key_auth: bool = False,
        token: SecretStr | None = None,
        options: ServerOptions | None = None,
    ) -> None:
        self.options = options if options is not None else server_options(url)
        secret = SecretStr(password) if isinstance(password, str) else password
        self.account = Account(self.options.url, username, secret, authenticate, public_key_auth, token)
        self.session = HttpSession(self.options.http(), auth=self.account, refine=self._refine)
        self.waiting = HttpSession(self.options.http(waiting=True), auth=self.account, refine=self._refine)
        self.account.session = self.session
        self._is_closed = False

    def watch(self, log: CommandLog, profile: str) -> None:
        """Write every request from now on into `log`, under the name of `profile`."""
        for session in (self.session, self.waiting):
            session.log, session.profile = log, profile

    async def close(self) -> None:
        """End the connections; the token stays good. Safe to call twice."""
        self._is_closed = True
        await self.account.close()
        await self.waiting.close()
        await self.session.close()

    def _refine(self, refusal: Refusal) -> ServiceError | None:
        error = refine(refusal)
        if isinstance(error, TokenExpiredError):
            self.account.heard_expired()
        return error

    @overload
    async def ask(
        self, method: str, path: str, operation: str, model: type[T], **options: Unpack[AskOptions]
    ) -> Reply[T]: ...
    @overload
    async def ask(
        self, method: str, path: str, operation: str, model: None = None, **options: Unpack[AskOptions]
    ) -> Reply[None]: ...
    async def ask(
        self,
        method: str,
        path: str,
        operation: str,
        model: type[Any] | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
        wait: float = 0,
    ) -> Reply[Any]:
        """Send a request as `HttpSession.ask` does; errors have the published names.

        Args:
            wait: for how many seconds the server is asked to hold its answer back.

        Raises:
            ClientError: and those of the program's family that have no published name.
        """
        if self._is_closed:
            raise published(Unavailable(SYSTEM, operation, "the client is closed"))
        session = self.waiting if wait else self.session
        deadline = wait + 10.0 if wait else None
        try:
            return await session.ask(
                method,
                path,
                operation,
                model,  # type: ignore[arg-type] - None is the other overload
                query=query,
                body=body,
                headers=headers,
                repeatable=repeatable,
                deadline=deadline,
            )
        except ServiceError as error:
            made = published(error)
            if made is error:
                raise
            raise made from made.__cause__

    async def pages(
        self,
        path: str,
        operation: str,
        kind: type[T],
        *,
        query: Mapping[str, str | int] | None = None,
        limit: int = PAGE,
    ) -> AsyncIterator[list[T]]:
        """Yield the items of a list, page by page.

        Raises:
            ServiceError: the server refuses, cannot be reached, or leads in a circle.
        """
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            asked: dict[str, str | int] = {**(query or {}), "limit": limit}
            if cursor is not None:
                asked["cursor"] = cursor
            # Subscribed at run time: which model it is, is known only here.
            model: Any = ListPage[kind]
            reply = await self.ask("GET", path, operation, model, query=asked)
            page: ListPage[T] = reply.value
            yield page.items
            if page.next_cursor is None:
                return
            if page.next_cursor == cursor:
                break
            cursor = page.next_cursor
        raise ProtocolError(SYSTEM, operation, "the server's list does not end")

    async def all(
        self, path: str, operation: str, kind: type[T], *, query: Mapping[str, str | int] | None = None
    ) -> list[T]:
        """Return all items of a list. Raises as `pages`."""
        return [item async for page in self.pages(path, operation, kind, query=query) for item in page]


def revision_header(revision: int | None) -> dict[str, str]:
    """Return the header that makes a change depend on a revision; none where it does not matter."""
    return {} if not revision else {"if-match": f'"{revision}"'}
