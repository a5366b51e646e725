"""Groups of users as a list, and their members."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.models import Subject
from tui.systems.leapyear.objects import Group
from tui.systems.leapyear.resources.group_actions import GroupActions, Member, MemberActions
from tui.systems.leapyear.resources.shared_list import section_or_reason
from tui.systems.leapyear.resources.user_resource import access_section, subject_key

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService


class Groups(GroupActions):
    """The groups; whoever is no administrator sees its own."""

    name = "groups"
    title = "Groups"
    aliases = ("group",)
    model = Group
    refresh = 30.0
    columns = (
        Column("name", priority=9),
        Column("count", "members", kind="count", priority=8, value=lambda group: len(group.members)),
        Column("members", "who", priority=7, stretch=True, value=lambda group: ", ".join(group.members)),
        Column("description", priority=5, stretch=True),
        Column("created_at", "created", kind="time", priority=3),
    )

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[Group]]:
        await service.capabilities()
        async for page in service.client.group_pages(query.page_size):
            yield Page(tuple(page))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> Group:
        return await service.client.group(key)

    async def describe(self, service: LeapYearService, scope: Scope, item: Group) -> Detail:
        fields = (
            Field("members", ", ".join(item.members)),
            Field("description", item.description),
            Field("created", item.created_at, "time"),
            Field("number", item.id),
            Field("revision", item.revision),
        )
        subject = Subject(kind="group", name=item.name)
        access = await section_or_reason("access", access_section(service, subject))
        links = (
            Link("its grants", "table-grants", Scope((subject_key(subject),))),
            Link("members", "members", scope / item.name),
        )
        return Detail(item.name, (Section("group", fields), access), item, links)

    def identity(self, item: Group) -> Hashable:
        # Who is in it is part of it: whoever drops it was shown who loses what.
        return item.id, item.revision, tuple(item.members)


class Members(MemberActions):
    """The members of a group."""

    name = "members"
    title = "Members"
    aliases = ("member",)
    parent = Groups
    model = Member
    refresh = 30.0
    columns = (Column("name", priority=9),)
    nothing = "nobody is in this group"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[Member]]:
        await service.capabilities()
        found = await service.client.group(scope.parent)
        yield Page(tuple(Member(name=name) for name in found.members), len(found.members))

    async def describe(self, service: LeapYearService, scope: Scope, item: Member) -> Detail:
        link = Link(f"user {item.name}", "users", Scope(), item.name)
        return Detail(item.name, (Section("member", (Field("of", scope.parent),)),), item, (link,))
