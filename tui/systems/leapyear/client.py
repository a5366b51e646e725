"""AsyncClient: a LeapYear server from asyncio, under the names of its own Python client (contract §2.2, §7.8).

The vendor's wire protocol was never published. This client speaks our own contract, to the bundled server, or to the
bridge that stands before a real one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from contextvars import Token
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from pydantic import SecretStr

from tui.services.errors import InvalidInput, NotAuthenticated, ServiceError, Unavailable
from tui.systems.leapyear.account import AuthContext, Authenticate, ly_login
from tui.systems.leapyear.calls import revision_header
from tui.systems.leapyear.errors import (
    SYSTEM,
    RateLimitedError,
    ServerVersionMismatch,
    TLSError,
    TokenExpiredError,
    UpstreamError,
    published,
)
from tui.systems.leapyear.fields import (
    DatabaseFields,
    Fields,
    GroupFields,
    PrivacyProfileFields,
    SessionUser,
    TableFields,
    UserFields,
    written,
)
from tui.systems.leapyear.jobs import AsyncJob
from tui.systems.leapyear.models import AsyncJobInformation, Cleared, ClientStatus, PrivacyLimit, PrivacyParams
from tui.systems.leapyear.object_calls import ObjectCalls
from tui.systems.leapyear.objects import (
    Acting,
    Database,
    Group,
    PrivacyProfile,
    User,
    current_client,
)
from tui.systems.leapyear.options import ServerOptions

__all__ = ["AsyncClient", "AuthContext", "ly_login"]

F = TypeVar("F", bound=Fields)
RECENT = 100
"""How many finished jobs count as recent."""
_log = logging.getLogger("arraydeck.leapyear.client")


class AsyncClient(ObjectCalls):
    """A client of one server.

    It logs in with the first call, or when an `async with` begins. Every call raises, besides what it says itself:
    AuthenticationError without a log-in that the server takes (TokenExpiredError where it is past its life),
    ForbiddenError, RateLimitedError, ConnectionError or TLSError when the server cannot be reached, UpstreamError when
    it or what is behind it fails, TimedOut, ServerVersionMismatch and InvalidJson when it does not speak as it should.
    """

    def __init__(
        self,
        url: str | None = None,
        username: str | None = None,
        password: SecretStr | str | None = None,
        *,
        authenticate: Authenticate | None = None,
        default_analysis_caching: bool = True,
        default_allow_max_budget_allocation: bool = True,
        public_key_auth: bool = False,
        token: SecretStr | None = None,
        options: ServerOptions | None = None,
    ) -> None:
        """Take the server and what to log in with; nothing is sent.

        Args:
            url: its address; without, that of `LY_API_URL`, or http://localhost:4401.
            username, password: who logs in. Without both, the token of `LY_JWT` is used.
            authenticate: another way to get a token: called with an `AuthContext`, it returns one.
            default_analysis_caching: whether an identical analysis is answered from the cache, where none says.
            default_allow_max_budget_allocation: true allows a computation on few rows to spend all that is left.
            public_key_auth: log in with the private key whose file `LY_PRIVATE_KEY_FILE` names.
            token: one that is at hand, in place of `LY_JWT`.
            options: how the server is reached, in place of `url`.

        Raises:
            InvalidURL: the address cannot be one.
            InvalidInput: it would be asked without encryption.
            ValueError: a password and a key are given.
        """
        super().__init__(
            url,
            username,
            password,
            authenticate=authenticate,
            public_key_auth=public_key_auth,
            token=token,
            options=options,
        )
        self.default_analysis_caching = default_analysis_caching
        self.default_allow_max_budget_allocation = default_allow_max_budget_allocation
        self.on_job: list[Callable[[AsyncJobInformation], None]] = []
        """Told of every job that this client begins."""
        self._outer: Token[AsyncClient | None] | None = None

    async def __aenter__(self) -> Self:
        await self.connect()
        self._outer = current_client.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outer is not None:
            current_client.reset(self._outer)
            self._outer = None
        await self.close()

    async def connect(self) -> None:
        """Log in now. Raises AuthenticationError: it failed."""
        await self.ask("GET", "/session", "log in")

    async def log_in(self, username: str | None = None, password: SecretStr | str | None = None) -> None:
        """Log in anew, as somebody else if a name and a password are given. Raises AuthenticationError: it failed."""
        self.account.begin_anew(username, SecretStr(password) if isinstance(password, str) else password)
        await self.connect()

    @property
    def logger(self) -> logging.Logger:
        """Where this client logs to."""
        return _log

    @property
    def url(self) -> str:
        """The server's address."""
        return self.options.url

    @property
    def username(self) -> str:
        """Who is logged in, "" while that is not known."""
        return self.account.username or ""

    async def connected(self) -> bool:
        """Return whether the server can be reached and takes the log-in. Never raises a ServiceError."""
        return await self.status() is ClientStatus.CONNECTED

    async def status(self) -> ClientStatus:
        """Return how the client stands with its server. Never raises a ServiceError."""
        if self._is_closed:
            return ClientStatus.CLOSED
        try:
            await self.account.check_version()
            await self.ask("GET", "/session", "look at session")
        except ServiceError as error:
            return _standing(published(error))
        return ClientStatus.CONNECTED

    async def logout(self) -> None:
        """End the session: its token is of no use to anybody any more. Then close the client."""
        # A token that the server does not take is one that cannot be used.
        with suppress(NotAuthenticated):
            await self.ask("DELETE", "/session", "log out", repeatable=True)
        self.account.forget()
        await self.close()

    async def clear_analysis_cache(self) -> None:
        """Clear the cache of analyses: repeating one spends exposure again."""
        await self.ask("DELETE", "/caches/analysis", "clear analysis cache", Cleared, repeatable=True)

    async def clear_all_caches(self) -> None:
        """Clear all caches of the server: repeating an analysis spends exposure again."""
        await self.ask("DELETE", "/caches", "clear all caches", Cleared, repeatable=True)

    async def count_analysis_cache(self) -> int:
        """Return how many analyses are in the cache."""
        return (await self.caches()).analysis.count or 0

    async def unpersist_all_relations(self) -> None:
        """Clear the cached data sets.

        Raises:
            UnsupportedBackendError: the compute back end keeps none.
        """
        await self.ask("DELETE", "/caches/relations", "unpersist all relations", Cleared, repeatable=True)

    async def create(self, obj: Fields, ignore_if_exists: bool = False, drop_if_exists: bool = False) -> None:
        """Create an object; it then has what the server made of it.

        Args:
            obj: a User, Group, Database, Table or PrivacyProfile.
            ignore_if_exists: leave one that is there as it is.
            drop_if_exists: put it in place of one that is there, with all that is in that.

        Raises:
            AlreadyExistsError: there is one of that name.
            ValidationError: a field holds what it may not.
            ValueError: both flags are set.
        """
        path, query, headers = self._creation(obj, ignore_if_exists, drop_if_exists)
        reply = await self.ask(
            "POST", path, f"create {obj.kind}", _plain(obj), query=query, body=obj.creation(), headers=headers
        )
        obj.take(reply.value)
        if isinstance(obj, Acting):
            obj.bind(self)

    async def create_async(self, obj: Fields) -> AsyncJob:
        """Begin to create an object, and return the job that does it. Raises as `create`."""
        path, query, headers = self._creation(obj, False, False)
        headers = {**headers, "prefer": "respond-async"}
        reply = await self.ask(
            "POST", path, f"create {obj.kind}", AsyncJobInformation, query=query, body=obj.creation(), headers=headers
        )
        if isinstance(obj, Acting):
            obj.bind(self)
        return AsyncJob(self, self._began(reply.value))

    def _creation(self, obj: Fields, ignore: bool, drop: bool) -> tuple[str, dict[str, str], dict[str, str]]:
        if ignore and drop:
            raise ValueError("ignore_if_exists and drop_if_exists exclude each other")
        # Checked as its own path would be: what cannot be asked for must not be made.
        _ = obj.path
        query = {"if_exists": "ignore" if ignore else "replace"} if ignore or drop else {}
        return obj.collection, query, {"x-confirm": quote(obj.key, safe="")} if drop else {}

    async def update(self, obj: Fields, *, revision: int | None = None, **changes: Any) -> AsyncJob | None:
        """Change an object.

        Args:
            obj: what to change; it then has what the server made of it.
            revision: change it only if it is at this one.
            changes: `description` of all; `password, current_password, is_admin, enabled` of a User; `members` of a
                Group; `params` of a PrivacyProfile; `privacy_profile, privacy_limit` of a Database.

        Returns:
            The job that gives a database another profile; None where there is nothing to wait for.

        Raises:
            TypeError: an object of this kind has no such thing to change. Nothing was sent.
            ConflictError: it is at another revision.
            ValidationError: a field holds what it may not.
        """
        unknown = sorted(set(changes) - obj.updates)
        if unknown:
            raise TypeError(f"a {obj.kind} has no {', '.join(unknown)} to change")
        job: AsyncJob | None = None
        members, profile = changes.pop("members", None), changes.pop("privacy_profile", None)
        limit: PrivacyLimit | None = changes.pop("privacy_limit", None)
        headers = revision_header(revision)
        if changes:
            body = {name: _sendable(name, value) for name, value in changes.items()}
            operation = f"update {obj.kind}"
            reply = await self.ask("PATCH", obj.path, operation, _plain(obj), body=body, headers=headers)
            obj.take(reply.value)
            # The next part of the same change starts from what this one made of it.
            revision = reply.value.__dict__["revision"] if revision is not None else None
        if members is not None:
            await self._set_members(obj.key, [str(member) for member in members])
        if limit is not None:
            await self.set_privacy_limit(obj.key, limit, revision)
            revision = None
        if profile is not None:
            name = profile.name if isinstance(profile, PrivacyProfileFields) else str(profile)
            job = AsyncJob(self, await self.set_privacy_profile(obj.key, name, revision))
        if members is not None or limit is not None or profile is not None:
            obj.take(await self.read(obj))
        return job

    async def _set_members(self, group: str, wanted: list[str]) -> None:
        there = (await self.group(group)).members
        for user in wanted:
            if user not in there:
                await self.add_member(group, user)
        for user in there:
            if user not in wanted:
                await self.remove_member(group, user)

    async def drop(self, obj: Fields, ignore_missing: bool = False, *, revision: int | None = None) -> None:
        """Drop an object; a database that is not empty stays.

        Args:
            obj: what to drop.
            ignore_missing: do not mind if it is not there.
            revision: drop it only if it is at this one.

        Raises:
            NotFoundError: it is not there.
            NotEmptyError: something is in it.
            ConflictError: it is at another revision, or used by something else.
        """
        query = {"if_missing": "ignore"} if ignore_missing else None
        await self.ask(
            "DELETE",
            obj.path,
            f"drop {obj.kind}",
            query=query,
            headers=revision_header(revision),
            repeatable=ignore_missing,
        )

    async def read(self, obj: F) -> F:
        """Return what the server says of an object now. Raises NotFoundError: it is not there (any more)."""
        reply = await self.ask("GET", obj.path, f"look at {obj.kind}", _plain(obj))
        return reply.value

    async def privacy_profiles(self) -> dict[str, PrivacyProfile]:
        """Return the privacy profiles by name."""
        return {profile.name: profile async for page in self.profile_pages() for profile in page}

    async def databases(self) -> dict[str, Database]:
        """Return the databases that this user may see, by name."""
        return {database.name: database async for page in self.database_pages() for database in page}

    async def current_user(self) -> User:
        """Return who is logged in."""
        reply = await self.ask("GET", "/session", "look at session", SessionUser)
        return User.of(reply.value.user, self)

    async def users(self) -> dict[str, User]:
        """Return the users by name; only itself for who is no administrator."""
        return {user.username: user async for page in self.user_pages() for user in page}

    async def groups(self) -> dict[str, Group]:
        """Return the groups by name; only its own for who is no administrator."""
        return {group.name: group async for page in self.group_pages() for group in page}

    async def jobs(self) -> list[AsyncJobInformation]:
        """Return the jobs that are queued or run, the newest first: an administrator's are everybody's."""
        return [job async for page in self.job_pages("active") for job in page]

    async def recent_finished_jobs(self) -> list[AsyncJobInformation]:
        """Return the last jobs that are over, the newest first."""
        async for page in self.job_pages("finished", RECENT):
            return page
        return []

    def _began(self, job: AsyncJobInformation) -> AsyncJobInformation:
        for listener in tuple(self.on_job):
            listener(job)
        return job


