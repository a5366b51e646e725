"""Repositories: the part of the client that lists, looks at, changes and deletes entries of the catalogue (§5.1)."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tui.services.errors import AlreadyExists, Conflict, NotFound, NotSupported, ProtocolError, Unavailable
from tui.services.http.session import Reply, route
from tui.services.http.transport import Unanswered
from tui.services.printable import printable
from tui.systems.arraylake.access_calls import AccessCalls
from tui.systems.arraylake.bucket_calls import confirm
from tui.systems.arraylake.errors import SYSTEM, invalid
from tui.systems.arraylake.models import Metadata, Mode, Org, RepoPage, RepoStatus
from tui.systems.arraylake.names import check_org, split_name
from tui.systems.arraylake.repo_models import DatasetNode, OpenRepo, Repo

PAGE = 100
CLOCKS, OWN_CLOCK = 60.0, 86_400.0
"""Seconds by which two clocks of the service may differ, and this machine's from them."""
MOST_REPOS = 200_000
"""Repositories of one organisation that are listed; a service that sends more without end is stopped there."""
LONGEST_DESCRIPTION, LARGEST_METADATA, LONGEST_PREFIX = 255, 4096, 256
LISTING = "list repositories"


class RepoCalls(AccessCalls):
    """Methods on the catalogue's entries. A repository is named `organisation/repository` everywhere."""

    async def list_orgs(self) -> list[Org]:
        """Return the organisations of whoever is logged in.

        Raises:
            NotSupported: the service does not tell; name the organisation in the address then.
        """
        try:
            return (await self.session.ask("GET", "/user/orgs", "list organisations", list[Org])).value
        except NotFound as error:
            message = "this service does not list organisations"
            raise NotSupported(SYSTEM, "list organisations", message, "open arraylake://org") from error

    async def repo_pages(
        self, org: str, filter_metadata: Mapping[str, Any] | None = None, *, page_size: int = PAGE, first: int = 1
    ) -> AsyncGenerator[RepoPage[Repo]]:
        """Yield an organisation's repositories page by page, in the service's order; asks for a page when it is due.

        Args:
            org: the organisation.
            filter_metadata: what the repositories' metadata must hold: scalars, or lists of which one must match.
            page_size: how many are asked for at a time.
            first: the page to begin with, counted from 1.

        Raises:
            NotFound: there is no such organisation.
            InvalidInput: the filter is none.
        """
        check_org(org, LISTING)
        query = _filter(filter_metadata)
        page, seen = first, 0
        while True:
            asked = {**query, "page": page, "size": page_size}
            try:
                path = route("/orgs/{}/repos/paginated", org)
                found = (await self.session.ask("GET", path, LISTING, RepoPage[Repo], query=asked)).value
            except NotFound as error:
                if page > 1:
                    raise
                yield await self._unpaged(org, query, error)
                return
            yield found
            page, seen = page + 1, seen + len(found.items)
            if page > found.pages or not found.items:
                return
            if seen > MOST_REPOS:
                raise ProtocolError(SYSTEM, LISTING, f"the list does not end after {seen:,} repositories")

    async def _unpaged(self, org: str, query: Mapping[str, str | int], missing: NotFound) -> RepoPage[Repo]:
        """Return the whole list as one page from a service older than pages; `missing` if there is no organisation."""
        try:
            repos = (
                await self.session.ask("GET", route("/orgs/{}/repos", org), LISTING, list[Repo], query=query)
            ).value
        except NotFound:
            raise missing from None
        return RepoPage[Repo](items=repos, total=len(repos), page=1, size=max(len(repos), 1), pages=1)

    async def list_repos(self, org: str, filter_metadata: Mapping[str, Any] | None = None) -> list[Repo]:
        """Return all of an organisation's repositories, the one that changed last first. Raises as `repo_pages`."""
        found: dict[str, Repo] = {}
        async for page in self.repo_pages(org, filter_metadata):
            # One that changes meanwhile moves to the front, and pushes another onto the next page a second time.
            found.update((repo.id, repo) for repo in page.items)
        return sorted(found.values(), key=_updated, reverse=True)

    async def list_repos_paginated(
        self, org: str, filter_metadata: Mapping[str, Any] | None = None, page_size: int = 50
    ) -> AsyncGenerator[Repo]:
        """Yield an organisation's repositories one by one, asking for a page when it is due. Raises as `repo_pages`."""
        async for page in self.repo_pages(org, filter_metadata, page_size=page_size):
            for repo in page.items:
                yield repo

    async def get_repo_object(self, name: str) -> Repo:
        """Return the catalogue's entry of a repository.

        Raises:
            NotFound: there is none.
            RepoNotOnline: it is in maintenance or offline, and the service does not show it then.
        """
        return (await self._look(name, "get repository")).value

    async def _look(self, name: str, operation: str) -> Reply[Repo]:
        path = route("/repos/{}/{}", *split_name(name, operation))
        return await self.session.ask("GET", path, operation, Repo, private=True)

    async def register_repo(
        self,
        name: str,
        *,
        bucket_config_nickname: str | None = None,
        description: str | None = None,
        metadata: Metadata | None = None,
        prefix: str | None = None,
    ) -> Repo:
        """Make an entry in the catalogue, after a look that there is none of that name. Its storage is not touched.

        The service answers the creation of what is there with what is there (contract §1), so that nothing is ever
        taken back here: an entry that is found to be another's is told of and left as it is.

        Args:
            name: organisation/repository.
            bucket_config_nickname: the bucket to keep it in, by default the organisation's.
            description: at most 255 characters.
            metadata: scalars and lists of scalars by name, 4 kB of JSON at most.
            prefix: where in the bucket, by default a random one.

        Raises:
            AlreadyExists: there is one of that name; nothing was changed.
            NotFound: there is no such organisation or bucket.
            InvalidInput: a name or another field cannot be used.
            Unanswered: the answer never came; look whether it is there now.
        """
        operation = "create repository"
        org, repo = split_name(name, operation)
        _check_fields(operation, description, metadata, prefix)
        body = {
            "name": repo,
            "description": description,
            "bucket_nickname": bucket_config_nickname,
            "kind": "icechunk",
            "metadata": metadata,
            "prefix": prefix,
            "create_mode": "register",
            "spec_version": None,
        }
        return await self._added(name, route("/orgs/{}/repos", org), body, operation, bucket_config_nickname)

    async def register_import(
        self,
        name: str,
        bucket_config_nickname: str,
        prefix: str,
        *,
        description: str | None = None,
        metadata: Metadata | None = None,
    ) -> Repo:
        """Make an entry for a repository that is in a bucket already; its storage is not touched.

        `prefix` is where in the bucket it is, the bucket's own prefix included. Raises as `register_repo`.
        """
        operation = "import repository"
        org, repo = split_name(name, operation)
        _check_fields(operation, description, metadata, prefix)
        body = {
            "name": repo,
            "prefix": prefix,
            "bucket_nickname": bucket_config_nickname,
            "kind": "icechunk",
            "description": description,
            "metadata": metadata,
        }
        return await self._added(name, route("/orgs/{}/repos/import", org), body, operation, bucket_config_nickname)

    async def _added(self, name: str, path: str, body: Mapping[str, Any], operation: str, nickname: str | None) -> Repo:
        """Look, create, and see that what came back was made by this call and by no other at the same time."""
        taken = AlreadyExists(SYSTEM, operation, f"{name} exists already; nothing was changed", "choose another name")
        try:
            await self._look(name, operation)
        except Conflict as error:
            # It is there and not online.
            raise taken from error
        except NotFound:
            pass
        else:
            raise taken
        reply = await self.session.ask("POST", path, operation, Repo, body=body)
        made = reply.value
        if _is_older(made, reply):
            raise taken
        is_in_another = nickname is not None and made.bucket is not None and made.bucket.nickname != nickname
        if is_in_another or (body["description"] is not None and made.description != body["description"]):
            message = f"{name} was created by somebody else just now, and is not what was asked for"
            raise AlreadyExists(SYSTEM, operation, message, "it was left as it is")
        return made

    async def modify_repo(
        self,
        name: str,
        description: str | None = None,
        add_metadata: Metadata | None = None,
        remove_metadata: Sequence[str] | None = None,
        update_metadata: Metadata | None = None,
        optimization_config: Mapping[str, Any] | None = None,
    ) -> None:
        """Change what the catalogue says of a repository; what is None is left as it is.

        Args:
            name: organisation/repository.
            description: at most 255 characters.
            add_metadata: new names with their values.
            remove_metadata: names to take out.
            update_metadata: names that are there, with other values.
            optimization_config: when the service tidies up (contract §6.6).

        Raises:
            AlreadyExists: a name to add is there already.
            InvalidInput: a name is in two of the groups, or a field cannot be used.
            NotFound: there is no such repository.
        """
        operation = "edit repository"
        org, repo = split_name(name, operation)
        _check_fields(operation, description, {**(add_metadata or {}), **(update_metadata or {})}, None)
        names = [*(add_metadata or ()), *(remove_metadata or ()), *(update_metadata or ())]
        twice = sorted({key for key in names if names.count(key) > 1})
        if twice:
            raise invalid(operation, f"metadata: {printable(twice[0], 80)} is to be changed in two ways at once")
        body = {
            "description": description,
            "add_metadata": add_metadata,
            "remove_metadata": None if remove_metadata is None else list(remove_metadata),
            "update_metadata": update_metadata,
            "optimization_config": optimization_config,
        }
        await self.session.ask("PATCH", route("/orgs/{}/{}", org, repo), operation, body=body)

    async def get_repo_status(self, name: str) -> RepoStatus:
        """Return how a repository may be used. Raises as `get_repo_object`."""
        return (await self.get_repo_object(name)).status

    async def set_repo_status(self, name: str, mode: Mode, message: str | None = None) -> RepoStatus:
        """Say how a repository may be used: online, maintenance or offline.

        Raises:
            Conflict: its status cannot be changed from here.
            NotFound: there is no such repository.
        """
        operation = "set repository status"
        path = route("/orgs/{}/{}/status", *split_name(name, operation))
        body = {"mode": mode, "message": message}
        return (await self.session.ask("PUT", path, operation, RepoStatus, body=body)).value

    async def delete_repo(
        self, name: str, *, imsure: bool = False, imreallysure: bool = False, expected_id: str | None = None
    ) -> None:
        """Delete a repository's entry. The service may remove its bytes later (contract §5.1).

        Args:
            name: organisation/repository.
            imsure: the first confirmation.
            imreallysure: the second one.
            expected_id: the id of what is to be deleted; another of the same name is left alone.

        Raises:
            InvalidInput: not both of the confirmations were given; nothing was asked.
            NotFound: there is no such repository; nothing was deleted.
            Conflict: it is another one of the same name.
            Unanswered: the answer never came, and it is still there.
        """
        operation = "delete repository"
        confirm(operation, imsure, imreallysure)
        path = route("/orgs/{}/{}", *split_name(name, operation))
        # The service says 204 even if there is nothing of that name, so that only a look can tell.
        found = await self._id_of(name, operation)
        if expected_id is not None and found != expected_id:
            message = f"{name} is not the one that was meant: it was replaced, or cannot be looked at now"
            raise Conflict(SYSTEM, operation, message, "look again before you delete it")
        try:
            await self.session.ask("DELETE", path, operation)
        except Unanswered as error:
            # Not sent again unseen: another of the same name may have been made meanwhile.
            try:
                is_gone = await self._id_of(name, operation) != found
            except NotFound:
                return
            except Unavailable:
                raise error from error.__cause__
            if not is_gone:
                raise

    async def _id_of(self, name: str, operation: str) -> str | None:
        """Return the id of a repository, None if it is there and the service does not show it (contract §5.1)."""
        try:
            return (await self._look(name, operation)).value.id
        except Conflict:
            org, repo = split_name(name, operation)
            async for page in self.repo_pages(org):
                for entry in page.items:
                    if entry.name == repo:
                        return entry.id
            return None

    async def open_repo(self, name: str) -> OpenRepo:
        """Return all that is needed to open a repository's storage.

        Raises:
            NotFound: there is no such repository.
            RepoNotOnline: it is in maintenance or offline.
            NotSupported: it is of the old kind, or the service is too old to say.
        """
        operation = "open repository"
        path = route("/repos/{}/{}/open", *split_name(name, operation))
        try:
            return (await self.session.ask("GET", path, operation, OpenRepo, private=True)).value
        except NotFound:
            repo = await self.get_repo_object(name)
        what = "it is of the old kind v1" if repo.kind == "v1" else "the service is too old to open it here"
        raise NotSupported(SYSTEM, operation, f"{name} cannot be read: {what}", "see its catalogue entry")

    async def get_dataset_node(self, name: str, path: str = "", branch: str = "main") -> DatasetNode:
        """Return a group of a repository as the catalogue itself tells of it, without looking into the storage.

        Raises:
            NotFound: there is no such group, or the repository has no storage yet.
        """
        operation = "list arrays"
        address = route("/repos/icechunk/{}/{}/dataset-node", *split_name(name, operation))
        query = {"path": path, "branch": branch}
        return (await self.session.ask("GET", address, operation, DatasetNode, query=query)).value


