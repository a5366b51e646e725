"""Assets and folders of the current platform: look, register, rename, move, delete (contract §8)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.assets import CONTAINERS, TYPES, Asset
from tui.systems.tiledb.service_side.call import Answer, Call, created
from tui.systems.tiledb.service_side.entering import entered_teamspace
from tui.systems.tiledb.service_side.refusal import Refusal, invalid
from tui.systems.tiledb.service_side.routing import Route

_UNITS = ("YEAR", "MONTH", "WEEK", "DAY", "HR", "MIN", "SEC", "MS", "US", "NS", "PS", "FS", "AS")
METADATA_TYPES = frozenset(
    (
        *(f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)),
        *("FLOAT32", "FLOAT64", "CHAR", "ANY", "BLOB", "BOOL"),
        *(f"STRING_{kind}" for kind in ("ASCII", "UTF8", "UTF16", "UTF32", "UCS2", "UCS4")),
        *(f"DATETIME_{unit}" for unit in _UNITS),
        *(f"TIME_{unit}" for unit in _UNITS[4:]),
    )
)
PROPERTIES = ("image", "size", "default_region", "default_view", "version_pruning_limit", "version_pruning_enabled")


class Documents:
    """Makes the documents of assets in one answer, remembering what they have in common."""

    def __init__(self, call: Call, with_metadata: bool = False) -> None:
        self._state = call.state
        self._person = call.person
        self._with_metadata = with_metadata
        self._makers: dict[tuple[str, str], dict[str, Any]] = {}
        self._spaces: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}

    def of(self, asset: Asset) -> dict[str, Any]:
        """Return an asset as v4 has it."""
        workspaces = self._state.workspaces
        spaces = (asset.workspace, asset.teamspace)
        if spaces not in self._spaces:
            light = workspaces.get(asset.workspace).light()
            self._spaces[spaces] = (light, workspaces.teamspaces.get(asset.workspace, asset.teamspace).light())
        maker = (asset.workspace, asset.created_by)
        if maker not in self._makers:
            workspace = workspaces.get(asset.workspace)
            self._makers[maker] = workspaces.member(workspace, asset.created_by, self._person)
        light, team = self._spaces[spaces]
        found: dict[str, Any] = {
            "id": asset.id,
            "workspace_id": asset.workspace,
            "teamspace_id": asset.teamspace,
            "workspace": light,
            "teamspace": team,
            "name": asset.name,
            "description": asset.description or "",
            "backing_type": asset.backing,
            "type": asset.type,
            "path": asset.path,
            "created_at": rfc3339(asset.created),
            "updated_at": rfc3339(asset.updated or asset.created),
            "created_by": self._makers[maker],
            "uri": asset.uri,
            "tiledb_uri": f"tiledb://{light['name']}/{team['name']}/{asset.id}",
        }
        if asset.mime:
            found["mime"] = asset.mime
        if asset.backing in ("file", "array"):
            found[f"{asset.backing}Info"] = {"size": asset.size}
        else:
            found[f"{asset.backing}Info"] = {"length": self._state.assets.length(asset)}
        if self._with_metadata:
            found["metadata"] = self._state.assets.metadata(asset.id)
        return found


def found(call: Call, rank: str = "viewer", name: str = "asset") -> Asset:
    """Return the asset of a path.

    Raises:
        Refusal: 404, 403.
    """
    return call.state.assets.get(entered_teamspace(call, rank).id, call.path[name])


def noted(call: Call, asset: Asset, action: str) -> None:
    """Record what was done to an asset."""
    told = {"asset_id": asset.id, "path": asset.path, "type": asset.type, "name": asset.name}
    call.state.activities.record(call.person, action, asset.workspace, asset.teamspace, "asset", asset.id, told)


def list_assets(call: Call) -> Any:
    """Answer a page of what is in a folder; an empty path is the teamspace's top."""
    teamspace = entered_teamspace(call)
    kind = call.word("asset_type", TYPES)
    parent = ""
    if call.path["path"].strip("/"):
        asset = call.state.assets.get(teamspace.id, call.path["path"])
        if asset.type not in CONTAINERS:
            raise Refusal(400, f"{asset.path} is no folder")
        parent = asset.path
    _, size, offset = call.slice()
    page, total = call.state.assets.below(
        teamspace.id,
        parent,
        kind=kind,
        created_by=call.text("created_by"),
        order=call.text("order_by"),
        limit=size,
        offset=offset,
    )
    documents = Documents(call, "metadata" in call.text("expand"))
    return call.envelope([documents.of(asset) for asset in page], total)


