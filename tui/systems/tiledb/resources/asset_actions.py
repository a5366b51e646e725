"""What can be done with assets: folders, names, descriptions, moving, sharing, and two ways of getting rid of one.

To deregister an asset is to list it no more, while what is stored stays; to delete its storage is to lose it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.cells import bytes_text
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import Conflict, NotFound
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.metadata_values import entry_for
from tui.systems.tiledb.resources.address_resource import AddressForm, opened_by_address
from tui.systems.tiledb.resources.asset_forms import (
    DescribeForm,
    MetadataForm,
    MoveForm,
    NewFolder,
    RegisterForm,
    RenameForm,
    ShareForm,
)
from tui.systems.tiledb.resources.asset_models import ListedAsset
from tui.systems.tiledb.resources.offers import backend_with, is_classic, lacks, missing
from tui.systems.tiledb.resources.sharing import share_with, take_back_share
from tui.systems.tiledb.resources.space_forms import SearchForm

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.service import TileDBService

LINES = 30
"""Assets that a preview names one by one."""
_NEEDS = {
    "create-folder": Ability.FOLDERS,
    "move": Ability.MOVE,
    "set-metadata": Ability.METADATA_EDIT,
    "share": Ability.SHARING,
}


class AssetActions(ResourceType["TileDBService", ListedAsset]):
    """The actions of the lists of assets. A scope's first word is the space, its second the folder or group."""

    @action("n", "new folder", on="scope", form=NewFolder, rehearsal="whole")
    async def create_folder(self, context: Context[TileDBService], form: NewFolder) -> Outcome:
        await backend_with(context.service, Ability.FOLDERS, "create folder")
        space, path = context.scope.parents[0], self._below(context, form.path)
        try:
            await context.service.client.assets.create_folder(space, path, description=form.description or None)
        except NotFound as error:
            above = path.rpartition("/")[0]
            hint = f"make the folder {above} first" if above else error.hint
            raise NotFound(SYSTEM, "create folder", error.message, hint) from error
        return Outcome(f"created the folder {path}", link=Link(f"folder {path}", "assets", Scope((space,)), path))

    @action("E", "register what is stored", on="scope", form=RegisterForm, rehearsal="whole")
    async def register(self, context: Context[TileDBService], form: RegisterForm) -> Outcome:
        space, client, credential = context.scope.parents[0], context.service.client, form.credential or None
        if await is_classic(context.service):
            if "/" in form.path:
                raise invalid("register", "path: a namespace of the classic cloud has no folders")
            path = form.path
            await client.classic_data.register_array(space, form.uri, path, credential=credential)
        else:
            path = self._below(context, form.path)
            await client.assets.register(space, path, form.uri, credential=credential)
        return Outcome(f"{form.uri} is listed as {path}", link=Link(path, "assets", Scope((space,)), path))

    @action("f", "search", danger=Danger.READS, on="scope", form=SearchForm)
    async def search(self, context: Context[TileDBService], form: SearchForm) -> Outcome:
        space = context.scope.parents[0]
        link = Link(f"what is found in {space}", "found", Scope((space, form.text)))
        return Outcome(f"looks for {form.text} in {space}", link=link, goes=True)

    @action("O", "open an array by its address", danger=Danger.READS, on="scope", form=AddressForm)
    async def open_address(self, context: Context[TileDBService], form: AddressForm) -> Outcome:
        return opened_by_address(context.service, form.address)

    @action("e", "describe", form=DescribeForm, rehearsal="whole")
    async def describe_it(self, context: Context[TileDBService], item: ListedAsset, form: DescribeForm) -> Outcome:
        backend = await context.service.backend()
        await backend.set_description(item.space, item.path, form.description)
        undo = {
            "what": "description",
            "space": item.space,
            "path": item.path,
            "id": item.id,
            "before": item.description,
            "after": form.description,
        }
        return Outcome(f"changed what is said of {item.name}; u takes it back", undo=undo)

    @describe_it.defaults
    async def describe_defaults(self, context: Context[TileDBService], item: ListedAsset) -> Mapping[str, Any]:
        return {"description": item.description}

    @action("m", "rename", form=RenameForm, rehearsal="whole")
    async def rename(self, context: Context[TileDBService], item: ListedAsset, form: RenameForm) -> Outcome:
        if form.name == item.name:
            return Outcome(f"it is called {item.name} already")
        renamed = await (await context.service.backend()).rename(item.space, item.path, form.name)
        undo = {
            "what": "name",
            "space": item.space,
            "path": renamed.path,
            "id": renamed.id,
            "before": item.name,
            "after": form.name,
        }
        link = Link(renamed.name, "assets", context.scope, renamed.path)
        return Outcome(f"{item.name} is {renamed.name} now; u takes it back", undo=undo, link=link)

    @rename.defaults
    async def rename_defaults(self, context: Context[TileDBService], item: ListedAsset) -> Mapping[str, Any]:
        return {"name": item.name}

    @action("M", "move", form=MoveForm, bulk=True, asks=True, rehearsal="whole")
    async def move(self, context: Context[TileDBService], item: ListedAsset, form: MoveForm) -> Outcome:
        await backend_with(context.service, Ability.MOVE, "move assets")
        target = form.target.strip("/")
        await context.service.client.assets.move(item.space, [item.id or item.path], target)
        path = f"{target}/{item.name}".lstrip("/")
        before = item.path.rpartition("/")[0]
        undo = {"what": "place", "space": item.space, "path": path, "id": item.id, "before": before, "after": target}
        link = Link(item.name, "assets", Scope((item.space, target) if target else (item.space,)), path)
        return Outcome(f"{item.name} is in {_place(target, item.space)} now; u takes it back", undo=undo, link=link)

    @move.preview
    async def preview_move(
        self, context: Context[TileDBService], items: Sequence[ListedAsset], form: MoveForm
    ) -> ChangePreview:
        target = form.target.strip("/")
        what = items[0].path if len(items) == 1 else f"{len(items)} assets"
        lines = tuple(f"{item.path} becomes {f'{target}/{item.name}'.lstrip('/')}" for item in items[:LINES])
        return ChangePreview(f"moves {what} to {_place(target, items[0].space)}", lines)

    @action("K", "set metadata", form=MetadataForm, rehearsal="whole")
    async def set_metadata(self, context: Context[TileDBService], item: ListedAsset, form: MetadataForm) -> Outcome:
        await backend_with(context.service, Ability.METADATA_EDIT, "save metadata")
        entry = entry_for(form.key, form.value, None if form.type == "guessed" else form.type)
        await context.service.client.assets.save_metadata(item.space, item.path, [entry])
        link = Link(f"the metadata of {item.name}", "metadata", Scope((item.space, item.path)), form.key)
        return Outcome(f"{form.key} of {item.name} says {form.value}", link=link)

    @action("b", "share", form=ShareForm, rehearsal="whole")
    async def share(self, context: Context[TileDBService], item: ListedAsset, form: ShareForm) -> Outcome:
        return await share_with(context, item, form.to, form.actions, form.array_actions)

    @action("ctrl+d", "deregister (what is stored stays)", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def deregister(self, context: Context[TileDBService], item: ListedAsset) -> Outcome:
        await (await context.service.backend()).deregister(item.space, _address(item))
        return Outcome(
            f"{item.path} is listed no more; what is stored is still at {item.uri or 'its place'}; `E` lists it again"
        )

    @deregister.preview
    async def preview_deregister(self, context: Context[TileDBService], items: Sequence[ListedAsset]) -> ChangePreview:
        what = items[0].path if len(items) == 1 else f"{len(items)} assets"
        summary = f"DEREGISTERS {what} of {items[0].space}: listed no more, while what is stored STAYS where it is"
        lines = [f"{item.path}: {item.type}{_held(item)}, stored at {item.uri or '—'}" for item in items[:LINES]]
        return ChangePreview(summary, tuple(lines))

    @action("D", "DELETE with all that is stored", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete_storage(self, context: Context[TileDBService], item: ListedAsset) -> Outcome:
        await (await context.service.backend()).delete_storage(item.space, _address(item))
        return Outcome(f"deleted {item.path} with all that was stored of it")

    @delete_storage.preview
    async def preview_delete_storage(
        self, context: Context[TileDBService], items: Sequence[ListedAsset]
    ) -> ChangePreview:
        what = items[0].path if len(items) == 1 else f"{len(items)} assets"
        summary = f"DELETES THE STORAGE of {what} of {items[0].space}: the bytes are gone for good"
        lines = [
            f"{item.path}: {item.type}{_held(item)}"
            + (f", {bytes_text(item.size)}" if item.size else "")
            + f", at {item.uri or '—'}"
            for item in items[:LINES]
        ]
        return ChangePreview(summary, (*lines, "to list it no more and keep what is stored, deregister it instead"))

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, _NEEDS.get(action))

    @move.why_off
    def why_not_move(self, profile: Profile, item: ListedAsset | None) -> str | None:
        return _only(item, Generation.CARRARA, Ability.MOVE)

    @set_metadata.why_off
    def why_not_metadata(self, profile: Profile, item: ListedAsset | None) -> str | None:
        folder = f"{item.name} is a folder" if item is not None and item.backing == "folder" else None
        return _only(item, Generation.CARRARA, Ability.METADATA_EDIT) or folder

    @share.why_off
    def why_not_share(self, profile: Profile, item: ListedAsset | None) -> str | None:
        return _only(item, Generation.CLASSIC, Ability.SHARING)

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        if data["what"] == "share":
            return await take_back_share(context, data)
        backend = await context.service.backend()
        item = await backend.item(str(data["space"]), str(data["path"]))
        now = {"name": item.name, "place": item.path.rpartition("/")[0]}.get(data["what"], item.description)
        if item.id != data["id"] or now != data["after"]:
            message = f"{item.path} was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "change it by hand")
        if data["what"] == "name":
            renamed = await backend.rename(item.space, item.path, str(data["before"]))
            return f"{item.name} is {renamed.name} again"
        if data["what"] == "place":
            await context.service.client.assets.move(item.space, [item.id or item.path], str(data["before"]))
            return f"{item.name} is in {_place(str(data['before']), item.space)} again"
        await backend.set_description(item.space, item.path, str(data["before"]))
        return f"{item.name} says again what it said"

    def _below(self, context: Context[TileDBService], path: str) -> str:
        """Return a path from the space's top for one that was typed in a folder."""
        return "/".join((*context.scope.parents[1:2], path)).strip("/")


def _place(folder: str, space: str) -> str:
    return folder or f"the top of {space}"


def _address(item: ListedAsset) -> str:
    """Return what names exactly the asset that was looked at, whatever took its path meanwhile."""
    return item.id if item.platform is Generation.CARRARA and item.id else item.path


def _held(item: ListedAsset) -> str:
    if item.members is None:
        return ""
    among = "WITH all that is in it, " if item.platform is Generation.CARRARA else "without what is in it, "
    return f" ({among}{item.members:,} directly)"


def _only(item: ListedAsset | None, wanted: Generation, ability: Ability) -> str | None:
    return lacks(item.platform, ability) if item is not None and item.platform is not wanted else None
