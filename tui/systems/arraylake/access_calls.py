"""Access: who may do what, and which chunks outside of repositories may be read (contract §4.3, §5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.services.errors import ProtocolError
from tui.services.http.session import route
from tui.systems.arraylake.bucket_calls import BucketCalls
from tui.systems.arraylake.errors import SYSTEM, invalid
from tui.systems.arraylake.models import AccessPolicy, Permitted, RepoPage
from tui.systems.arraylake.names import check_org, split_name

ORG_ACTIONS = ("CAN_MANAGE_USERS", "CAN_WRITE_REPOS", "CAN_READ_REPOS", "CAN_READ_REPOS_WITH_FLUX")
REPO_ACTIONS = ("CAN_READ_WITH_FLUX", "CAN_READ", "CAN_WRITE", "CAN_MANAGE_USERS", "CAN_SYNC")
PAGE = 100
MOST_PAGES = 100


class AccessCalls(BucketCalls):
    """Methods on permissions and on virtual chunks."""

    async def get_permission_check(self, org: str, principal_id: str, resource: str, action: str) -> bool:
        """Return whether a user or a key may do something.

        Args:
            org: the organisation.
            principal_id: the id of the user or the key, as `get_user` tells it.
            resource: the organisation, or `organisation/repository`.
            action: one of `ORG_ACTIONS` or `REPO_ACTIONS`.
        """
        operation = "check permission"
        if action not in ORG_ACTIONS + REPO_ACTIONS:
            known = ", ".join(dict.fromkeys(ORG_ACTIONS + REPO_ACTIONS))
            raise invalid(operation, "action: there is none of that name", f"known are {known}")
        path = route("/orgs/{}/permissions/check", check_org(org, operation))
        query = {"principal_id": principal_id, "resource": resource, "action": action}
        return (await self.session.ask("GET", path, operation, Permitted, query=query)).value.has_permission

    async def get_virtual_chunk_containers(self, name: str) -> dict[str, str | None]:
        """Return where a repository's virtual chunks lie: address prefixes, each with the bucket that gives access."""
        path = route("/repos/icechunk/{}/{}/virtual-chunk-containers", *split_name(name, "list virtual chunks"))
        return (await self.session.ask("GET", path, "list virtual chunks", dict[str, str | None])).value

    async def authorize_virtual_chunk_access(
        self, name: str, authorize_virtual_chunk_access: Mapping[str, str], *, remove: Sequence[str] = ()
    ) -> None:
        """Say through which bucket each address prefix of virtual chunks is read.

        Args:
            name: organisation/repository.
            authorize_virtual_chunk_access: the nickname of a bucket by address prefix.
            remove: prefixes that are read no more.
        """
        operation = "authorize virtual chunks"
        path = route("/repos/icechunk/{}/{}/virtual-chunk-containers", *split_name(name, operation))
        body = {"add": dict(authorize_virtual_chunk_access), "remove": list(remove)}
        await self.session.ask("PATCH", path, operation, body=body, repeatable=True)

    async def list_virtual_chunk_access_policies(self, org: str) -> list[AccessPolicy]:
        """Return which of an organisation's buckets may be read through, and by whom."""
        operation = "list access policies"
        path = _policies(org, operation)
        found: list[AccessPolicy] = []
        for number in range(1, MOST_PAGES + 1):
            query = {"size": PAGE, "page": number}
            page = (await self.session.ask("GET", path, operation, RepoPage[AccessPolicy], query=query)).value
            found += page.items
            if number >= page.pages or not page.items:
                return [policy for policy in found if policy.use_case == "explicit"]
        raise ProtocolError(SYSTEM, operation, "the list of access policies does not end")

    async def set_virtual_chunk_access_policy(
        self, org: str, *, bucket_nickname: str, subprefix: str = "", public: bool = False
    ) -> AccessPolicy:
        """Let virtual chunks below `subprefix` of a bucket be read: by everyone if it is public.

        Raises:
            NotFound: the organisation has no bucket of that nickname.
        """
        operation = "set access policy"
        body = await self._policy(org, bucket_nickname, subprefix, public)
        return (await self.session.ask("PUT", _policies(org, operation), operation, AccessPolicy, body=body)).value

    async def delete_virtual_chunk_access_policy(
        self, org: str, *, bucket_nickname: str, subprefix: str, public: bool
    ) -> None:
        """Take back what `set_virtual_chunk_access_policy` allowed. Raises as that."""
        operation = "delete access policy"
        body = await self._policy(org, bucket_nickname, subprefix, public)
        await self.session.ask("DELETE", _policies(org, operation), operation, body=body, repeatable=True)

    async def _policy(self, org: str, nickname: str, subprefix: str, public: bool) -> dict[str, Any]:
        bucket = await self.get_bucket_config(org=org, nickname=nickname)
        return {
            "use_case": "explicit",
            "bucket_id": str(bucket.id),
            "subprefix": subprefix.strip("/"),
            "public": public,
        }


def _policies(org: str, operation: str) -> str:
    return route("/orgs/{}/settings/virtual-chunk-access-policies", check_org(org, operation))
