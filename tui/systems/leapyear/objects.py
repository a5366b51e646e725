"""User, Group, Database, Table, PrivacyProfile: the published objects, which act by the client they belong to.

One that a client returned belongs to that client. A new one belongs to the client of the innermost `async with` around
it, or to the one that it is given to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

from pydantic import PrivateAttr

from tui.services.errors import InvalidInput
from tui.systems.leapyear.declared import (
    DeclaredDatabase,
    DeclaredGroup,
    DeclaredPrivacyProfile,
    DeclaredTable,
    DeclaredUser,
)
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.fields import Fields, GroupFields, PrivacyProfileFields, UserFields, View
from tui.systems.leapyear.models import (
    AsyncJobInformation,
    PrivacyLimit,
    Subject,
)

if TYPE_CHECKING:
    from tui.systems.leapyear.client import AsyncClient

current_client: ContextVar[AsyncClient | None] = ContextVar("leapyear_client", default=None)
"""The client of the innermost `async with`, in this task."""


class Acting(Fields):
    """What every object can do."""

    _client: Any = PrivateAttr(default=None)

    @classmethod
    def of(cls, fields: Fields, client: Any) -> Self:
        """Return the object of what the server said, acting by a client."""
        made = cls.model_construct(**fields.__dict__, **(fields.model_extra or {}))
        made.__pydantic_fields_set__.intersection_update(fields.model_fields_set)
        made.bind(client)
        return made

    def bind(self, client: Any) -> None:
        """Let it act by a client from now on."""
        self._client = client

    @property
    def client(self) -> AsyncClient:
        """By what it acts.

        Raises:
            InvalidInput: it belongs to no client, and there is no `async with` around.
        """
        found = self._client or current_client.get()
        if found is None:
            message = f"the {self.kind} belongs to no client"
            raise InvalidInput(SYSTEM, "act", message, "use client.create(...), or `async with` around it")
        return found

    async def create(self, *, ignore_if_exists: bool = False) -> Self:
        """Create it at the server, and return it. Raises as `AsyncClient.create`."""
        await self.client.create(self, ignore_if_exists=ignore_if_exists)
        return self

    async def load(self) -> Self:
        """Read it again, and return it. Raises NotFoundError: it is not there (any more)."""
        self.take(await self.client.read(self))
        return self

    async def drop(self, *, ignore_missing: bool = False) -> None:
        """Drop it. Raises as `AsyncClient.drop`."""
        await self.client.drop(self, ignore_missing=ignore_missing)


class User(DeclaredUser, Acting):
    """A user. `DeclaredUser` says how one is made."""


class Group(DeclaredGroup, Acting):
    """A group of users. `DeclaredGroup` says how one is made."""


class PrivacyProfile(DeclaredPrivacyProfile, Acting):
    """A privacy profile. `DeclaredPrivacyProfile` says how one is made."""


class Database(DeclaredDatabase, Acting):
    """A database. `DeclaredDatabase` says how one is made."""

    @classmethod
    async def all(cls) -> AsyncIterator[Database]:
        """Yield the databases that the client of the `async with` around may see."""
        client = current_client.get()
        if client is None:
            raise InvalidInput(SYSTEM, "list databases", "there is no client", "use `async with` around it")
        async for page in client.database_pages():
            for database in page:
                yield database

    async def tables(self) -> dict[str, Table]:
        """Return its tables by name, without their columns."""
        return {table.name: table async for page in self.client.table_pages(self.name) for table in page}

    async def views(self) -> dict[str, View]:
        """Return its views by name; none for who does not administer it."""
        return {view.name: view for view in await self.client.views(self.name)}

    async def set_privacy_profile(self, privacy_profile: PrivacyProfileFields | str) -> AsyncJobInformation:
        """Begin to give it another profile, and return the job that does it."""
        name = privacy_profile if isinstance(privacy_profile, str) else privacy_profile.name
        return await self.client.set_privacy_profile(self.name, name)

    async def get_privacy_limit(self) -> PrivacyLimit:
        """Return how much exposure it allows."""
        return await self.client.privacy_limit(self.name)

    async def set_privacy_limit(self, privacy_limit: PrivacyLimit) -> None:
        """Set how much exposure it allows."""
        self.privacy_limit = await self.client.set_privacy_limit(self.name, privacy_limit)

    async def set_privacy_limit_window(self, days: int) -> None:
        """Set the days within which its limit counts; what it allows stays."""
        limit = await self.client.privacy_limit(self.name)
        changed = PrivacyLimit.model_validate({**limit.model_dump(exclude_unset=True), "window_days": days})
        await self.set_privacy_limit(changed)

    async def get_access(self, subject: UserFields | GroupFields | Subject | None = None) -> str:
        """Return the level of a subject on it; without one, the level that counts for who is logged in."""
        if subject is None:
            return (await self.client.own_access(self.name)).access
        return (await self.client.subject_database_access(self.name, as_subject(subject))).access

    async def set_access(self, subject: UserFields | GroupFields | Subject, access: str) -> None:
        """Set the level of a subject on it; the lowest takes its grant away."""
        await self.client.set_database_access(self.name, as_subject(subject), access)


class Table(DeclaredTable, Acting):
    """A table. `DeclaredTable` says how one is made."""


def as_subject(subject: UserFields | GroupFields | Subject) -> Subject:
    """Return a user or a group as who has a level."""
    match subject:
        case Subject():
            return subject
        case UserFields():
            return Subject(kind="user", name=subject.username)
        case _:
            return Subject(kind="group", name=subject.name)
