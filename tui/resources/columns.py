"""Columns: which field of an item is shown, how it is written and what gives way first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

ColumnKind = Literal["text", "number", "bytes", "count", "time", "moment", "duration", "status", "bool", "path"]
"""`bytes` are bytes, `duration` seconds, `time` an aware datetime that is shown as its age, `moment` one
that is data and shown as itself; all of them sort by value, not by text."""

Tone = Literal["ok", "warn", "bad", "stale", "muted", "accent"]
"""What a cell's colour says. A tone never stands alone: a sign or a word says the same."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a resource type.

    `name` is the item's field; dots descend into models and mappings (`primary.station`). `priority` decides
    which columns stay on a narrow terminal: the lowest go first. `width` in cells is what it asks for; without it
    the kind and the content decide. A text that is cut gets of what room is left over. `wide` columns are shown by
    `-o wide` and on wide terminals.
    `value` computes what no field holds. A `stretch` column asks for little, and takes what room the others
    leave: for texts of any length, which must not push others out. The field of a `nested` column is a mapping, and a
    filter may name what is in it: `metadata.project = x`; of a list there one entry must match; `inside` gives
    that mapping where the field is not the item's own. `tone` colours the cell
    of an item; without it, that of a status follows from its word.
    """

    name: str
    title: str = ""
    kind: ColumnKind = "text"
    priority: int = 5
    width: int | None = None
    wide: bool = False
    value: Callable[[Any], Any] | None = None
    stretch: bool = False
    nested: bool = False
    inside: Callable[[Any], Any] | None = None
    tone: Callable[[Any], Tone | None] | None = None

    @property
    def heading(self) -> str:
        """The title, or the field's name in words."""
        return self.title or self.name.rpartition(".")[2].replace("_", " ")

    @property
    def is_numeric(self) -> bool:
        """Whether cells are aligned to the right."""
        return self.kind in ("number", "bytes", "count", "duration")

    def read(self, item: Any) -> Any:
        """Return the item's value for this column, None where a part of the path is missing."""
        if self.value is not None:
            return self.value(item)
        current: Any = item
        for part in self.name.split("."):
            if isinstance(current, Mapping):
                current = cast("Mapping[str, Any]", current).get(part)
            else:
                current = getattr(current, part, None)
            if current is None:
                return None
        return current


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a live table, ready to be painted.

    `cells` are printable texts, uncut, one for each column shown. `tones` colours single cells by their index.
    `moved` holds the cells that changed in the last refresh: +1 grew, -1 shrank, 0 differs.
    """

    key: str
    cells: tuple[str, ...]
    tones: Mapping[int, Tone] | None = None
    moved: Mapping[int, int] | None = None
    marked: bool = False
