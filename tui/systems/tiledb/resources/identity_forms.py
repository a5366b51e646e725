"""The forms of the client itself: how it repeats calls, how many at a time, and settings of TileDB's own library."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Group = Literal["accounts", "members", "teamspaces", "assets", "storage", "tokens", "activity", "tasks"]


class RetryForm(BaseModel):
    """Which refusals are worth another attempt."""

    mode: Literal["default", "forceful", "disabled"] = Field(
        "default", description="forceful repeats after 400 and 500 to 503 too; disabled repeats nothing"
    )


class ThreadsForm(BaseModel):
    """How many calls may be under way at a time."""

    threads: int | None = Field(None, ge=1, le=64, description="1 to 64; empty: four more than there are cores")


class GroupForm(BaseModel):
    """A group of the client's methods."""

    group: Group = Field("accounts", description="the part of the service that they speak to")


class ConfigForm(BaseModel):
    """Settings of TileDB's own library over those of the log-in."""

    config: dict[str, str] = Field(
        default_factory=dict, description='JSON, such as {"vfs.s3.region": "eu-central-1"}; none is needed'
    )
