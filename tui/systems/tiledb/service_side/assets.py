"""The assets of the embedded server: a tree of folders, arrays, groups and files in each teamspace (contract §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.identities import Identities
from tui.systems.tiledb.service_side.refusal import Refusal, invalid, missing, taken

CONTAINERS = ("folder", "group", "vcf", "soma")
BACKING = {"file": "file", "notebook": "file", "dashboard": "file", "folder": "folder"}
"""What stands behind an asset of a type, where it is no array."""
GROUP_TYPES = ("group", "vcf", "soma", "bioimg", "pointcloud", "geometry", "raster", "vector_search")
TYPES = (
    "array",
    "notebook",
    "dashboard",
    "user_defined_function",
    "ml_model",
    "file",
    "registered_task_graph",
    *GROUP_TYPES,
    "folder",
    "databricks_table",
    "snowflake_table",
)


@dataclass(frozen=True)
class Asset:
    """One asset. `path` has no slash at its ends; `parent` is the path above, empty at the top; times in epoch seconds.

    `schema` names the array schema of the sample that it has (`array_schemas`), if it is one that can be opened.
    """

    id: str
    workspace: str
    teamspace: str
    path: str
    parent: str
    name: str
    type: str
    backing: str
    mime: str | None
    description: str | None
    size: int
    uri: str
    schema: str | None
    created: float
    updated: float | None
    created_by: str

    @property
    def folder_id(self) -> str:
        """The id that it has as a folder, which is another than as an asset."""
        return "fld_" + self.id.removeprefix("ast_")


class Assets:
    """All assets of the state."""

    def __init__(self, database: StateDatabase, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities

    def get(self, teamspace: str, name: str) -> Asset:
        """Return an asset by its id, its folder id or its path in a teamspace.

        Raises:
            Refusal: 404.
        """
        wanted = name.strip("/")
        row = self._database.row(
            "SELECT * FROM asset WHERE teamspace = ? AND (path = ? OR id = ?)",
            (teamspace, wanted, "ast_" + wanted.removeprefix("fld_") if wanted.startswith("fld_") else wanted),
        )
        if row is None:
            raise missing(f"asset {wanted}")
        return Asset(**row)

    def add(
        self,
        workspace: str,
        teamspace: str,
        path: str,
        kind: str,
        created_by: str,
        *,
        size: int = 0,
        uri: str = "",
        mime: str | None = None,
        description: str | None = None,
        created: float | None = None,
        schema: str | None = None,
    ) -> Asset:
        """Make an asset in a folder that there is.

        Raises:
            Refusal: 404, there is no such folder; 409, the path is taken; 400, the path is none.
        """
        path = _checked(path)
        parent, _, name = path.rpartition("/")
        if parent and self.get(teamspace, parent).type not in CONTAINERS:
            raise invalid(path="is below what holds nothing")
        if self._database.row("SELECT id FROM asset WHERE teamspace = ? AND path = ?", (teamspace, path)):
            raise taken(f"asset {path}")
        asset = Asset(
            id=self._identities.id("ast"),
            workspace=workspace,
            teamspace=teamspace,
            path=path,
            parent=parent,
            name=name,
            type=kind,
            backing="group" if kind in GROUP_TYPES else BACKING.get(kind, "array"),
            mime=mime,
            description=description,
            size=size,
            uri=uri or f"s3://example-storage/{teamspace}/{path}",
            schema=schema,
            created=self._clock.now() if created is None else created,
            updated=None,
            created_by=created_by,
        )
        self._database.add("asset", **vars(asset))
        return asset

    def add_folders(self, workspace: str, teamspace: str, path: str, created_by: str) -> None:
        """Make the folders of a path that are not there, the last included."""
        parts = [part for part in path.strip("/").split("/") if part]
        for number in range(1, len(parts) + 1):
            folder = "/".join(parts[:number])
            if self._database.row("SELECT id FROM asset WHERE teamspace = ? AND path = ?", (teamspace, folder)) is None:
                self.add(workspace, teamspace, folder, "folder", created_by)

    def below(
        self,
        teamspace: str,
        parent: str,
        *,
        kind: str = "",
        created_by: str = "",
        order: str = "",
        limit: int,
        offset: int,
    ) -> tuple[list[Asset], int]:
        """Return a page of what is in a folder, and how many there are in all.

        `order` is `created_at` (the newest first), `name` or `asset_type`, with ` asc` or ` desc` behind it.

        Raises:
            Refusal: 400, the order is none.
        """
        where, values = "teamspace = ? AND parent = ?", [teamspace, parent]
        for column, value in (("type", kind), ("created_by", created_by)):
            if value:
                where += f" AND {column} = ?"
                values.append(value)
        total = self._database.number(f"SELECT count(*) FROM asset WHERE {where}", values)
        rows = self._database.rows(
            f"SELECT * FROM asset WHERE {where} ORDER BY {_order(order)} LIMIT ? OFFSET ?", [*values, limit, offset]
        )
        return [Asset(**row) for row in rows], total

    def length(self, asset: Asset) -> int:
        """Return how many assets are in a container."""
        counted = "SELECT count(*) FROM asset WHERE teamspace = ? AND parent = ?"
        return self._database.number(counted, (asset.teamspace, asset.path))

    def in_workspace(self, workspace: str, teamspaces: Sequence[str]) -> list[Asset]:
        """Return all assets of some teamspaces."""
        marks = ",".join("?" * len(teamspaces))
        rows = self._database.rows(
            f"SELECT * FROM asset WHERE workspace = ? AND teamspace IN ({marks})", (workspace, *teamspaces)
        )
        return [Asset(**row) for row in rows]

    def change(self, asset: Asset, description: str | None, kind: str | None) -> None:
        """Give an asset another description or type.

        Raises:
            Refusal: 400, there is no such type.
        """
        if kind and kind not in TYPES:
            raise invalid(type="is no type of an asset")
        self._database.run(
            "UPDATE asset SET description = coalesce(?, description), type = coalesce(?, type), updated = ?"
            " WHERE id = ?",
            (description, kind, self._clock.now(), asset.id),
        )

    def relocate(self, asset: Asset, path: str) -> None:
        """Give an asset another path, and what is below it too.

        Raises:
            Refusal: 409, the path is taken; 400, it is none, or below the asset itself; 404, the folder is not there.
        """
        path = _checked(path)
        if path == asset.path:
            return
        if path.startswith(asset.path + "/"):
            raise invalid(target="is inside of what is moved")
        parent, _, name = path.rpartition("/")
        if parent and self.get(asset.teamspace, parent).type not in CONTAINERS:
            raise invalid(target="is no folder")
        if self._database.row("SELECT id FROM asset WHERE teamspace = ? AND path = ?", (asset.teamspace, path)):
            raise taken(f"asset {path}")
        cut = len(asset.path) + 1
        with self._database.together():
            self._database.run(
                "UPDATE asset SET path = ? || substr(path, ?), parent = ? || substr(parent, ?)"
                " WHERE teamspace = ? AND substr(path, 1, ?) = ?",
                (path, cut, path, cut, asset.teamspace, cut, asset.path + "/"),
            )
            self._database.run(
                "UPDATE asset SET path = ?, parent = ?, name = ?, updated = ? WHERE id = ?",
                (path, parent, name, self._clock.now(), asset.id),
            )

    def delete(self, asset: Asset) -> list[Asset]:
        """Let go of an asset and all below it; return them."""
        cut = len(asset.path) + 1
        rows = self._database.rows(
            "SELECT * FROM asset WHERE id = ? OR (teamspace = ? AND substr(path, 1, ?) = ?)",
            (asset.id, asset.teamspace, cut, asset.path + "/"),
        )
        with self._database.together():
            for row in rows:
                for statement in (
                    "DELETE FROM asset_metadata WHERE asset = ?",
                    "DELETE FROM asset_property WHERE asset = ?",
                    "DELETE FROM asset WHERE id = ?",
                ):
                    self._database.run(statement, (row["id"],))
        return [Asset(**row) for row in rows]

    def metadata(self, asset: str) -> list[dict[str, Any]]:
        """Return an asset's metadata, by key."""
        return self._database.rows("SELECT key, value, type FROM asset_metadata WHERE asset = ? ORDER BY key", (asset,))

    def put_metadata(self, asset: str, key: str, value: str, kind: str) -> None:
        """Set one key of an asset's metadata; the value is text whatever its type."""
        self._database.run("INSERT OR REPLACE INTO asset_metadata VALUES (?, ?, ?, ?)", (asset, key, value, kind))

    def delete_metadata(self, asset: str, keys: Sequence[str]) -> int:
        """Let go of keys of an asset's metadata; return how many there were."""
        statement = "DELETE FROM asset_metadata WHERE asset = ? AND key = ?"
        return sum(self._database.run(statement, (asset, key)) for key in keys)

    def properties(self, asset: str) -> list[dict[str, Any]]:
        """Return an asset's properties, by key."""
        return self._database.rows("SELECT key, value, id FROM asset_property WHERE asset = ? ORDER BY key", (asset,))

    def put_property(self, asset: str, key: str, value: str) -> None:
        """Set a property of an asset."""
        self._database.run(
            "INSERT OR REPLACE INTO asset_property VALUES (?, ?, ?, ?)", (asset, key, value, self._identities.id("prp"))
        )


def _checked(path: str) -> str:
    path = path.strip("/")
    if not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise invalid(path="is empty or has an empty part")
    return path


def _order(given: str) -> str:
    columns: Mapping[str, tuple[str, str]] = {
        "": ("created", "desc"),
        "created_at": ("created", "desc"),
        "name": ("name", "asc"),
        "asset_type": ("type", "asc"),
    }
    name, _, direction = given.strip().lower().partition(" ")
    if name not in columns or direction.strip() not in ("", "asc", "desc"):
        raise Refusal(400, f"order_by: {given[:40]!r} is none")
    column, default = columns[name]
    return f"{column} {direction.strip() or default}, path"
