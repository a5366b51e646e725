"""Where new assets are stored, and how the clouds are logged in to: of the workspace, and of one teamspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Link
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import Conflict
from tui.services.printable import printable
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.common_models import CredentialRow
from tui.systems.tiledb.models.storage_models import StorageSetting
from tui.systems.tiledb.resources.offers import backend_with, missing
from tui.systems.tiledb.resources.space_resource import Spaces
from tui.systems.tiledb.resources.storage_forms import EditedSetting, NewCredential, NewSetting

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.service import TileDBService

OFFERED = 200
"""Credentials that a form offers."""


def _state(setting: StorageSetting) -> str:
    return f"failed: {setting.reason or 'it cannot be used'}" if setting.invalid else "ok"


class Storage(ResourceType["TileDBService", StorageSetting]):
    """The storage settings of the workspace."""

    name = "storage"
    title = "Storage settings"
    aliases = ("settings", "storage-settings")
    model = StorageSetting
    refresh = 60.0
    nothing = "there are no storage settings"
    columns = (
        Column("name", priority=9),
        Column("state", kind="status", priority=8, stretch=True, value=_state),
        Column("is_default", "default", kind="bool", priority=7),
        Column("path", "stores at", kind="path", priority=6),
        Column("credentials_name", "opened by", priority=5),
        Column("storage_setting_id", "id", priority=1, wide=True),
    )

    def identity(self, item: StorageSetting) -> Hashable:
        return item.storage_setting_id

    async def _teamspace(self, service: TileDBService, scope: Scope) -> str | None:
        """Return the id of the teamspace whose settings are meant, None for those of the workspace."""
        return None

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[StorageSetting]]:
        await backend_with(service, Ability.STORAGE_SETTINGS, "list storage settings")
        teamspace = await self._teamspace(service, scope)
        async with aclosing(service.client.storage.setting_pages(teamspace)) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    @action("n", "new", on="scope", form=NewSetting, rehearsal="whole")
    async def create(self, context: Context[TileDBService], form: NewSetting) -> Outcome:
        await backend_with(context.service, Ability.STORAGE_SETTINGS, "create storage setting")
        made = await context.service.client.storage.create_setting(
            form.name,
            form.path,
            form.credential,
            is_default=form.default,
            test_settings=form.test,
            teamspace_id=await self._teamspace(context.service, context.scope),
        )
        link = Link(made.name, self.name, context.scope, made.name)
        return Outcome(f"{made.name} stores at {made.path}; {_state(made)}", link=link)

    @action("e", "edit", form=EditedSetting, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: StorageSetting, form: EditedSetting) -> Outcome:
        await context.service.client.storage.update_setting(
            item.storage_setting_id,
            name=form.name,
            path=form.path,
            credentials_name=form.credential,
            test_settings=form.test,
            teamspace_id=await self._teamspace(context.service, context.scope),
        )
        before = {"name": item.name, "path": item.path, "credentials_name": item.credentials_name}
        after = {"name": form.name, "path": form.path, "credentials_name": form.credential}
        undo = {"id": item.storage_setting_id, "before": before, "after": after}
        link = Link(form.name, self.name, context.scope, form.name)
        return Outcome(f"changed {item.name}; u takes it back", undo=undo, link=link)

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: StorageSetting) -> Mapping[str, Any]:
        return {"name": item.name, "path": item.path, "credential": item.credentials_name}

    @action("D", "make the default", rehearsal="whole")
    async def set_default(self, context: Context[TileDBService], item: StorageSetting) -> Outcome:
        teamspace = await self._teamspace(context.service, context.scope)
        await context.service.client.storage.update_setting(
            item.storage_setting_id, is_default=True, test_settings=False, teamspace_id=teamspace
        )
        return Outcome(f"new assets are stored at {item.path}")

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, Ability.STORAGE_SETTINGS)

    @set_default.why_off
    def why_not_default(self, profile: Profile, item: StorageSetting | None) -> str | None:
        return "it is the default already" if item is not None and item.is_default else None

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        teamspace = await self._teamspace(context.service, context.scope)
        client, before, after = context.service.client, data["before"], data["after"]
        now = await client.storage.get_setting(str(data["id"]), teamspace)
        if any(getattr(now, key) != value for key, value in after.items()):
            message = f"{printable(now.name, 80)} was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "edit it by hand")
        await client.storage.update_setting(str(data["id"]), **before, test_settings=False, teamspace_id=teamspace)
        return f"{before['name']} is again what it was"

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete(self, context: Context[TileDBService], item: StorageSetting) -> Outcome:
        teamspace = await self._teamspace(context.service, context.scope)
        await context.service.client.storage.delete_setting(item.storage_setting_id, teamspace)
        return Outcome(f"deleted the setting {item.name}; what is stored at {item.path} stays")

    @delete.preview
    async def preview_delete(self, context: Context[TileDBService], items: Sequence[StorageSetting]) -> ChangePreview:
        what = f"the setting {items[0].name}" if len(items) == 1 else f"{len(items)} settings"
        lines = tuple(f"{item.name}: {item.path}{', the default' if item.is_default else ''}" for item in items)
        return ChangePreview(f"deletes {what}; what is stored there STAYS", lines)

    async def choices(self, context: Context[TileDBService], field: str) -> Sequence[str]:
        backend = await context.service.backend()
        found = await all_items(backend.credential_pages(page_size=OFFERED), OFFERED)
        return [credential.name for credential in found]


class TeamStorage(Storage):
    """The storage settings of one teamspace."""

    name = "team-storage"
    title = "Storage settings of a teamspace"
    aliases = ()
    parent = Spaces

    async def _teamspace(self, service: TileDBService, scope: Scope) -> str | None:
        return (await service.client.teamspaces.get(scope.parent)).teamspace_id


def _tried(credential: CredentialRow) -> str:
    return {"verified": "ok", "failed": "failed"}.get(credential.status, credential.status)


class _CredentialList(ResourceType["TileDBService", CredentialRow]):
    """What both lists of credentials have in common."""

    model = CredentialRow
    refresh = 60.0
    nothing = "there are no credentials"
    columns = (
        Column("name", priority=9),
        Column("status", "tried", kind="status", priority=8, value=_tried),
        Column("provider", priority=7),
        Column("kind", "by", priority=6, stretch=True),
        Column("level", "of", priority=4),
        Column("is_default", "default", kind="bool", priority=5),
        Column("allowed_in_tasks", "in tasks", kind="bool", priority=3),
        Column("created", kind="time", priority=2),
    )

    def identity(self, item: CredentialRow) -> Hashable:
        return item.name, item.provider, item.created

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[CredentialRow]]:
        async with aclosing((await service.backend()).credential_pages(self._space(scope))) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    def _space(self, scope: Scope) -> str | None:
        return None

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete(self, context: Context[TileDBService], item: CredentialRow) -> Outcome:
        await (await context.service.backend()).delete_credential(item.name, self._space(context.scope))
        return Outcome(f"deleted the credential {item.name}")

    @delete.preview
    async def preview_delete(self, context: Context[TileDBService], items: Sequence[CredentialRow]) -> ChangePreview:
        what = f"the credential {items[0].name}" if len(items) == 1 else f"{len(items)} credentials"
        lines = tuple(f"{item.name}: {item.provider}, {item.kind}" for item in items)
        return ChangePreview(f"deletes {what}; what it opened cannot be opened with it any more", lines)


class Credentials(_CredentialList):
    """How the clouds are logged in to for the whole workspace, without what proves it."""

    name = "credentials"
    title = "Credentials"
    aliases = ("credential",)

    @action("n", "new", on="scope", form=NewCredential, rehearsal="whole")
    async def create(self, context: Context[TileDBService], form: NewCredential) -> Outcome:
        await backend_with(context.service, Ability.NEW_CREDENTIALS, "create credential")
        content = await asyncio.to_thread(form.content)
        await context.service.client.storage.create_credential(
            form.name,
            form.provider,
            form.means,
            content,
            provider_default=form.default,
            allowed_in_tasks=form.tasks,
        )
        link = Link(form.name, "credentials", Scope(), form.name)
        return Outcome(f"made the credential {form.name} of {form.provider}", link=link)

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, Ability.NEW_CREDENTIALS if action == "create" else None)


class TeamCredentials(_CredentialList):
    """The credentials of one teamspace, or of a namespace of the classic cloud."""

    name = "team-credentials"
    title = "Credentials of a space"
    aliases = ()
    parent = Spaces

    def _space(self, scope: Scope) -> str | None:
        return scope.parent
