"""Assets and folders: what lies in the teamspaces (contract §8, §9). Deregistering and deleting are told apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal

from tui.services.errors import AlreadyExists, Conflict, NotFound
from tui.services.http.session import route
from tui.services.printable import printable
from tui.systems.tiledb.calls.pages import PAGE, Listed, ListPage, One, all_items, numbered_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.models.array_models import ArraySchema
from tui.systems.tiledb.models.space_models import Asset, AssetMetadata, AssetProperty, Folder
from tui.systems.tiledb.models.task_models import ArrayEvent

ITEM = "/v4/assets/item/{}/{}/{}"


class AssetCalls(CallGroup):
    """Methods on assets. A teamspace is named by its name or id, an asset by its path or id, from the teamspace's root.

    `workspace` None is the one that is configured.
    """

    async def pages(
        self,
        teamspace: str,
        path: str = "",
        *,
        asset_type: str | None = None,
        created_by: str | None = None,
        order_by: str | None = None,
        with_metadata: bool = False,
        workspace: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[Asset]]:
        """Yield what is in a folder page by page, "" being the teamspace itself.

        Args:
            teamspace: its name or id.
            path: of the folder.
            asset_type: only those of this type, such as `array`.
            created_by: only those of this user.
            order_by: `created_at`, `name` or `asset_type`, with ` asc` or ` desc`; by default the newest first.
            with_metadata: send the metadata of each as well.
            workspace: its name or id.
            page_size: how many are asked for at a time.

        Raises:
            NotFound: there is no such folder.
        """
        named = path.strip("/")
        known = await self.link.workspace(workspace)
        place = (
            route("/v4/assets/list/{}/{}/{}", known, teamspace, named)
            if named
            else route("/v4/assets/list/{}/{}/", known, teamspace)
        )
        query = without_nothing(
            asset_type=asset_type,
            created_by=created_by,
            order_by=order_by,
            expand="metadata" if with_metadata else None,
        )
        async for page in numbered_pages(self.link, place, "list assets", Listed[Asset], query, page_size):
            yield page

    async def search_pages(
        self,
        text: str = "",
        *,
        path: str | None = None,
        teamspaces: Sequence[str] = (),
        filters: Sequence[str] = (),
        metadata: Sequence[str] = (),
        sort: Literal["relevance", "recency", "name"] | None = None,
        sort_dir: Literal["asc", "desc"] | None = None,
        workspace: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[Asset]]:
        """Yield what a search of the workspace finds, page by page.

        Args:
            text: words to look for.
            path: only below this.
            teamspaces: only in these.
            filters: conditions such as `type=array` or `created_at>week`; operators are < > <= >= = != and : for
                `low..high`.
            metadata: conditions on metadata of the same form.
            sort: by default by relevance.
            sort_dir: `asc` or `desc`.
            workspace: its name or id.
            page_size: how many are asked for at a time.

        Raises:
            NotSupported: this server cannot search.
        """
        query = without_nothing(
            q=text or None,
            path=path,
            sort=sort,
            sort_dir=sort_dir,
            teamspace=list(teamspaces) or None,
            filters=list(filters) or None,
            metadata=list(metadata) or None,
        )
        place = route("/v4/assets/search/{}", await self.link.workspace(workspace))
        async for page in numbered_pages(
            self.link, place, "search assets", Listed[Asset], query, page_size, whole_feature=True
        ):
            yield page

    async def get(self, teamspace: str, asset: str, workspace: str | None = None) -> Asset:
        """Return an asset.

        Raises:
            NotFound: there is none.
        """
        return (await self.link.get(await self._item(workspace, teamspace, asset), "get asset", One[Asset])).data

    async def update(
        self,
        teamspace: str,
        asset: str,
        *,
        description: str | None = None,
        type: str | None = None,
        workspace: str | None = None,
    ) -> None:
        """Change what is not None of an asset's description and of what it is for."""
        path = await self._item(workspace, teamspace, asset)
        await self.link.do("PATCH", path, "update asset", without_nothing(description=description, type=type))

    async def rename(self, teamspace: str, asset: str, name: str, workspace: str | None = None) -> Asset:
        """Give an asset or a folder another name, and return it as it is then.

        Raises:
            NotFound: there is none.
            AlreadyExists: there is something of that name beside it.
            Conflict: the server took the new name and has it under the old one still.
        """
        _check_name(name)
        found = await self.get(teamspace, asset, workspace)
        path = await self._item(workspace, teamspace, found.id)
        await self.link.do("PATCH", path, "rename asset", {"name": name})
        renamed = await self.get(teamspace, found.id, workspace)
        if renamed.name != name:
            raise Conflict(SYSTEM, "rename asset", f"it is still called {printable(renamed.name, 80)!r}", "look again")
        return renamed

    async def move(self, teamspace: str, assets: Sequence[str], target: str, workspace: str | None = None) -> None:
        """Move assets and folders into the folder `target`, named by its path or id."""
        if not assets:
            raise invalid("move assets", "assets: name at least one")
        path = route("/v4/assets/move/{}/{}", await self.link.workspace(workspace), teamspace)
        await self.link.do("POST", path, "move assets", {"assets_to_add": list(assets), "target": target})

    async def register(
        self,
        teamspace: str,
        path: str,
        uri: str,
        *,
        credential: str | None = None,
        workspace: str | None = None,
    ) -> None:
        """List something that is stored already as an asset at `path`.

        Args:
            teamspace: its name or id.
            path: where it is listed.
            uri: where it is stored, such as `s3://bucket/array`.
            credential: the name of the credential that opens it; by default that of the teamspace.
            workspace: its name or id.

        Raises:
            AlreadyExists: there is something at that path.
        """
        try:
            await self.get(teamspace, path, workspace)
        except NotFound:
            pass
        else:
            raise AlreadyExists(SYSTEM, "register asset", f"there is something at {printable(path, 120)!r} already")
        place = route("/v4/assets/register/{}/{}/{}", await self.link.workspace(workspace), teamspace, _path(path))
        body = without_nothing(uri=uri, access_credentials_name=credential)
        await self.link.do("POST", place, "register asset", body)

    async def deregister(self, teamspace: str, asset: str, workspace: str | None = None) -> None:
        """List an asset no more. What is stored stays where it is."""
        await self._delete(teamspace, asset, "false", "deregister asset", workspace)

    async def delete_storage(self, teamspace: str, asset: str, workspace: str | None = None) -> None:
        """Delete an asset with all that is stored of it. Nothing brings it back."""
        await self._delete(teamspace, asset, "true", "delete asset", workspace)

    async def _delete(self, teamspace: str, asset: str, storage: str, operation: str, workspace: str | None) -> None:
        path = await self._item(workspace, teamspace, asset)
        await self.link.do("DELETE", path, operation, query={"delete-assets": storage})

    async def metadata_pages(
        self, teamspace: str, asset: str, workspace: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[AssetMetadata]]:
        """Yield the metadata of an array or a group page by page."""
        path = await self._item(workspace, teamspace, asset) + "/metadata"
        async for page in numbered_pages(self.link, path, "get metadata", Listed[AssetMetadata], {}, page_size):
            yield page

    async def metadata(self, teamspace: str, asset: str, workspace: str | None = None) -> Sequence[AssetMetadata]:
        """Return the metadata of an array or a group, the first ten thousand entries."""
        return await all_items(self.metadata_pages(teamspace, asset, workspace))

    async def save_metadata(
        self, teamspace: str, asset: str, entries: Sequence[AssetMetadata], workspace: str | None = None
    ) -> None:
        """Set entries of the metadata; others stay as they are."""
        path = await self._item(workspace, teamspace, asset) + "/metadata"
        body = [{"key": entry.key, "value": entry.value, "type": entry.type} for entry in entries]
        await self.link.do("PATCH", path, "save metadata", body)

    async def delete_metadata(
        self, teamspace: str, asset: str, keys: Sequence[str], workspace: str | None = None
    ) -> None:
        """Remove entries of the metadata by their keys."""
        if not keys:
            raise invalid("delete metadata", "keys: name at least one")
        path = await self._item(workspace, teamspace, asset) + "/metadata"
        await self.link.do("DELETE", path, "delete metadata", query={"metadata_key": list(keys)})

    async def properties(self, teamspace: str, asset: str, workspace: str | None = None) -> Sequence[AssetProperty]:
        """Return an asset's settings."""
        path = await self._item(workspace, teamspace, asset) + "/properties"
        return (await self.link.get(path, "get properties", Listed[AssetProperty])).data

    async def save_properties(
        self, teamspace: str, asset: str, entries: Sequence[AssetProperty], workspace: str | None = None
    ) -> None:
        """Set some of an asset's settings."""
        path = await self._item(workspace, teamspace, asset) + "/properties"
        body = [without_nothing(key=entry.key, value=entry.value, id=entry.id) for entry in entries]
        await self.link.do("PATCH", path, "save properties", body)

    async def get_folder(self, teamspace: str, path: str, workspace: str | None = None) -> Folder:
        """Return a folder. Raises NotFound if there is none."""
        return (await self.link.get(await self._folder(workspace, teamspace, path), "get folder", One[Folder])).data

    async def create_folder(
        self,
        teamspace: str,
        path: str,
        *,
        description: str | None = None,
        exists_ok: bool = False,
        workspace: str | None = None,
    ) -> None:
        """Make a folder at `path`.

        Raises:
            AlreadyExists: there is something at that path, and it is not `exists_ok`.
        """
        body = without_nothing(description=description, exists_ok=exists_ok)
        place = await self._folder(workspace, teamspace, path)
        # Made twice is the same as once only where one that exists is welcome.
        await self.link.do("POST", place, "create folder", body, repeatable=exists_ok)

    async def schema(self, teamspace: str, array: str, workspace: str | None = None) -> ArraySchema:
        """Return an array's schema. Raises NotFound if there is no array of that path."""
        return await self.link.get(await self._array(workspace, teamspace, array), "get schema", ArraySchema)

    async def non_empty_domain(self, teamspace: str, array: str, workspace: str | None = None) -> Any:
        """Return which part of an array's domain holds cells, as the server tells it."""
        path = await self._array(workspace, teamspace, array) + "/non_empty_domain_json"
        return await self.link.get(path, "get domain", object)

    async def array_activity(
        self, teamspace: str, array: str, *, start: int | None = None, end: int | None = None
    ) -> Sequence[ArrayEvent]:
        """Return what was done to an array, by default in the last seven days. Times in seconds since 1970."""
        path = await self._array(None, teamspace, array) + "/activity"
        query = without_nothing(start=start, end=end)
        return await self.link.many(path, "get activity", ArrayEvent, query)

    async def _item(self, workspace: str | None, teamspace: str, asset: str) -> str:
        return route(ITEM, await self.link.workspace(workspace), teamspace, _path(asset))

    async def _folder(self, workspace: str | None, teamspace: str, path: str) -> str:
        return route("/v4/folders/{}/{}/{}", await self.link.workspace(workspace), teamspace, _path(path))

    async def _array(self, workspace: str | None, teamspace: str, array: str) -> str:
        return route("/v1/arrays/{}/{}/{}", await self.link.workspace(workspace), teamspace, _path(array))


def _path(text: str) -> str:
    """Return a path without the slashes around it; an empty one would name the whole teamspace, and is refused."""
    found = text.strip("/")
    if not found.strip():
        raise invalid("asset", "an asset has a path or an id")
    return found


def _check_name(name: str) -> None:
    if not name.strip() or "/" in name or name in (".", "..") or printable(name) != name:
        raise invalid("rename asset", "name: a name has no slash and no control characters, and is not empty")
