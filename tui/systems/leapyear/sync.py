"""Client: the same server without asyncio, as the published client is used (contract §2.2).

The objects here act by the client that they came from; a new one by the client that was connected last.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, Self, TypeVar

from pydantic import PrivateAttr, SecretStr

from tui.services.blocking import Blocking, BlockingClient
from tui.services.errors import InvalidInput
from tui.systems.leapyear.account import Authenticate
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.declared import (
    DeclaredDatabase,
    DeclaredGroup,
    DeclaredPrivacyProfile,
    DeclaredTable,
    DeclaredUser,
)
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.fields import Fields, GroupFields, PrivacyProfileFields, UserFields, View
from tui.systems.leapyear.jobs import AsyncJob
from tui.systems.leapyear.models import AsyncJobInformation, ClientStatus, JobState, PrivacyLimit, Subject
from tui.systems.leapyear.objects import as_subject
from tui.systems.leapyear.options import ServerOptions

T = TypeVar("T")
_connected: list[Client] = []


class Client(BlockingClient[AsyncClient]):
    """AsyncClient's methods as plain ones, which wait for their results. Safe to use from several threads.

    It logs in when it is made. Not for use inside an event loop, which it would block. `run` does with the asynchronous
    client what has no plain method: `client.run(lambda inner: inner.exposure("registry"))`.
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
        options: ServerOptions | None = None,
    ) -> None:
        """Log in, with what AsyncClient takes.

        Raises:
            InvalidURL: the address cannot be one.
            AuthenticationError: the log-in failed.
        """
        inner = AsyncClient(
            url,
            username,
            password,
            authenticate=authenticate,
            default_analysis_caching=default_analysis_caching,
            default_allow_max_budget_allocation=default_allow_max_budget_allocation,
            public_key_auth=public_key_auth,
            options=options,
        )
        super().__init__(inner, "leapyear client")
        try:
            self.run(lambda inner: inner.connect())
        except BaseException:
            self.close()
            raise
        _connected.append(self)

    def close(self) -> None:
        """End the connection; the token stays good. Safe to call twice."""
        with suppress(ValueError):
            _connected.remove(self)
        super().close()

    def logout(self) -> None:
        """End the session: its token is of no use to anybody any more. Then close the client."""
        self.run(lambda inner: inner.logout())
        self.close()

    @property
    def logger(self) -> logging.Logger:
        """Where this client logs to."""
        return self._inner.logger

    @property
    def url(self) -> str:
        """The server's address."""
        return self._inner.url

    @property
    def username(self) -> str:
        """Who is logged in."""
        return self._inner.username

    @property
    def connected(self) -> bool:
        """Whether the server can be reached and takes the log-in."""
        return self.status is ClientStatus.CONNECTED

    @property
    def status(self) -> ClientStatus:
        """How the client stands with its server."""
        if self not in _connected:
            return ClientStatus.CLOSED
        return self.run(lambda inner: inner.status())

    @property
    def privacy_profiles(self) -> dict[str, PrivacyProfile]:
        """The privacy profiles by name."""
        return self._all(PrivacyProfile, self.run(lambda inner: inner.privacy_profiles()))

    @property
    def databases(self) -> dict[str, Database]:
        """The databases that this user may see, by name."""
        return self._all(Database, self.run(lambda inner: inner.databases()))

    @property
    def current_user(self) -> User:
        """Who is logged in."""
        return User.of(self.run(lambda inner: inner.current_user()), self)

    @property
    def users(self) -> dict[str, User]:
        """The users by name; only itself for who is no administrator."""
        return self._all(User, self.run(lambda inner: inner.users()))

    @property
    def groups(self) -> dict[str, Group]:
        """The groups by name; only its own for who is no administrator."""
        return self._all(Group, self.run(lambda inner: inner.groups()))

    @property
    def jobs(self) -> list[AsyncJobInformation]:
        """The jobs that are queued or run, the newest first."""
        return self.run(lambda inner: inner.jobs())

    @property
    def recent_finished_jobs(self) -> list[AsyncJobInformation]:
        """The last jobs that are over, the newest first."""
        return self.run(lambda inner: inner.recent_finished_jobs())

    def create(self, obj: Fields, ignore_if_exists: bool = False, drop_if_exists: bool = False) -> None:
        """Create an object, as AsyncClient does."""
        self.run(lambda inner: inner.create(obj, ignore_if_exists, drop_if_exists))
        if isinstance(obj, Waiting):
            obj.bind(self)

    def create_async(self, obj: Fields) -> Job:
        """Begin to create an object, and return the job that does it."""
        return Job(self, self.run(lambda inner: inner.create_async(obj)))

    def update(self, obj: Fields, *, revision: int | None = None, **changes: Any) -> Job | None:
        """Change an object, as AsyncClient does; return the job that does what takes long, None without one."""
        job = self.run(lambda inner: inner.update(obj, revision=revision, **changes))
        return None if job is None else Job(self, job)

    def _all(self, kind: Any, found: dict[str, Any]) -> Any:
        return {name: kind.of(fields, self) for name, fields in found.items()}

    clear_analysis_cache = Blocking(AsyncClient.clear_analysis_cache)
    clear_all_caches = Blocking(AsyncClient.clear_all_caches)
    count_analysis_cache = Blocking(AsyncClient.count_analysis_cache)
    unpersist_all_relations = Blocking(AsyncClient.unpersist_all_relations)
    drop = Blocking(AsyncClient.drop)


