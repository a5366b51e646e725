"""Workspaces of the current platform and organisations of the classic cloud, as one list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic import Field as Asked

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import Conflict
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.common_models import Tenancy
from tui.systems.tiledb.resources.offers import is_classic

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


class WorkspaceForm(BaseModel):
    """Which workspace is meant."""

    workspace: str = Asked("", description="its name or id; empty: the one that is configured")


class DescriptionForm(BaseModel):
    """What something is about."""

    description: str = Asked("", description="what it is about", json_schema_extra={"multiline": True})


class Workspaces(ResourceType["TileDBService", Tenancy]):
    """The workspaces, or organisations, of whoever is logged in."""

    name = "workspaces"
    title = "Workspaces and organisations"
    aliases = ("workspace", "orgs", "organisations", "organizations")
    model = Tenancy
    refresh = 60.0
    nothing = "you are in no workspace or organisation"
    columns = (
        Column("name", priority=9),
        Column("role", "you are", priority=8),
        Column("description", priority=5, stretch=True),
        Column("created", kind="time", priority=4),
        Column("created_by", "by", priority=3),
        Column("id", priority=2, wide=True),
    )

    def identity(self, item: Tenancy) -> Hashable:
        return item.id or item.name

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Tenancy]]:
        found = tuple(await (await service.backend()).tenancies())
        yield Page(found, len(found))

    async def describe(self, service: TileDBService, scope: Scope, item: Tenancy) -> Detail:
        fields = (
            Field("name", item.name),
            Field("id", item.id),
            Field("you are", item.role),
            Field("description", item.description),
            Field("created", item.created, "time"),
            Field("updated", item.updated, "time"),
            Field("by", item.created_by),
        )
        links = (Link("members", "members", Scope((item.name,))), Link("spaces", "spaces", Scope()))
        return Detail(item.name, (Section("workspace", fields),), item, links)

    @action("w", "my workspaces", danger=Danger.READS, on="scope")
    async def user_workspaces(self, context: Context[TileDBService]) -> Outcome:
        found = await context.service.client.get_user_workspaces()
        return Outcome(f"{len(found)} workspaces", result=found)

    @action("W", "a workspace", danger=Danger.READS, on="scope", form=WorkspaceForm)
    async def workspace(self, context: Context[TileDBService], form: WorkspaceForm) -> Outcome:
        found = await context.service.client.get_workspace(form.workspace or None)
        return Outcome(f"{found.name} has the id {found.workspace_id}", result=found)

    @action("I", "the id of the configured workspace", danger=Danger.READS, on="scope")
    async def workspace_id(self, context: Context[TileDBService]) -> Outcome:
        found = await context.service.client.get_workspace_id()
        return Outcome(found, result=found)

    @action("e", "edit", form=DescriptionForm, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: Tenancy, form: DescriptionForm) -> Outcome:
        await _describe(context.service, item.name, item.id, form.description)
        undo = {"name": item.name, "id": item.id, "before": item.description, "after": form.description}
        return Outcome(f"changed what {item.name} says of itself; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: Tenancy) -> Mapping[str, Any]:
        return {"description": item.description}

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        name = str(data["name"])
        now = await self.get(context.service, Scope(), name)
        if now.description != data["after"]:
            message = f"what {name} says of itself was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "edit it by hand")
        await _describe(context.service, name, str(data["id"]), str(data["before"]))
        return f"{name} says of itself again what it said"


async def _describe(service: TileDBService, name: str, identity: str, description: str) -> None:
    if await is_classic(service):
        await service.client.classic.update_organization(name, description=description)
    else:
        await service.client.accounts.update_workspace(identity or name, description=description)