def _standing(error: ServiceError) -> ClientStatus:
    match error:
        case TLSError():
            return ClientStatus.TLS_ERROR
        case TokenExpiredError():
            return ClientStatus.TOKEN_EXPIRED
        case NotAuthenticated():
            return ClientStatus.UNAUTHENTICATED
        case ServerVersionMismatch():
            return ClientStatus.VERSION_MISMATCH
        case RateLimitedError() | UpstreamError():
            return ClientStatus.SERVER_ERROR
        case Unavailable():
            return ClientStatus.UNREACHABLE
        case _:
            return ClientStatus.SERVER_ERROR


def _plain(obj: Any) -> Any:
    """Return the class of plain data that the server's answer about an object is read into."""
    for kind in (UserFields, GroupFields, DatabaseFields, TableFields, PrivacyProfileFields):
        if isinstance(obj, kind):
            return kind
    if isinstance(obj, Fields) and not isinstance(obj, Acting):
        return type(obj)
    raise InvalidInput(SYSTEM, "create", f"a {type(obj).__name__} is nothing that a server keeps")


def _sendable(name: str, value: Any) -> Any:
    """Return a value as it is sent; a password becomes one that no log shows."""
    if name in ("password", "current_password") and isinstance(value, str):
        return SecretStr(value)
    return written(value) if isinstance(value, PrivacyParams | PrivacyLimit) else value