class Job:
    """An AsyncJob whose methods wait for their results."""

    def __init__(self, client: Client, job: AsyncJob) -> None:
        self._client = client
        self._job = job

    @property
    def id(self) -> str:
        """The server's name for it."""
        return self._job.id

    def info(self) -> AsyncJobInformation:
        """Return how it stands."""
        return self._client.run(lambda _: self._job.info())

    def status(self) -> JobState:
        """Return its state."""
        return self._client.run(lambda _: self._job.status())

    def wait(self, timeout: float | None = None) -> AsyncJobInformation:
        """Return once it is over. Raises as `AsyncJob.wait`."""
        return self._client.run(lambda _: self._job.wait(timeout))

    def result(self) -> Any:
        """Return what it came to, once it is over. Raises as `AsyncJob.wait`."""
        return self._client.run(lambda _: self._job.result())

    def cancel(self) -> AsyncJobInformation:
        """End it. Raises as `AsyncJob.cancel`."""
        return self._client.run(lambda _: self._job.cancel())


class Waiting(Fields):
    """What every object here can do."""

    _client: Any = PrivateAttr(default=None)

    @classmethod
    def of(cls, fields: Fields, client: Client) -> Self:
        """Return the object of what the server said, acting by a client."""
        made = cls.model_construct(**fields.__dict__, **(fields.model_extra or {}))
        made.__pydantic_fields_set__.intersection_update(fields.model_fields_set)
        made.bind(client)
        return made

    def bind(self, client: Client) -> None:
        """Let it act by a client from now on."""
        self._client = client

    @property
    def client(self) -> Client:
        """By what it acts. Raises InvalidInput: it belongs to no client, and none is connected."""
        found: Client | None = self._client or (_connected[-1] if _connected else None)
        if found is None:
            raise InvalidInput(SYSTEM, "act", f"the {self.kind} belongs to no client", "connect a client first")
        return found

    def run(self, call: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Return what `call` makes of the client that it acts by."""
        return self.client.run(call)

    def create(self, *, ignore_if_exists: bool = False) -> Self:
        """Create it at the server, and return it."""
        self.client.create(self, ignore_if_exists)
        return self

    def load(self) -> Self:
        """Read it again, and return it."""
        self.take(self.run(lambda inner: inner.read(self)))
        return self

    def drop(self, *, ignore_missing: bool = False) -> None:
        """Drop it."""
        self.client.drop(self, ignore_missing)


class User(DeclaredUser, Waiting):
    """A user."""


class Group(DeclaredGroup, Waiting):
    """A group of users."""


class PrivacyProfile(DeclaredPrivacyProfile, Waiting):
    """A privacy profile."""


class Table(DeclaredTable, Waiting):
    """A table."""


class Database(DeclaredDatabase, Waiting):
    """A database."""

    @classmethod
    def all(cls) -> Iterator[Database]:
        """Yield the databases that the client which was connected last may see."""
        if not _connected:
            raise InvalidInput(SYSTEM, "list databases", "no client is connected", "connect one first")
        yield from _connected[-1].databases.values()

    @property
    def tables(self) -> dict[str, Table]:
        """Its tables by name, without their columns."""
        client = self.client

        async def found(inner: AsyncClient) -> dict[str, Table]:
            pages = inner.table_pages(self.name)
            return {table.name: Table.of(table, client) async for page in pages for table in page}

        return self.run(found)

    @property
    def views(self) -> dict[str, View]:
        """Its views by name; none for who does not administer it."""
        return {view.name: view for view in self.run(lambda inner: inner.views(self.name))}

    def set_privacy_profile(self, privacy_profile: PrivacyProfileFields | str) -> Job:
        """Begin to give it another profile, and return the job that does it."""
        name = privacy_profile if isinstance(privacy_profile, str) else privacy_profile.name

        async def begun(inner: AsyncClient) -> AsyncJob:
            return AsyncJob(inner, await inner.set_privacy_profile(self.name, name))

        return Job(self.client, self.run(begun))

    def get_privacy_limit(self) -> PrivacyLimit:
        """Return how much exposure it allows."""
        return self.run(lambda inner: inner.privacy_limit(self.name))

    def set_privacy_limit(self, privacy_limit: PrivacyLimit) -> None:
        """Set how much exposure it allows."""
        self.privacy_limit = self.run(lambda inner: inner.set_privacy_limit(self.name, privacy_limit))

    def get_access(self, subject: UserFields | GroupFields | Subject | None = None) -> str:
        """Return the level of a subject on it; without one, the level that counts for who is logged in."""
        if subject is None:
            return self.run(lambda inner: inner.own_access(self.name)).access
        who = as_subject(subject)
        return self.run(lambda inner: inner.subject_database_access(self.name, who)).access

    def set_access(self, subject: UserFields | GroupFields | Subject, access: str) -> None:
        """Set the level of a subject on it; the lowest takes its grant away."""
        who = as_subject(subject)
        self.run(lambda inner: inner.set_database_access(self.name, who, access))