def get_asset(call: Call) -> Any:
    return {"data": Documents(call, with_metadata=True).of(found(call))}


def get_path(call: Call) -> Any:
    """Answer the assets on the way to one, from the top, itself the last."""
    asset = found(call, name="path")
    parts = asset.path.split("/")
    documents = Documents(call)
    way = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    return {"data": [documents.of(call.state.assets.get(asset.teamspace, path)) for path in way]}


def update_asset(call: Call) -> Any:
    asset, given = found(call, "editor"), call.object()
    name = given.get("name")
    if name is not None and (not name.strip() or "/" in name):
        raise invalid(name="must not be empty nor hold a slash")
    with call.state.database.together():
        call.state.assets.change(asset, given.get("description"), given.get("type"))
        if name:
            call.state.assets.relocate(asset, f"{asset.parent}/{name}" if asset.parent else name)
        noted(call, asset, "update")


def delete_asset(call: Call) -> Any:
    """Let go of an asset and what is in it; the storage goes only where `delete-assets` is true."""
    asset = found(call, "editor")
    with_storage = call.flag("delete-assets")
    with call.state.database.together():
        for gone in call.state.assets.delete(asset):
            if with_storage:
                call.state.storage_gone(gone.uri)
            noted(call, gone, "delete")


def move_assets(call: Call) -> Any:
    """Move assets into a folder, an empty target being the teamspace's top."""
    teamspace, given = entered_teamspace(call, "editor"), call.object()
    wanted = given.get("assets_to_add")
    if not isinstance(wanted, list) or not wanted:
        raise invalid(assets_to_add="is required")
    target = str(given.get("target") or "").strip("/")
    if target:
        target = call.state.assets.get(teamspace.id, target).path
    with call.state.database.together():
        for name in wanted:
            asset = call.state.assets.get(teamspace.id, str(name))
            call.state.assets.relocate(asset, f"{target}/{asset.name}" if target else asset.name)
            noted(call, asset, "add-content-via-move")
    return Answer(None, 200)


def register_asset(call: Call) -> Any:
    """Register what is in a storage at a path; the folders on the way are made."""
    teamspace = entered_teamspace(call, "editor")
    uri = str(call.object("uri")["uri"])
    if "://" not in uri:
        raise invalid(uri="is no URI")
    if call.state.is_storage_gone(uri):
        raise Refusal(404, f"there is nothing at {uri}")
    path = call.path["path"].strip("/") or uri.rstrip("/").rpartition("/")[2]
    with call.state.database.together():
        folder = path.rpartition("/")[0]
        call.state.assets.add_folders(teamspace.workspace, teamspace.id, folder, call.person.id)
        kind = "notebook" if uri.endswith(".ipynb") else "array"
        asset = call.state.assets.add(teamspace.workspace, teamspace.id, path, kind, call.person.id, uri=uri)
        noted(call, asset, "register")
    return Answer(None, 200)


def list_metadata(call: Call) -> Any:
    return call.paged(call.state.assets.metadata(found(call).id))


def save_metadata(call: Call) -> Any:
    asset, entries = found(call, "editor"), call.objects()
    for entry in entries:
        if not entry.get("key"):
            raise invalid(key="is required")
        if entry.get("type") not in METADATA_TYPES:
            raise invalid(type="is no type of metadata")
    with call.state.database.together():
        for entry in entries:
            call.state.assets.put_metadata(asset.id, str(entry["key"]), str(entry.get("value", "")), entry["type"])
        noted(call, asset, "add-metadata")
    return created({"data": call.state.assets.metadata(asset.id)})


