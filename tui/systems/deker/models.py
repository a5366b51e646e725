"""What a Deker storage holds, as values: collections, their schemas, arrays, locks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

Health = Literal["ok", "damaged", "unknown", "locked"]
"""`unknown` is not looked at yet, or changing too fast to say; `locked` has a writer now or a lock that stays."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Scale(_Value):
    """A regular description of a dimension: the coordinate of index i is `start + i * step`."""

    start: float
    step: float
    name: str | None = None


class Dimension(_Value):
    """A dimension of a schema (contract §4.2).

    `labels` holds one text or number for each index. A time dimension begins at `start`, or at the attribute named
    by `start_attribute`, and has `step` between its indexes.
    """

    name: str
    size: int
    kind: Literal["generic", "time", "label", "scale"] = "generic"
    labels: tuple[Any, ...] | None = None
    scale: Scale | None = None
    start: datetime | None = None
    start_attribute: str | None = None
    step: timedelta | None = None


class Attribute(_Value):
    """An attribute of a schema: `dtype` is one of contract §4.2's names, `primary` ones make the links' path."""

    name: str
    dtype: str
    primary: bool = False


class CollectionSummary(_Value):
    """What counting a collection found.

    `arrays` counts arrays (tiles, in a VArray collection), `varrays` VArrays. `size` is the bytes of the files,
    `allocated` the bytes that the disk gave for them. `locks` counts lock files and writers. Where counting
    stopped at its bound `complete` is false and every number is a least one.
    """

    arrays: int = 0
    varrays: int | None = None
    size: int = 0
    allocated: int = 0
    locks: int = 0
    complete: bool = True


class Collection(_Value):
    """A collection as its metadata tell it (contract §4), with whatever could be read when they are damaged.

    `name` is the directory's. `dtype` is the usual name (`float64`), `dtype_written` the metadata's text. `chunks`
    is empty without chunking; `compression` is `none` or a filter's name or number with its options. `problem` says
    what is damaged, None when nothing is.
    """

    name: str
    kind: Literal["array", "varray"] | None = None
    dtype: str | None = None
    dtype_written: str | None = None
    shape: tuple[int, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    fill_value: str | None = None
    vgrid: tuple[int, ...] | None = None
    tile_shape: tuple[int, ...] | None = None
    chunks: tuple[int, ...] = ()
    chunk_mode: Literal["none", "auto", "manual"] = "none"
    compression: str = "none"
    options: str = "none"
    storage_adapter: str | None = None
    metadata_version: str | None = None
    path: str = ""
    metadata_path: str = ""
    lock_path: str = ""
    has_lock_file: bool = True
    problem: str | None = None
    summary: CollectionSummary | None = None

    @computed_field
    @property
    def health(self) -> Health:
        """`damaged` when there is a problem, else `ok`."""
        return "damaged" if self.problem else "ok"

    @property
    def is_virtual(self) -> bool:
        """Whether it holds VArrays, of which the arrays are tiles."""
        return self.kind == "varray"

    @property
    def primary_attributes(self) -> tuple[Attribute, ...]:
        """The attributes that name an array's link, in the order of the link's directories."""
        return tuple(attribute for attribute in self.attributes if attribute.primary)


class Entry(_Value):
    """An array, a tile or a VArray.

    A light entry comes from the tree alone: `key`, `id`, `link`, and `primary` as far as the link's directories tell.
    A filled one has read the header: all the rest. `key` names it among its siblings: the id, unless two links claim
    one id. `primary` and `custom` hold numbers, texts, UTC datetimes and tuples; complex numbers are text.

    `has_data` is False for a never-written array, which is all fill value. `size` is the file's bytes, `allocated`
    those that the disk gave; of a VArray, those of its tiles too, None when there are too many to add up.
    `tiles` counts a VArray's grid positions that exist. `note` is worth knowing and no damage.
    """

    key: str
    id: str
    kind: Literal["array", "tile", "varray"] = "array"
    filled: bool = False
    primary: dict[str, Any] = Field(default_factory=dict)
    custom: dict[str, Any] = Field(default_factory=dict)
    health: Health = "unknown"
    problem: str | None = None
    note: str | None = None
    has_data: bool | None = None
    empty_cells: int | None = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    chunks: tuple[int, ...] | None = None
    filters: str | None = None
    tiles: int | None = None
    size: int | None = None
    allocated: int | None = None
    modified: datetime | None = None
    path: str = ""
    link: str | None = None


class LockHolder(_Value):
    """A lock in a storage (contract §6).

    `kind` is `read` (a reader's file), `varray` (a tile reserved by a VArray writer), `legacy` (`.arrlock`) or
    `flock` (a process is writing now). `state`: `alive` while its process runs here, `stale` when it does not,
    `unknown` where that cannot be told. `age` is in seconds.
    """

    kind: Literal["read", "varray", "legacy", "flock"]
    state: Literal["alive", "stale", "unknown"]
    collection: str
    path: str
    array: str | None = None
    pid: int | None = None
    tid: int | None = None
    age: float = 0.0
