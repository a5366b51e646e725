"""What the lists show beyond what the service sends: counts, and versions with their newest commit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tui.systems.arraylake.bucket_models import Bucket
from tui.systems.arraylake.models import AccessPolicy


class ListedOrg(BaseModel):
    """An organisation: how many repositories and buckets it has, which bucket new repositories go to, and when
    one of its repositories last changed."""

    model_config = ConfigDict(frozen=True)

    name: str
    id: str | None = None
    created: datetime | None = None
    repositories: int | None = None
    buckets: int | None = None
    default_bucket: str | None = None
    last_change: datetime | None = None
    problem: str | None = None


class ListedBucket(Bucket):
    """A bucket and how many repositories are in it."""

    repositories: int | None = None


class ListedVersion(BaseModel):
    """A branch or a tag with its newest commit; `note` is what cannot be told, and why."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["branch", "tag"]
    snapshot_id: str | None = None
    written_at: datetime | None = None
    message: str = ""
    author: str | None = None
    note: str = ""


class ListedContainer(BaseModel):
    """Where virtual chunks of a repository lie, and the bucket through which they are read."""

    model_config = ConfigDict(frozen=True)

    prefix: str
    bucket: str | None = None


class ListedPolicy(AccessPolicy):
    """An access policy with the nickname of its bucket."""

    bucket: str = ""

    @property
    def key(self) -> str:
        """What tells it from the others: bucket, place in it, and for whom."""
        return f"{self.bucket}/{self.subprefix or ''}#{'public' if self.public else 'organisation'}"
