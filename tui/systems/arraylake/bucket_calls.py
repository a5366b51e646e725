"""Buckets: the part of the client that configures where repositories are kept (contract §5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from tui.services.errors import NotFound
from tui.services.http.session import route
from tui.services.http.transport import Unanswered
from tui.services.printable import printable
from tui.systems.arraylake.bucket_models import Bucket
from tui.systems.arraylake.bucket_platforms import new_bucket
from tui.systems.arraylake.calls import Calls
from tui.systems.arraylake.errors import SYSTEM, BucketInUse, invalid
from tui.systems.arraylake.names import check_org
from tui.systems.arraylake.repo_models import Repo


class BucketCalls(Calls):
    """Methods on bucket configurations. An organisation's nicknames are looked up anew at each call."""

    async def list_bucket_configs(self, org: str) -> list[Bucket]:
        """Return the buckets of an organisation. Their secrets do not show themselves."""
        path = route("/orgs/{}/buckets", check_org(org, "list buckets"))
        reply = await self.session.ask("GET", path, "list buckets", list[Bucket], private=True)
        return reply.value

    async def get_bucket_config(self, *, org: str, nickname: str) -> Bucket:
        """Return a bucket.

        Raises:
            NotFound: the organisation has none of that nickname.
        """
        path = await self._bucket_path(org, nickname, "get bucket")
        return (await self.session.ask("GET", path, "get bucket", Bucket, private=True)).value

    async def create_bucket_config(
        self,
        *,
        org: str,
        nickname: str,
        uri: str,
        extra_config: Mapping[str, Any] | None = None,
        auth_config: Mapping[str, Any] | BaseModel | None = None,
    ) -> Bucket:
        """Configure a bucket. The first one of an organisation becomes its default.

        Args:
            org: the organisation.
            nickname: what it is called, 3 to 64 characters.
            uri: `s3://name/prefix`, `gs://…` or `az://…`.
            extra_config: such as `region_name`, which S3 needs; `endpoint_url` makes it another S3 than Amazon's.
            auth_config: how the service gets at it (contract §6.4), by default without any proof.

        Raises:
            InvalidInput: a setting cannot be used; the message names it.
            AlreadyExists: the nickname is taken, or the same place is configured already.
        """
        operation = "create bucket"
        path = route("/orgs/{}/buckets", check_org(org, operation))
        body = new_bucket(nickname, uri, extra_config, auth_config)
        return (await self.session.ask("POST", path, operation, Bucket, body=body)).value

    async def set_default_bucket_config(self, *, org: str, nickname: str) -> None:
        """Make a bucket the one for new repositories that name none.

        Raises:
            NotFound: the organisation has none of that nickname.
        """
        operation = "set default bucket"
        path = await self._bucket_path(org, nickname, operation)
        await self.session.ask("POST", f"{path}/default", operation, repeatable=True)

    async def list_repos_for_bucket_config(self, *, org: str, nickname: str) -> list[Repo]:
        """Return the repositories in a bucket.

        Raises:
            NotFound: the organisation has none of that nickname.
        """
        operation = "list repositories of bucket"
        path = await self._bucket_path(org, nickname, operation)
        return (await self.session.ask("GET", f"{path}/repos", operation, list[Repo])).value

    async def delete_bucket_config(
        self, *, org: str, nickname: str, imsure: bool = False, imreallysure: bool = False
    ) -> None:
        """Delete the configuration of a bucket; what is in the bucket stays. Another one may become the default.

        Raises:
            InvalidInput: not both of the confirmations were given; nothing was asked.
            NotFound: the organisation has none of that nickname; nothing was deleted.
            BucketInUse: repositories are in it; the message names some.
        """
        operation = "delete bucket"
        confirm(operation, imsure, imreallysure)
        path = await self._bucket_path(org, nickname, operation)
        repos = (await self.session.ask("GET", f"{path}/repos", operation, list[Repo])).value
        if repos:
            names = ", ".join(sorted(printable(repo.name, 60) for repo in repos)[:5])
            more = f" and {len(repos) - 5} more" if len(repos) > 5 else ""
            message = f"{printable(nickname, 80)} is used by {names}{more}"
            raise BucketInUse(SYSTEM, operation, message, "delete its repositories first")
        try:
            await self.session.ask("DELETE", path, operation)
        except Unanswered:
            # Its id is never given twice, so that looking again tells for certain.
            if await self._bucket_is_there(path):
                raise

    async def _bucket_is_there(self, path: str) -> bool:
        try:
            await self.session.ask("GET", path, "delete bucket", Bucket, private=True)
        except NotFound:
            return False
        return True

    async def _bucket_path(self, org: str, nickname: str, operation: str) -> str:
        for bucket in await self.list_bucket_configs(org):
            if bucket.nickname == nickname:
                return route("/orgs/{}/buckets/{}", org, str(bucket.id))
        name = printable(nickname, 80)
        raise NotFound(SYSTEM, operation, f"{org} has no bucket {name}", "nicknames are told apart by case")


def confirm(operation: str, imsure: bool, imreallysure: bool) -> None:
    """Do nothing if both confirmations were given, before anything is asked.

    Raises:
        InvalidInput: they were not.
    """
    if imsure is not True or imreallysure is not True:
        message = "this cannot be taken back: it needs imsure=True and imreallysure=True"
        raise invalid(operation, message)
