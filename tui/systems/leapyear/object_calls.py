"""Calls on the objects of a server beyond the published ones, by name: what screens and forms need (contract §7)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from tui.services.http.session import route
from tui.systems.leapyear.calls import PAGE, Calls, revision_header
from tui.systems.leapyear.fields import (
    Credentials,
    DatabaseFields,
    Fields,
    GroupFields,
    PrivacyProfileFields,
    TableColumn,
    TableFields,
    UserFields,
    View,
    written,
)
from tui.systems.leapyear.models import (
    AsyncJobInformation,
    Caches,
    Capabilities,
    DatabaseAccess,
    Exposure,
    JobResult,
    OwnAccess,
    PrivacyLimit,
    Subject,
    SubjectAccess,
    TableAccess,
    UserKey,
)
from tui.systems.leapyear.objects import Database, Group, PrivacyProfile, Table, User

_DATABASE = "/databases/{}"
_TABLE = "/databases/{}/tables/{}"


class ObjectCalls(Calls):
    """The second base of the client. Every method may raise what `Calls.ask` does; NotFoundError where a name is of
    nothing, or of nothing that this user may see."""

    async def capabilities(self) -> Capabilities:
        """Return what the server can do."""
        return (await self.ask("GET", "/capabilities", "look at server", Capabilities)).value

    async def database_pages(self, limit: int = PAGE) -> AsyncIterator[list[Database]]:
        """Yield the databases that this user may see, page by page, by name."""
        async for page in self.pages("/databases", "list databases", DatabaseFields, limit=limit):
            yield [self._bound(Database, fields) for fields in page]

    async def database(self, name: str) -> Database:
        """Return a database."""
        return await self._read(Database, DatabaseFields, route(_DATABASE, name), "look at database")

    async def table_pages(self, database: str, limit: int = PAGE) -> AsyncIterator[list[Table]]:
        """Yield the tables of a database, page by page, by name; without their columns."""
        path = route("/databases/{}/tables", database)
        async for page in self.pages(path, "list tables", TableFields, limit=limit):
            yield [self._bound(Table, fields) for fields in page]

    async def table(self, database: str, name: str) -> Table:
        """Return a table with its columns."""
        return await self._read(Table, TableFields, route(_TABLE, database, name), "look at table")

    async def columns(self, database: str, table: str) -> list[TableColumn]:
        """Return the columns of a table in the order of their declaration, with this user's levels."""
        path = route("/databases/{}/tables/{}/columns", database, table)
        return await self.all(path, "list columns", TableColumn)

    async def views(self, database: str) -> list[View]:
        """Return the views of a database; none for who does not administer it."""
        return await self.all(route("/databases/{}/views", database), "list views", View)

    async def view(self, database: str, name: str) -> View:
        """Return a view."""
        path = route("/databases/{}/views/{}", database, name)
        return (await self.ask("GET", path, "look at view", View)).value

    async def user_pages(self, search: str = "", limit: int = PAGE) -> AsyncIterator[list[User]]:
        """Yield the users with a text in their name, page by page; only itself for who is no administrator."""
        query = {"q": search} if search else None
        async for page in self.pages("/users", "list users", UserFields, query=query, limit=limit):
            yield [self._bound(User, fields) for fields in page]

    async def user(self, name: str) -> User:
        """Return a user."""
        return await self._read(User, UserFields, route("/users/{}", name), "look at user")

    async def group_pages(self, limit: int = PAGE) -> AsyncIterator[list[Group]]:
        """Yield the groups, page by page; only its own for who is no administrator."""
        async for page in self.pages("/groups", "list groups", GroupFields, limit=limit):
            yield [self._bound(Group, fields) for fields in page]

    async def group(self, name: str) -> Group:
        """Return a group."""
        return await self._read(Group, GroupFields, route("/groups/{}", name), "look at group")

    async def add_member(self, group: str, user: str) -> None:
        """Put a user into a group; one that is in it stays there."""
        await self.ask("PUT", route("/groups/{}/members/{}", group, user), "add member")

    async def remove_member(self, group: str, user: str) -> None:
        """Take a user out of a group, if it is in it."""
        await self.ask("DELETE", route("/groups/{}/members/{}", group, user), "remove member", repeatable=True)

    async def profile_pages(self, limit: int = PAGE) -> AsyncIterator[list[PrivacyProfile]]:
        """Yield the privacy profiles, page by page."""
        async for page in self.pages("/privacy-profiles", "list profiles", PrivacyProfileFields, limit=limit):
            yield [self._bound(PrivacyProfile, fields) for fields in page]

    async def privacy_profile(self, name: str) -> PrivacyProfile:
        """Return a privacy profile, with the databases that use it."""
        path = route("/privacy-profiles/{}", name)
        return await self._read(PrivacyProfile, PrivacyProfileFields, path, "look at profile")

    async def set_privacy_profile(
        self, database: str, profile: str, revision: int | None = None
    ) -> AsyncJobInformation:
        """Begin to give a database another profile, and return the job that does it."""
        path, headers = route("/databases/{}/privacy-profile", database), revision_header(revision)
        body = {"name": profile}
        reply = await self.ask("PUT", path, "set profile", AsyncJobInformation, body=body, headers=headers)
        return self._began(reply.value)

    async def privacy_limit(self, database: str) -> PrivacyLimit:
        """Return how much exposure a database allows."""
        path = route("/databases/{}/privacy-limit", database)
        return (await self.ask("GET", path, "look at limit", PrivacyLimit)).value

    async def set_privacy_limit(self, database: str, limit: PrivacyLimit, revision: int | None = None) -> PrivacyLimit:
        """Set how much exposure a database allows."""
        path, headers = route("/databases/{}/privacy-limit", database), revision_header(revision)
        return (await self.ask("PUT", path, "set limit", PrivacyLimit, body=written(limit), headers=headers)).value

    async def exposure(self, database: str) -> Exposure:
        """Return how much of a database's limit each user has spent. NotSupportedError where no server can tell."""
        return (await self.ask("GET", route("/databases/{}/exposure", database), "look at exposure", Exposure)).value

    async def add_slice(self, database: str, table: str, credentials: Credentials) -> AsyncJobInformation:
        """Begin to add data to a table, and return the job that does it. `credentials` says where the data is."""
        path = route("/databases/{}/tables/{}/slices", database, table)
        # Made secret as a table's own are, so that no log shows them.
        secret = TableFields(database=database, name=table, credentials=credentials).credentials
        body = {"credentials": secret}
        return self._began((await self.ask("POST", path, "add data", AsyncJobInformation, body=body)).value)

    async def drop_database(self, name: str, *, cascade: bool = False, revision: int | None = None) -> None:
        """Drop a database; with `cascade`, its tables and views as well."""
        query = {"cascade": "true"} if cascade else None
        await self.ask(
            "DELETE", route(_DATABASE, name), "drop database", query=query, headers=revision_header(revision)
        )

    async def database_access(self, database: str) -> list[DatabaseAccess]:
        """Return who has which level on a database."""
        return await self.all(route("/databases/{}/access", database), "list access", DatabaseAccess)

    async def own_access(self, database: str) -> OwnAccess:
        """Return this user's own level on a database, and where it comes from."""
        return (await self.ask("GET", route("/databases/{}/access/me", database), "look at access", OwnAccess)).value

    async def subject_database_access(self, database: str, subject: Subject) -> DatabaseAccess:
        """Return the level that a subject itself has on a database."""
        path = route("/databases/{}/access/{}/{}", database, subject.kind, subject.name)
        return (await self.ask("GET", path, "look at access", DatabaseAccess)).value

    async def set_database_access(self, database: str, subject: Subject, level: str) -> DatabaseAccess:
        """Set the level of a subject on a database; the lowest takes its grant away. ValidationError: unknown level."""
        path = route("/databases/{}/access/{}/{}", database, subject.kind, subject.name)
        return (await self.ask("PUT", path, "set access", DatabaseAccess, body={"access": level})).value

    async def table_access(self, database: str, table: str) -> list[TableAccess]:
        """Return who has which levels on the columns of a table."""
        return await self.all(route("/databases/{}/tables/{}/access", database, table), "list access", TableAccess)

    async def subject_table_access(self, database: str, table: str, subject: Subject) -> TableAccess:
        """Return the levels that a subject itself has on the columns of a table."""
        path = route("/databases/{}/tables/{}/access/{}/{}", database, table, subject.kind, subject.name)
        return (await self.ask("GET", path, "look at access", TableAccess)).value

    async def set_table_access(
        self, database: str, table: str, subject: Subject, levels: Mapping[str, str] | str
    ) -> TableAccess:
        """Set the levels of a subject on some columns by name, or one level on all."""
        path = route("/databases/{}/tables/{}/access/{}/{}", database, table, subject.kind, subject.name)
        body: dict[str, Any] = {"all": levels} if isinstance(levels, str) else {"columns": dict(levels)}
        return (await self.ask("PUT", path, "set access", TableAccess, body=body)).value

    async def subject_access(self, subject: Subject) -> SubjectAccess:
        """Return everything that a user or a group has: by itself, and a user through its groups."""
        path = route("/users/{}/access" if subject.kind == "user" else "/groups/{}/access", subject.name)
        return (await self.ask("GET", path, "list access", SubjectAccess)).value

    async def user_keys(self, user: str) -> list[UserKey]:
        """Return the public keys that a user may log in with."""
        return await self.all(route("/users/{}/keys", user), "list keys", UserKey)

    async def add_key(self, user: str, name: str, public_key: str) -> UserKey:
        """Let a user log in with a key. `public_key` is PEM, Ed25519 or RSA."""
        body = {"name": name, "public_key": public_key}
        return (await self.ask("POST", route("/users/{}/keys", user), "add key", UserKey, body=body)).value

    async def drop_key(self, user: str, key: int) -> None:
        """Let a user log in with a key no more."""
        await self.ask("DELETE", route("/users/{}/keys/{}", user, str(key)), "drop key")

    async def caches(self) -> Caches:
        """Return how much is in the caches."""
        return (await self.ask("GET", "/caches", "look at caches", Caches)).value

    async def job_pages(self, state: str = "all", limit: int = 100) -> AsyncIterator[list[AsyncJobInformation]]:
        """Yield the jobs that this user may see, the newest first: `all`, those `active` or those `finished`."""
        async for page in self.pages("/jobs", "list jobs", AsyncJobInformation, query={"state": state}, limit=limit):
            yield page

    async def job_information(self, identity: str, wait: int = 0) -> AsyncJobInformation:
        """Return a job; with `wait`, as soon as it is over and no later than in so many seconds (30 at most)."""
        query = {"wait": wait} if wait else None
        path = route("/jobs/{}", identity)
        return (await self.ask("GET", path, "look at job", AsyncJobInformation, query=query, wait=wait)).value

    async def job_result(self, identity: str) -> Any:
        """Return what a job came to. ConflictError: it did not succeed, or is not over."""
        return (await self.ask("GET", route("/jobs/{}/result", identity), "look at job", JobResult)).value.result

    async def cancel_job(self, identity: str) -> AsyncJobInformation:
        """End a job. ConflictError: it is over."""
        path = route("/jobs/{}/cancel", identity)
        return (await self.ask("POST", path, "cancel job", AsyncJobInformation)).value

    def _began(self, job: AsyncJobInformation) -> AsyncJobInformation:
        """Take note of a job that this client has begun."""
        return job

    def _bound(self, kind: Any, fields: Fields) -> Any:
        """Return the object of some fields, which acts by this client."""
        return kind.of(fields, self)

    async def _read(self, kind: Any, fields: type[Fields], path: str, operation: str) -> Any:
        return self._bound(kind, (await self.ask("GET", path, operation, fields)).value)
