"""Users as a list, with what each may do and by what it is had; and the public keys they may log in with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.models import Subject, UserKey
from tui.systems.leapyear.objects import User
from tui.systems.leapyear.resources.shared_list import section_or_reason
from tui.systems.leapyear.resources.user_actions import KeyActions, UserActions

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService


class Users(UserActions):
    """The users; whoever is no administrator sees itself alone."""

    name = "users"
    title = "Users"
    aliases = ("user",)
    model = User
    refresh = 30.0
    columns = (
        Column("username", "name", priority=9),
        Column("is_admin", "admin", priority=8, value=lambda user: "yes" if user.is_admin else None),
        Column("enabled", kind="bool", priority=8),
        Column("groups", priority=7, stretch=True, value=lambda user: ", ".join(user.groups)),
        Column("last_login_at", "last log-in", kind="time", priority=6),
        Column("description", priority=5, stretch=True),
        Column("created_at", "created", kind="time", priority=2),
    )

    def key(self, item: User) -> str:
        return item.username

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[User]]:
        await service.capabilities()
        async for page in service.client.user_pages(limit=query.page_size):
            yield Page(tuple(page))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> User:
        return await service.client.user(key)

    def child_of(self, item: User) -> str | None:
        return "keys"

    async def describe(self, service: LeapYearService, scope: Scope, item: User) -> Detail:
        fields = (
            Field("administrator", item.is_admin, "bool"),
            Field("may log in", item.enabled, "bool"),
            Field("groups", ", ".join(item.groups)),
            Field("description", item.description),
            Field("last log-in", item.last_login_at, "time"),
            Field("created", item.created_at, "time"),
            Field("number", item.id),
            Field("revision", item.revision),
        )
        subject = Subject(kind="user", name=item.username)
        access = await section_or_reason("access", access_section(service, subject))
        links = (
            Link("its grants", "table-grants", Scope((subject_key(subject),))),
            Link("its keys", "keys", scope / item.username),
            *(Link(f"group {name}", "groups", Scope(), name) for name in item.groups),
        )
        return Detail(item.username, (Section("user", fields), access), item, links)

    def identity(self, item: User) -> Hashable:
        return item.id, item.revision


class Keys(KeyActions):
    """The public keys that a user may log in with."""

    name = "keys"
    title = "Public keys"
    aliases = ("key",)
    parent = Users
    model = UserKey
    refresh = 60.0
    columns = (
        Column("name", priority=9),
        Column("algorithm", priority=7),
        Column("fingerprint", priority=8, stretch=True),
        Column("created_at", "created", kind="time", priority=6),
        Column("id", kind="number", priority=2),
    )
    nothing = "this user logs in with a password alone"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[UserKey]]:
        await service.capabilities()
        found = await service.client.user_keys(scope.parent)
        yield Page(tuple(found), len(found))

    def identity(self, item: UserKey) -> Hashable:
        return item.id


def subject_key(subject: Subject) -> str:
    """Return what names a subject in a list of both users and groups."""
    return f"{subject.kind}:{subject.name}"


async def access_section(service: LeapYearService, subject: Subject) -> Section:
    """Return which levels a subject has on databases, and by what: its own, or those of a group."""
    found = await service.client.subject_access(subject)
    rows = [(grant.database, grant.access, "its own") for grant in found.databases]
    for group in found.via_groups:
        rows += [(grant.database, grant.access, f"group {group.group}") for grant in group.databases]
    columns = sum(len(grant.columns) for grant in found.tables)
    shared = sum(len(grant.columns) for group in found.via_groups for grant in group.tables)
    fields = (Field("own grants on columns", columns, "count"), Field("through groups", shared, "count"))
    return Section("access", fields, Table(("database", "level", "by"), tuple(sorted(rows))) if rows else None)
