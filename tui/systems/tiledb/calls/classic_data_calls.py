"""Arrays and groups of the classic cloud, who they are shared with, and its credentials (contract §10)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal, get_args

from pydantic import Field

from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, ListPage, Named, named_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import invalid, one_of
from tui.systems.tiledb.models.array_models import ArraySchema
from tui.systems.tiledb.models.classic_models import (
    ArrayInfo,
    CloudAccess,
    GroupEntry,
    GroupInfo,
    LastAccessed,
    Sharing,
)
from tui.systems.tiledb.models.storage_models import AccessCredential
from tui.systems.tiledb.models.task_models import ArrayEvent
from tui.systems.tiledb.values import Many

Whose = Literal["owned", "shared", "public"]
ARRAY_ACTIONS = ("read", "write", "edit", "read_array_logs", "read_array_info", "read_array_schema")
GROUP_ACTIONS = ("read", "write", "edit")
EVERYONE = "public"
"""The namespace that means everyone where something is shared."""


class _ArrayPage(Named):
    arrays: Many[ArrayInfo]


class _GroupPage(Named):
    groups: Many[GroupInfo]


class _EntryPage(Named):
    entries: Many[GroupEntry]


class _CredentialPage(Named):
    credentials: Many[AccessCredential] = Field(default_factory=list)


class ClassicDataCalls(CallGroup):
    """Methods on arrays and groups, each named by its namespace and its name. Notebooks, files, functions and models
    are arrays of their `file_type`."""

    async def array_pages(
        self,
        whose: Whose = "owned",
        *,
        namespace: str | None = None,
        search: str | None = None,
        file_types: Sequence[str] = (),
        without_file_types: Sequence[str] = (),
        tags: Sequence[str] = (),
        order_by: Literal["size", "name"] | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[ArrayInfo]]:
        """Yield arrays page by page: those of the user, those shared with the user, or public ones.

        Args:
            whose: which.
            namespace: only those of this one.
            search: part of a name.
            file_types: only what is stored as these, such as `notebook`.
            without_file_types: without what is stored as these.
            tags: only those with these.
            order_by: `size` or `name`.
            page_size: how many are asked for at a time.
        """
        query = without_nothing(
            namespace=namespace,
            search=search,
            file_type=list(file_types) or None,
            exclude_file_type=list(without_file_types) or None,
            tag=list(tags) or None,
            orderby=order_by,
        )
        path = f"/v1/arrays/browser/{one_of(get_args(Whose), whose, 'whose', 'list')}"
        async for page in named_pages(
            self.link, path, "list arrays", _ArrayPage, lambda found: found.arrays, query, page_size
        ):
            yield page

    async def last_accessed(self) -> Sequence[LastAccessed]:
        """Return the arrays that were lately used."""
        return await self.link.many("/v1/arrays/last_accessed", "last arrays", LastAccessed)

    async def array(self, namespace: str, array: str) -> ArrayInfo:
        """Return an array. Raises NotFound if there is none."""
        return await self.link.get(_array("/metadata", namespace, array), "get array", ArrayInfo)

    async def update_array(
        self,
        namespace: str,
        array: str,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
        read_only: bool | None = None,
    ) -> None:
        """Change what is not None of an array; a new name renames it."""
        body = without_nothing(
            name=name, description=description, tags=None if tags is None else list(tags), read_only=read_only
        )
        await self.link.do("PATCH", _array("/metadata", namespace, array), "update array", body)

    async def schema(self, namespace: str, array: str) -> ArraySchema:
        """Return an array's schema."""
        return await self.link.get(_array("", namespace, array), "get schema", ArraySchema)

    async def array_metadata(self, namespace: str, array: str) -> Mapping[str, Any]:
        """Return an array's own metadata."""
        return await self.link.get(_array("/metadata_json", namespace, array), "get metadata", dict[str, Any])

    async def non_empty_domain(self, namespace: str, array: str) -> Any:
        """Return which part of an array's domain holds cells, as the server tells it."""
        return await self.link.get(_array("/non_empty_domain_json", namespace, array), "get domain", object)

    async def array_activity(
        self, namespace: str, array: str, *, start: int | None = None, end: int | None = None
    ) -> Sequence[ArrayEvent]:
        """Return what was done to an array, by default in the last seven days. Times in seconds since 1970."""
        query = without_nothing(start=start, end=end)
        return await self.link.many(_array("/activity", namespace, array), "get activity", ArrayEvent, query)

    async def register_array(
        self, namespace: str, uri: str, name: str, *, credential: str | None = None, description: str | None = None
    ) -> ArrayInfo:
        """List an array that is stored already under a name."""
        body = without_nothing(name=name, uri=uri, access_credentials_name=credential, description=description)
        path = _array("/register", namespace, uri)
        return await self.link.send("POST", path, "register array", ArrayInfo, body)

    async def deregister_array(self, namespace: str, array: str) -> None:
        """List an array no more. What is stored stays where it is."""
        await self.link.do("DELETE", _array("/deregister", namespace, array), "deregister array")

    async def delete_array(self, namespace: str, array: str) -> None:
        """Delete an array with all that is stored of it. Nothing brings it back."""
        await self.link.do("DELETE", _array("", namespace, array), "delete array")

    async def array_shares(self, namespace: str, array: str) -> Sequence[Sharing]:
        """Return who may do what with an array."""
        return await self.link.many(_array("/share", namespace, array), "list shares", Sharing)

    async def share_array(self, namespace: str, array: str, to: str, actions: Sequence[str]) -> None:
        """Let a namespace do `actions` with an array and nothing else; none of them takes all back."""
        _check_actions(actions, ARRAY_ACTIONS)
        body = {"namespace": to, "actions": list(actions)}
        # The actions are set and not added to, so that twice is the same as once.
        await self.link.do("PATCH", _array("/share", namespace, array), "share array", body, repeatable=True)

    async def group_pages(
        self,
        whose: Whose = "owned",
        *,
        namespace: str | None = None,
        search: str | None = None,
        group_type: str | None = None,
        flat: bool = True,
        parent: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[GroupInfo]]:
        """Yield groups page by page: those of the user, those shared with the user, or public ones.

        Args:
            whose: which.
            namespace: only those of this one.
            search: part of a name.
            group_type: only those for this, such as `soma`.
            flat: also those that are in other groups.
            parent: only those in this group.
            page_size: how many are asked for at a time.
        """
        query = without_nothing(
            namespace=namespace, search=search, group_type=group_type, flat=str(flat), parent=parent
        )
        path = f"/v1/groups/browser/{one_of(get_args(Whose), whose, 'whose', 'list')}"
        async for page in named_pages(
            self.link, path, "list groups", _GroupPage, lambda found: found.groups, query, page_size, first=1
        ):
            yield page

    async def group(self, namespace: str, group: str) -> GroupInfo:
        """Return a group. Raises NotFound if there is none."""
        return await self.link.get(route("/v1/groups/{}/{}", namespace, group), "get group", GroupInfo)

    async def group_content_pages(
        self, namespace: str, group: str, *, search: str | None = None, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[GroupEntry]]:
        """Yield the members of a group page by page, those of other namespaces too.

        The published client asks for those of the group's own namespace alone, by a parameter (contract §8).
        """
        path = route("/v1/groups/{}/{}/contents", namespace, group)
        query = without_nothing(search=search)
        async for page in named_pages(
            self.link, path, "list group", _EntryPage, lambda found: found.entries, query, page_size, first=1
        ):
            yield page

    async def update_group(
        self,
        namespace: str,
        group: str,
        *,
        name: str | None = None,
        description: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        """Change what is not None of a group; a new name renames it."""
        body = without_nothing(name=name, description=description, tags=None if tags is None else list(tags))
        await self.link.do("PATCH", route("/v1/groups/{}/{}", namespace, group), "update group", body)

    async def deregister_group(self, namespace: str, group: str, *, recursive: bool = False) -> None:
        """List a group no more; `recursive`: nor what is in it. What is stored stays where it is."""
        path = route("/v2/groups/{}/{}", namespace, group)
        await self.link.do("DELETE", path, "deregister group", query=_recursive(recursive))

    async def delete_group(self, namespace: str, group: str, *, recursive: bool = False) -> None:
        """Delete a group from storage; `recursive`: with all that is in it. Nothing brings it back."""
        path = route("/v2/groups/{}/{}/delete", namespace, group)
        await self.link.do("DELETE", path, "delete group", query=_recursive(recursive))

    async def group_shares(self, namespace: str, group: str) -> Sequence[Sharing]:
        """Return who may do what with a group and with what is in it."""
        return await self.link.many(route("/v1/groups/{}/{}/share", namespace, group), "list shares", Sharing)

    async def share_group(
        self, namespace: str, group: str, to: str, group_actions: Sequence[str], array_actions: Sequence[str] = ()
    ) -> None:
        """Let a namespace do these actions with a group, and with the arrays in it, and nothing else."""
        _check_actions(group_actions, GROUP_ACTIONS)
        _check_actions(array_actions, ARRAY_ACTIONS)
        body = {"namespace": to, "group_actions": list(group_actions), "array_actions": list(array_actions)}
        path = route("/v1/groups/{}/{}/share", namespace, group)
        await self.link.do("PATCH", path, "share group", body, repeatable=True)

    async def credential_pages(
        self, namespace: str, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[AccessCredential]]:
        """Yield a namespace's credentials page by page, without what proves them."""
        path = route("/v2/credentials/{}", namespace)
        async for page in named_pages(
            self.link, path, "list credentials", _CredentialPage, lambda found: found.credentials, {}, page_size
        ):
            yield page

    async def cloud_access(self, namespace: str) -> Sequence[CloudAccess]:
        """Return how Amazon's cloud is logged in to by the older calls."""
        path = route("/v1/credentials/{}/aws", namespace)
        return await self.link.many(path, "list credentials", CloudAccess)

    async def delete_cloud_access(self, namespace: str, name: str) -> None:
        """Remove a credential of the older calls."""
        await self.link.do("DELETE", route("/v1/credentials/{}/aws/{}", namespace, name), "delete credential")

    async def delete_credential(self, namespace: str, name: str) -> None:
        """Remove a credential. What it opened cannot be opened with it any more."""
        await self.link.do("DELETE", route("/v2/credentials/{}/{}", namespace, name), "delete credential")

    async def delete_udf(self, namespace: str, name: str) -> None:
        """Delete a function that was uploaded."""
        await self.link.do("DELETE", route("/v1/udf/{}/{}", namespace, name), "delete function")

    async def share_udf(self, namespace: str, name: str, to: str, actions: Sequence[str]) -> None:
        """Let a namespace do `actions` with a function and nothing else."""
        _check_actions(actions, ("fetch_udf", "share_udf"))
        path = route("/v1/udf/{}/{}/share", namespace, name)
        await self.link.do(
            "PATCH", path, "share function", {"namespace": to, "actions": list(actions)}, repeatable=True
        )


def _array(rest: str, namespace: str, array: str) -> str:
    return route("/v1/arrays/{}/{}" + rest, namespace, array)


def _recursive(recursive: bool) -> dict[str, str]:
    return {"recursive": "true" if recursive else "false"}


def _check_actions(actions: Sequence[str], known: Sequence[str]) -> None:
    wrong = [action for action in actions if action not in known]
    if wrong:
        raise invalid("share", "actions: there is none of that name", f"known are {', '.join(known)}")
