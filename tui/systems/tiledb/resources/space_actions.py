"""What can be done with teamspaces: create, edit, join, leave, delete one; and a search of a space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import Conflict
from tui.services.printable import printable
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.common_models import Space
from tui.systems.tiledb.resources.offers import backend_with, missing
from tui.systems.tiledb.resources.space_forms import DeleteSpace, EditedSpace, NewSpace, SearchForm

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.calls.teamspace_calls import TeamspaceCalls
    from tui.systems.tiledb.service import TileDBService


class SpaceActions(ResourceType["TileDBService", Space]):
    """The actions of the list of spaces. Namespaces of the classic cloud are not made or deleted from here."""

    @action("n", "new teamspace", on="scope", form=NewSpace, rehearsal="whole")
    async def create(self, context: Context[TileDBService], form: NewSpace) -> Outcome:
        calls = await _teamspaces(context, "create teamspace")
        await calls.create(form.name, visibility=form.visibility, description=form.description or None)
        link = Link(f"teamspace {form.name}", "spaces", Scope(), form.name)
        return Outcome(f"created the {form.visibility} teamspace {form.name}", link=link)

    @action("e", "edit", form=EditedSpace, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: Space, form: EditedSpace) -> Outcome:
        calls = await _teamspaces(context, "edit teamspace")
        await calls.update(
            item.id or item.name,
            name=None if form.name == item.name else form.name,
            visibility=None if form.visibility == item.visibility else form.visibility,
            description=None if form.description == item.description else form.description,
        )
        done = f"changed {item.name}" if form.name == item.name else f"{item.name} is {form.name} now"
        undo = {
            "id": item.id or item.name,
            "before": {"name": item.name, "visibility": item.visibility, "description": item.description},
            "after": form.model_dump(),
        }
        return Outcome(f"{done}; u takes it back", undo=undo, link=Link(form.name, "spaces", Scope(), form.name))

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: Space) -> Mapping[str, Any]:
        return {"name": item.name, "visibility": item.visibility, "description": item.description}

    @action("f", "search", danger=Danger.READS, form=SearchForm)
    async def search(self, context: Context[TileDBService], item: Space, form: SearchForm) -> Outcome:
        link = Link(f"what is found in {item.name}", "found", Scope((item.name, form.text)))
        return Outcome(f"looks for {form.text} in {item.name}", link=link, goes=True)

    @action("w", "join", rehearsal="whole")
    async def join(self, context: Context[TileDBService], item: Space) -> Outcome:
        await (await _teamspaces(context, "join teamspace")).join(item.id or item.name)
        return Outcome(f"you are a member of {item.name}")

    @action("L", "leave", asks=True, rehearsal="whole")
    async def leave(self, context: Context[TileDBService], item: Space) -> Outcome:
        await (await _teamspaces(context, "leave teamspace")).leave(item.id or item.name)
        return Outcome(f"you are no member of {item.name} any more")

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, form=DeleteSpace, rehearsal="whole")
    async def delete(self, context: Context[TileDBService], item: Space, form: DeleteSpace) -> Outcome:
        calls = await _teamspaces(context, "delete teamspace")
        await calls.delete(item.id or item.name, delete_storage=form.storage == "delete")
        left = "with all that was stored" if form.storage == "delete" else "what was stored is still where it was"
        return Outcome(f"deleted the teamspace {item.name}; {left}")

    @delete.preview
    async def preview_delete(
        self, context: Context[TileDBService], items: Sequence[Space], form: DeleteSpace
    ) -> ChangePreview:
        (item,) = items
        backend = await backend_with(context.service, Ability.TEAMSPACES, "delete teamspace")
        pages = backend.item_pages(item.name, page_size=1)
        total = None
        async for page in pages:
            total = page.total
            break
        await pages.aclose()
        held = (
            "nothing" if total == 0 else "one asset or folder" if total == 1 else f"{total or 'some'} assets, folders"
        )
        if form.storage == "delete":
            summary = f"DELETES THE STORAGE of the teamspace {item.name}: all bytes of all its assets are gone for good"
        else:
            summary = f"deletes the teamspace {item.name}; its assets are listed no more, and what is stored stays"
        return ChangePreview(summary, (f"at its top it holds {held}", f"its id is {item.id}"))

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, None if action == "search" else Ability.TEAMSPACES)

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: Space | None) -> str | None:
        return _why_not_teamspace(item)

    @leave.why_off
    def why_not_leave(self, profile: Profile, item: Space | None) -> str | None:
        absent = "you are no member of it" if item is not None and not item.role else None
        return _why_not_teamspace(item) or absent or _why_it_stays(item)

    @join.why_off
    def why_not_join(self, profile: Profile, item: Space | None) -> str | None:
        present = "you are a member of it" if item is not None and item.role else None
        return _why_not_teamspace(item) or present

    @delete.why_off
    def why_not_delete(self, profile: Profile, item: Space | None) -> str | None:
        return _why_not_teamspace(item) or _why_it_stays(item)

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        calls = await _teamspaces(context, "undo")
        before, after = data["before"], data["after"]
        now = await calls.get(str(data["id"]))
        is_now = {"name": now.name, "visibility": now.visibility, "description": now.description or ""}
        if is_now != after:
            message = f"{printable(now.name, 80)} was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "edit it by hand")
        changed = {key: value for key, value in before.items() if value != after[key]}
        await calls.update(str(data["id"]), **changed)
        return f"{before['name']} is again what it was"


def is_teamspace(item: Space) -> bool:
    """Whether a space is one of the current platform."""
    return item.kind.endswith("space")


def _why_not_teamspace(item: Space | None) -> str | None:
    return f"it is no teamspace but a namespace ({item.kind})" if item is not None and not is_teamspace(item) else None


def _why_it_stays(item: Space | None) -> str | None:
    kinds = {"userspace": "one person's own space", "generalspace": "the space of everybody in the workspace"}
    return f"it is {kinds[item.kind]}" if item is not None and item.kind in kinds else None


async def _teamspaces(context: Context[TileDBService], operation: str) -> TeamspaceCalls:
    await backend_with(context.service, Ability.TEAMSPACES, operation)
    return context.service.client.teamspaces
