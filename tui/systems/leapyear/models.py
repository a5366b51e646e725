"""What the server speaks: sessions, jobs, access, capabilities (contract §6). Objects with a life are in `fields`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from pydantic import (
    Field,
    FiniteFloat,
    SecretStr,
    field_validator,
)

from tui.services.http.moment import Moment
from tui.services.http.values import Foreign, Value

T = TypeVar("T")


class ListPage(Value, Generic[T]):
    """One page of a list; `next_cursor` leads to the next, None at the end."""

    items: list[T]
    next_cursor: Annotated[str, Field(max_length=4096)] | None = None


class Version(Value):
    """Which server it is. `backend` is `emulator`, or `vendor` behind a bridge."""

    server_version: str
    contract_version: int
    backend: str = ""
    server_id: str = ""


class ClientStatus(StrEnum):
    """How a client stands with its server. The published client has such a thing; what is in it, is not known."""

    CONNECTED = "connected"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    TLS_ERROR = "TLS error"
    UNAUTHENTICATED = "unauthenticated"
    TOKEN_EXPIRED = "token expired"
    VERSION_MISMATCH = "version mismatch"
    SERVER_ERROR = "server error"


class AccessLevel(Value):
    """A level that a subject may have; the higher the `rank`, the more it may do."""

    id: str
    label: str = ""
    rank: int = 0


class Capabilities(Value):
    """What the server can do. A feature that is not named is not there."""

    contract_version: int
    server_version: str
    backend: str = ""
    compute_backend: str = ""
    database_access_levels: tuple[AccessLevel, ...] = ()
    column_access_levels: tuple[AccessLevel, ...] = ()
    column_types: tuple[str, ...] = ()
    features: dict[str, bool] = Field(default_factory=dict)

    def can(self, feature: str) -> bool:
        """Whether the server has a feature."""
        return self.features.get(feature, False)

    def database_rank(self, level: str) -> int:
        """Return how much a level on a database allows, -1 for an unknown one."""
        return next((known.rank for known in self.database_access_levels if known.id == level), -1)

    def column_rank(self, level: str) -> int:
        """Return how much a level on a column allows, -1 for an unknown one."""
        return next((known.rank for known in self.column_access_levels if known.id == level), -1)


class PrivacyParams(Value):
    """What a privacy profile asks of every computation: the most it may expose, and the fewest rows."""

    max_exposure_per_computation: FiniteFloat | None = Field(default=None, description="the most that one may spend")
    minimum_dataset_size: int | None = Field(default=None, description="rows, below which nothing is computed")
    extra: Foreign = Field(default_factory=dict)


class PrivacyLimit(Value):
    """How much exposure a database allows: in all, or within a window of days. None is no limit."""

    max_exposure: FiniteFloat | None = None
    window_days: int | None = None
    extra: Foreign = Field(default_factory=dict)


class Subject(Value):
    """Who has a level: a user or a group."""

    kind: Literal["user", "group"]
    name: str


class DatabaseAccess(Value):
    """The level of a subject on a database."""

    subject: Subject
    database: str
    access: str


class TableAccess(Value):
    """The levels of a subject on the columns of a table, by name."""

    subject: Subject
    database: str
    table: str
    columns: dict[str, str]


class OwnAccess(Value):
    """The level that counts for who asks, and where it comes from: `direct`, `group NAME`, `administrator`."""

    access: str
    via: tuple[str, ...] = ()


class GroupGrants(Value):
    """What a group of a user has."""

    group: str
    databases: list[DatabaseAccess] = Field(default_factory=list)
    tables: list[TableAccess] = Field(default_factory=list)


class SubjectAccess(Value):
    """Everything that a subject has: by itself, and a user through its groups."""

    databases: list[DatabaseAccess]
    tables: list[TableAccess] = Field(default_factory=list)
    via_groups: list[GroupGrants] = Field(default_factory=list)


class UserExposure(Value):
    """How much of a database's limit a user has spent; `remaining` is None without a limit."""

    user: str
    spent: FiniteFloat
    remaining: FiniteFloat | None = None


class Exposure(Value):
    """The exposure of a database by user. `synthetic`: the numbers are made up, as an emulator's are."""

    limit: FiniteFloat | None = None
    window_days: int | None = None
    synthetic: bool = False
    items: list[UserExposure]


class UserKey(Value):
    """A public key that a user may log in with."""

    id: int
    name: str
    fingerprint: str
    algorithm: str
    created_at: Moment


class CacheCount(Value):
    """How much is in a cache; None where the back end cannot tell."""

    count: int | None = None


class Caches(Value):
    """The caches of the server."""

    analysis: CacheCount
    relations: CacheCount = Field(default_factory=CacheCount)
    metadata: CacheCount = Field(default_factory=CacheCount)


class ErrorInfo(Value):
    """What the server says of a failure."""

    message: str
    code: str = ""
    details: Foreign | None = None


class JobState(StrEnum):
    """Where a job is in its life. `LOST`: the server does not know it any more; no server says so itself."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"

    @property
    def rank(self) -> int:
        """How far on in its life a job of this state is; it never becomes less."""
        return {JobState.QUEUED: 0, JobState.RUNNING: 1}.get(self, 2)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.rank == 2


class JobTarget(Value):
    """What a job is about, such as a table of a database."""

    type: str = ""
    database: str | None = None
    name: str | None = None


class AsyncJobInformation(Value):
    """A job as it stood when the server was asked. `progress` is from 0 to 1, None while unknown."""

    id: Annotated[str, Field(min_length=1, max_length=128)]
    kind: str
    state: JobState
    submitted_by: str = ""
    submitted_at: Moment | None = None
    started_at: Moment | None = None
    finished_at: Moment | None = None
    progress: FiniteFloat | None = Field(default=None, ge=0, le=1)
    target: JobTarget = Field(default_factory=JobTarget)
    error: ErrorInfo | None = None
    extra: Foreign = Field(default_factory=dict)

    @field_validator("state", mode="after")
    @classmethod
    def _never_lost(cls, state: JobState) -> JobState:
        if state is JobState.LOST:
            raise ValueError("no job is lost to the server that tells of it")
        return state

    def seconds(self, now: datetime) -> float | None:
        """Return how long it has been running, or ran; None before it began."""
        return None if self.started_at is None else ((self.finished_at or now) - self.started_at).total_seconds()


class JobResult(Value):
    """What a job came to."""

    result: Any = None


class Session(Value):
    """A log-in. `token` is there once, when it begins. `user` is a `fields.UserFields` as plain data."""

    token: SecretStr | None = None
    expires_at: Moment | None = None
    issued_at: Moment | None = None
    auth_method: str = ""
    user: dict[str, Any]

    @property
    def username(self) -> str:
        """Who is logged in."""
        found = cast("Mapping[str, object]", self.user).get("username")
        return found if isinstance(found, str) else ""


class Cleared(Value):
    """How much was cleared from a cache, or from each."""

    cleared: int | dict[str, int | None] | None = None