def _updated(repo: Repo) -> datetime:
    return repo.updated or repo.created or datetime.min.replace(tzinfo=UTC)


def _filter(filter_metadata: Mapping[str, Any] | None) -> dict[str, str | int]:
    if not filter_metadata:
        return {}
    for key, value in filter_metadata.items():
        if not all(part is None or isinstance(part, str | int | float) for part in _parts(value)):
            message = f"filter: {printable(str(key), 80)}: give a scalar or a list of scalars"
            raise invalid(LISTING, message)
    return {"filter_metadata": json.dumps(dict(filter_metadata))}


def _parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _check_fields(operation: str, description: str | None, metadata: Metadata | None, prefix: str | None) -> None:
    """Say what the service would refuse, in words that name the field (contract §5.1)."""
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise invalid(operation, f"description: it has {len(description)} characters, {LONGEST_DESCRIPTION} are taken")
    if metadata:
        for key, value in metadata.items():
            if not all(part is None or isinstance(part, str | int | float) for part in _parts(value)):
                raise invalid(operation, f"metadata: {printable(key, 80)}: give a scalar or a list of scalars")
        if len(json.dumps(metadata)) > LARGEST_METADATA:
            raise invalid(operation, "metadata: it takes more than 4 kB of JSON")
    if prefix is not None and (
        len(prefix) > LONGEST_PREFIX or prefix != prefix.strip("/") or " " in prefix or printable(prefix) != prefix
    ):
        raise invalid(operation, "prefix: at most 256 characters, no blanks, no slash at its ends")


def _is_older(made: Repo, reply: Reply[Repo]) -> bool:
    """Whether an entry was there before it was asked for: it was not seen then, as when whoever asks may not read it.

    By the service's own clock, or else by this machine's, which may be wrong by much more.
    """
    try:
        answered, slack = parsedate_to_datetime(reply.headers.get("date", "")), CLOCKS
    except (ValueError, TypeError):
        answered, slack = datetime.now(UTC), OWN_CLOCK
    if answered.tzinfo is None:
        answered = answered.replace(tzinfo=UTC)
    return made.created is not None and made.created < answered - timedelta(seconds=reply.seconds + slack)
