"""An array's schema as the servers send it: the JSON form of TileDB's own library (contract §11)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tui.services.http.values import Value
from tui.systems.tiledb.values import Foreign, Many, Whole

ANY_NUMBER = 2**32 - 1
"""`cell_val_num` of cells of any length."""


class Filters(Value):
    """What the cells go through on their way to the disk, in order."""

    filters: Many[Foreign] = Field(default_factory=list)

    @property
    def text(self) -> str:
        """The names of the filters with their levels, such as `ZSTD 3`."""
        return ", ".join(filter(None, (_filter_text(step) for step in self.filters)))


def _filter_text(step: dict[str, Any]) -> str:
    kind: Any = step.get("type")
    level: Any = step.get("data")
    value: Any = next(iter(level.values()), None) if isinstance(level, dict) else None
    if not isinstance(kind, str):
        return ""
    return f"{kind} {value}" if isinstance(value, int | float) and value != -1 else kind


class Dimension(Value):
    """A dimension. `domain` and `tile_extent` hold their values under the name of their type, such as `int32`."""

    name: str = ""
    type: str = ""
    domain: dict[str, Any] | None = None
    tile_extent: dict[str, Any] | None = Field(None, alias="tileExtent")
    has_no_tiles: bool = Field(False, alias="nullTileExtent")
    filters: Filters | None = Field(None, alias="filterPipeline")

    @property
    def bounds(self) -> tuple[Any, Any] | None:
        """The first and the last coordinate, None where it has no bounds, as of text."""
        held: Any = next(iter(self.domain.values()), None) if self.domain else None
        return (held[0], held[1]) if isinstance(held, list) and len(held) == 2 else None

    @property
    def extent(self) -> Any:
        """How long a tile is, None if there are none."""
        return None if self.has_no_tiles or not self.tile_extent else next(iter(self.tile_extent.values()), None)

    @property
    def length(self) -> int | None:
        """How many coordinates it has, None where they cannot be counted."""
        bounds = self.bounds
        if bounds is None or not all(isinstance(end, int) and not isinstance(end, bool) for end in bounds):
            return None
        return bounds[1] - bounds[0] + 1


class Domain(Value):
    """The dimensions of an array."""

    type: str = ""
    tile_order: str = Field("", alias="tileOrder")
    cell_order: str = Field("", alias="cellOrder")
    dimensions: Many[Dimension] = Field(default_factory=list)


class Attribute(Value):
    """An attribute: what every cell holds. `cell_val_num` is how many values of `type`."""

    name: str = ""
    type: str = ""
    cell_val_num: Whole = Field(1, alias="cellValNum")
    nullable: bool = False
    filters: Filters | None = Field(None, alias="filterPipeline")


class ArraySchema(Value):
    """What an array is made like. `array_type` is dense or sparse; `capacity` the cells of a sparse tile."""

    array_type: str = Field("", alias="arrayType")
    cell_order: str = Field("", alias="cellOrder")
    tile_order: str = Field("", alias="tileOrder")
    capacity: int | None = None
    allows_duplicates: bool = Field(False, alias="allowsDuplicates")
    version: Many[int] = Field(default_factory=list)
    domain: Domain
    attributes: Many[Attribute] = Field(default_factory=list)
    coordinate_filters: Filters | None = Field(None, alias="coordsFilterPipeline")
    offset_filters: Filters | None = Field(None, alias="offsetFilterPipeline")
    validity_filters: Filters | None = Field(None, alias="validityFilterPipeline")
