"""What is in a repository: versions, commits, differences, groups and arrays."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tui.services.http.moment import Moment


class _Content(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Ref(_Content):
    """A name for a snapshot: a branch moves, a tag does not."""

    name: str
    kind: Literal["branch", "tag"]
    snapshot_id: str


class Commit(_Content):
    """A snapshot as history shows it. The oldest one of all has no parent."""

    id: str
    parent_id: str | None = None
    written_at: Moment
    message: str = ""
    author_name: str | None = None
    author_email: str | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class Changes(_Content):
    """What differs between two snapshots: paths, and for arrays whose values changed how many chunks did."""

    new_groups: tuple[str, ...] = ()
    new_arrays: tuple[str, ...] = ()
    deleted_groups: tuple[str, ...] = ()
    deleted_arrays: tuple[str, ...] = ()
    updated_groups: tuple[str, ...] = ()
    updated_arrays: tuple[str, ...] = ()
    updated_chunks: dict[str, int] = Field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(getattr(self, name) for name in type(self).model_fields)


class Node(_Content):
    """A group or an array of a snapshot. `path` has no slash at its ends; the root's is "".

    Of an array: `chunks` is the shape of what is read at once, `shards` of what is stored together; `size` is in
    bytes when unpacked, `chunk_count` how many chunks there can be. `problem` is why it cannot be described further.
    """

    path: str
    kind: Literal["group", "array"]
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    chunks: tuple[int, ...] | None = None
    shards: tuple[int, ...] | None = None
    dimension_names: tuple[str | None, ...] | None = None
    fill_value: str | None = None
    codecs: tuple[str, ...] = ()
    size: int | None = None
    chunk_count: int | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    problem: str | None = None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class StoredSize(_Content):
    """How much of an array is stored: chunks that were written, and their bytes as they are packed."""

    chunks: int
    bytes: int


class RepoSize(_Content):
    """The bytes of all snapshots together: in the repository, in its metadata, and elsewhere."""

    native: int
    inlined: int
    virtual: int
