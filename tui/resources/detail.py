"""Detail: all that there is to say of one item, as plain data that the screen and `-o json` both read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui.resources.columns import ColumnKind, Tone
    from tui.resources.types import ResourceType, Scope


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value. `kind` says how it is written, as for a column."""

    label: str
    value: Any
    kind: ColumnKind = "text"
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A small table inside a section: headings, and rows of values."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together, and a table where there is a series of like things."""

    title: str
    fields: tuple[Field, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another list, or to one item of it when `key` is given; of another profile where it is named."""

    label: str
    type: str
    scope: Scope
    key: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A named look at the content: `opens` is the system's screen that shows it."""

    label: str
    opens: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What describes an item. `body` is the item in JSON-able form, whole; `text`, where there is one, is shown instead
    to a person who asks for the whole."""

    title: str
    sections: tuple[Section, ...] = ()
    body: Any = None
    links: tuple[Link, ...] = field(default=())
    previews: tuple[Preview, ...] = field(default=())
    text: str = ""


def generic_detail(resource_type: ResourceType[Any, Any], item: Any) -> Detail:
    """Describe `item` by its columns and by its whole model."""
    fields = tuple(Field(column.heading, column.read(item), column.kind) for column in resource_type.columns)
    return Detail(resource_type.label(item), (Section(resource_type.name, fields),), body=item)