def delete_metadata(call: Call) -> Any:
    asset, keys = found(call, "editor"), call.texts("metadata_key")
    if not keys:
        raise invalid(metadata_key="is required")
    call.state.assets.delete_metadata(asset.id, keys)
    noted(call, asset, "remove-metadata")


def list_properties(call: Call) -> Any:
    return {"data": call.state.assets.properties(found(call).id)}


def save_properties(call: Call) -> Any:
    asset, entries = found(call, "editor"), call.objects()
    if any(entry.get("key") not in PROPERTIES for entry in entries):
        raise invalid(key=f"is none of {', '.join(PROPERTIES)}")
    for entry in entries:
        call.state.assets.put_property(asset.id, entry["key"], str(entry.get("value", "")))
    return {"data": call.state.assets.properties(asset.id)}


def folder_document(call: Call, asset: Asset) -> dict[str, Any]:
    """Return a folder as v4 has it.

    Raises:
        Refusal: 404, it is none.
    """
    if asset.type not in CONTAINERS:
        raise Refusal(404, f"{asset.path} is no folder")
    found = {
        "id": asset.folder_id,
        "workspace_id": asset.workspace,
        "teamspace_id": asset.teamspace,
        "asset_id": asset.id,
        "name": asset.name,
        "description": asset.description or "",
        "created_at": rfc3339(asset.created),
        "updated_at": rfc3339(asset.updated or asset.created),
        "created_by": Documents(call).of(asset)["created_by"],
    }
    if asset.parent:
        found["parent_folder_id"] = call.state.assets.get(asset.teamspace, asset.parent).folder_id
    return found


def get_folder(call: Call) -> Any:
    return {"data": folder_document(call, found(call, name="folder"))}


def create_folder(call: Call) -> Any:
    teamspace = entered_teamspace(call, "editor")
    given = call.object() if call.body is not None else {}
    try:
        asset = call.state.assets.add(
            teamspace.workspace,
            teamspace.id,
            call.path["folder"],
            "folder",
            call.person.id,
            description=given.get("description"),
        )
        noted(call, asset, "create")
    except Refusal as refusal:
        if refusal.status != 409 or not given.get("exists_ok"):
            raise
        asset = call.state.assets.get(teamspace.id, call.path["folder"])
    return created({"data": folder_document(call, asset)})


def folder_contents(call: Call) -> Any:
    asset = found(call, name="folder")
    folder_document(call, asset)
    _, size, offset = call.slice()
    page, total = call.state.assets.below(asset.teamspace, asset.path, limit=size, offset=offset)
    documents = Documents(call)
    return call.envelope([documents.of(one) for one in page], total)


_ITEM = "/v4/assets/item/{workspace}/{teamspace}/{asset}"
_FOLDER = "/v4/folders/{workspace}/{teamspace}/{folder}"
ROUTES = (
    Route("GET", _ITEM, get_asset),
    Route("PATCH", _ITEM, update_asset),
    Route("DELETE", _ITEM, delete_asset),
    Route("GET", f"{_ITEM}/metadata", list_metadata),
    Route("PATCH", f"{_ITEM}/metadata", save_metadata),
    Route("DELETE", f"{_ITEM}/metadata", delete_metadata),
    Route("GET", f"{_ITEM}/properties", list_properties),
    Route("PATCH", f"{_ITEM}/properties", save_properties),
    Route("GET", "/v4/assets/list/{workspace}/{teamspace}/{path?}", list_assets),
    Route("POST", "/v4/assets/move/{workspace}/{teamspace}", move_assets),
    Route("GET", "/v4/assets/path/{workspace}/{teamspace}/{path}", get_path),
    Route("POST", "/v4/assets/register/{workspace}/{teamspace}/{path?}", register_asset),
    Route("GET", _FOLDER, get_folder),
    Route("POST", _FOLDER, create_folder),
    Route("GET", f"{_FOLDER}/contents", folder_contents),
)
