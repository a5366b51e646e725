"""What can be done with repositories: create, get or create, import, open, edit, set their status, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.cells import age_text
from tui.resources.detail import Link
from tui.resources.json_text import to_json
from tui.resources.types import ResourceType, Scope
from tui.services.errors import Conflict
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.repo_models import Repo
from tui.systems.arraylake.resources.account_forms import RepoPermissionForm
from tui.systems.arraylake.resources.org_actions import permitted
from tui.systems.arraylake.resources.repo_forms import (
    EditedRepo,
    GetOrCreate,
    ImportedRepo,
    NewRepo,
    OpenForm,
    StatusForm,
    metadata_changes,
)

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arraylake.client import OpenedRepo
    from tui.systems.arraylake.service import ArraylakeService


class RepoActions(ResourceType["ArraylakeService", Repo]):
    """The actions of the list of repositories."""

    @action("n", "new", on="scope", form=NewRepo, rehearsal="whole")
    async def create(self, context: Context[ArraylakeService], form: NewRepo) -> Outcome:
        org = context.scope.parent
        try:
            made = await context.service.client.create_repo(
                f"{org}/{form.name}",
                bucket_config_nickname=form.bucket,
                description=form.description or None,
                metadata=form.metadata or None,
                prefix=form.prefix or None,
            )
        finally:
            context.service.changed(org)
        return _made(context, form.name, f"created {org}/{form.name}", made)

    @action("N", "get or create", on="scope", form=GetOrCreate, rehearsal="whole")
    async def get_or_create(self, context: Context[ArraylakeService], form: GetOrCreate) -> Outcome:
        org = context.scope.parent
        try:
            made = await context.service.client.get_or_create_repo(
                f"{org}/{form.name}", checkout=False, bucket_config_nickname=form.bucket
            )
        finally:
            context.service.changed(org)
        return _made(context, form.name, f"{org}/{form.name} is there", made)

    @action("I", "import", on="scope", form=ImportedRepo, rehearsal="whole")
    async def import_repo(self, context: Context[ArraylakeService], form: ImportedRepo) -> Outcome:
        org = context.scope.parent
        try:
            made = await context.service.client.import_repo(
                f"{org}/{form.name}",
                form.bucket,
                form.prefix,
                description=form.description or None,
                metadata=form.metadata or None,
            )
        finally:
            context.service.changed(org)
        return _made(context, form.name, f"imported {org}/{form.name}", made)

    async def choices(self, context: Context[ArraylakeService], field: str) -> Sequence[str]:
        if field != "bucket":
            return ()
        buckets = await context.service.client.list_bucket_configs(context.scope.parents[0])
        return [bucket.nickname for bucket in sorted(buckets, key=lambda bucket: not bucket.is_default)]

    @action("e", "edit", form=EditedRepo, rehearsal="whole")
    async def edit(self, context: Context[ArraylakeService], item: Repo, form: EditedRepo) -> Outcome:
        changes = _changes(item, form)
        if not changes:
            return Outcome(f"{item.name} is as it was")
        await _modify(context, item, changes)
        undo = {
            "id": item.id,
            "name": item.name,
            "before": {"description": item.description or "", "metadata": item.metadata or {}},
            "after": {"description": form.description, "metadata": form.metadata},
        }
        return Outcome(f"changed {item.name}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[ArraylakeService], item: Repo) -> Mapping[str, Any]:
        return {"description": item.description or "", "metadata": item.metadata or {}}

    @edit.preview
    async def preview_edit(
        self, context: Context[ArraylakeService], items: Sequence[Repo], form: EditedRepo
    ) -> ChangePreview:
        lines = [f"{name}: {to_json(value)}" for name, value in _changes(items[0], form).items()]
        return ChangePreview(f"changes {items[0].name}" if lines else "changes nothing", tuple(lines))

    @action("t", "status", form=StatusForm, asks=True, rehearsal="whole")
    async def status(self, context: Context[ArraylakeService], item: Repo, form: StatusForm) -> Outcome:
        try:
            found = await context.service.client.set_repo_status(item.full_name, form.mode, form.message or None)
        finally:
            _changed(context, item)
        return Outcome(f"{item.name} is {found.mode}")

    @status.defaults
    async def status_defaults(self, context: Context[ArraylakeService], item: Repo) -> Mapping[str, Any]:
        return {"mode": "maintenance" if item.status.mode == "online" else "online"}

    @status.preview
    async def preview_status(
        self, context: Context[ArraylakeService], items: Sequence[Repo], form: StatusForm
    ) -> ChangePreview:
        words = f"{items[0].name}, which is {items[0].status.mode}, becomes {form.mode}"
        return ChangePreview(words, () if form.mode == "online" else ("it cannot be opened by anybody then",))

    @status.why_off
    def why_not_status(self, profile: Profile, item: Repo | None) -> str | None:
        fixed = item is not None and not item.status.is_user_modifiable
        return "the service has set its status itself, and does not let it be changed" if fixed else None

    @action("O", "open", danger=Danger.READS, form=OpenForm)
    async def open(self, context: Context[ArraylakeService], item: Repo, form: OpenForm) -> Outcome:
        opened = await context.service.client.get_repo(item.full_name, checkout=form.checkout, read_only=form.read_only)
        result = {
            "name": opened.name,
            "bucket": opened.opened.repo_bucket.uri,
            "prefix": opened.opened.repo_prefix,
            "author": opened.opened.author.email,
            "snapshot": None if opened.session is None else opened.session.snapshot_id,
            "note": opened.note,
        }
        text = "\n".join(f"{name:<10} {value}" for name, value in result.items() if value)
        return Outcome(f"{item.full_name} can be opened", result=result, text=text)

    @action("E", "fresh entry", danger=Danger.READS)
    async def entry(self, context: Context[ArraylakeService], item: Repo) -> Outcome:
        found = await context.service.client.get_repo_object(item.full_name)
        return Outcome(f"the catalogue's entry of {item.full_name}", result=found)

    @action("Z", "stored bytes", danger=Danger.READS, job=True)
    async def size(self, context: Context[ArraylakeService], item: Repo) -> Outcome:
        found = await (await context.service.client.contents(item.full_name)).size()
        return Outcome(f"{item.full_name} stores {found.native:,} bytes in chunks of its own", result=found)

    @action("P", "permission", danger=Danger.READS, form=RepoPermissionForm)
    async def permission(self, context: Context[ArraylakeService], item: Repo, form: RepoPermissionForm) -> Outcome:
        client = context.service.client
        principal = form.principal or str((await client.get_user()).id)
        may = await client.get_permission_check(item.org, principal, item.full_name, form.action)
        return permitted(principal, item.full_name, form.action, may)

    @permission.defaults
    async def permission_defaults(self, context: Context[ArraylakeService], item: Repo) -> Mapping[str, Any]:
        return {"principal": str((await context.service.client.get_user()).id)}

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete(self, context: Context[ArraylakeService], item: Repo) -> Outcome:
        # Both of the service's confirmations are the gate's word and nobody else's.
        sure = context.confirmed
        try:
            await context.service.client.delete_repo(
                item.full_name, imsure=sure, imreallysure=sure, expected_id=item.id
            )
        finally:
            _changed(context, item)
        return Outcome(f"deleted {item.full_name}")

    @delete.preview
    async def preview_delete(self, context: Context[ArraylakeService], items: Sequence[Repo]) -> ChangePreview:
        lines: list[str] = []
        for repo in items:
            where = (
                "a bucket of its subscription" if repo.bucket is None else f"{repo.bucket.uri} (prefix {repo.prefix})"
            )
            changed = f", changed {age_text(repo.updated)}" if repo.updated is not None else ""
            lines.append(f"{repo.name}: id {repo.id}, in {where}{changed}")
            if repo.description and len(items) == 1:
                lines.append(f"  {repo.description}")
        lines.append("the service may remove its bytes some time later; there is no way back")
        what = items[0].full_name if len(items) == 1 else f"{len(items)} repositories of {items[0].org}"
        return ChangePreview(f"deletes {what} from the catalogue", tuple(lines))

    async def undo(self, context: Context[ArraylakeService], data: Mapping[str, Any]) -> str:
        item = await self.get(context.service, context.scope, str(data["name"]))
        now = {"description": item.description or "", "metadata": item.metadata or {}}
        if item.id != data["id"] or now != data["after"]:
            message = f"{item.name} was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "edit it by hand")
        changes = _changes(item, EditedRepo.model_validate(data["before"]))
        await _modify(context, item, changes)
        return f"{item.name} says again what it said"


def _changes(item: Repo, form: EditedRepo) -> dict[str, Any]:
    changes = metadata_changes(item.metadata or {}, form.metadata)
    if form.description != (item.description or ""):
        changes["description"] = form.description
    return changes


async def _modify(context: Context[ArraylakeService], item: Repo, changes: dict[str, Any]) -> None:
    try:
        await context.service.client.modify_repo(item.full_name, **changes)
    finally:
        _changed(context, item)


def _changed(context: Context[ArraylakeService], item: Repo) -> None:
    context.service.changed(item.org)
    context.service.client.forget_contents(item.full_name)


def _made(context: Context[ArraylakeService], name: str, words: str, made: OpenedRepo) -> Outcome:
    link = Link(f"repository {name}", "repos", Scope((context.scope.parent,)), name)
    return Outcome(f"{words}; {made.note}" if made.note else words, link=link)
