"""Column choice: which columns of a list a person wants to see and in which order, by `system.type`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.config.toml_file import closest
from tui.resources.types import ResourceType
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.navigation import Frame
    from tui.resources.registry import Registry
    from tui.resources.system import System

Choices = Mapping[str, Sequence[str]]
"""The setting `columns`: the names of columns by `system.type`; the system `*` stands for merged lists of several."""

OWN = "its_"
"""What the names of columns begin with that a merged list has under another name."""


def list_name(frame: Frame) -> str | None:
    """Return the name under which the columns of a list are chosen, None if they cannot be."""
    if not frame.parts:
        return f"{frame.connection.system.name}.{frame.type.name}"
    from tui.resources.together.merged import MergedListing

    if not isinstance(frame.listing, MergedListing):
        return None
    systems = {part.source.connection.system.name for part in frame.parts}
    return f"{systems.pop() if len(systems) == 1 else '*'}.{frame.type.name}"


def chosen_order(frame: Frame, choices: Choices) -> tuple[int, ...] | None:
    """Return the columns of a list that are shown, in order, by their index; None for all of them as they are."""
    name = list_name(frame)
    columns = frame.listing.view.columns
    return None if name is None else order_of(columns, choices.get(name, ()), _leading(frame, columns))


def choosable(frame: Frame) -> list[Column]:
    """Return the columns that may be hidden or moved: in a merged list not those that say whose a row is."""
    columns = frame.listing.view.columns
    leading = _leading(frame, columns)
    return [column for column in columns if column.name not in leading]


def order_of(columns: Sequence[Column], wanted: Sequence[str], leading: Iterable[str] = ()) -> tuple[int, ...] | None:
    """Return the indices of the wanted columns, those of `leading` first unless they are wanted elsewhere; None if
    none of those wanted is there. A list may lack columns that another list of its type has."""
    places = {column.name.removeprefix(OWN) if column.name not in wanted else column.name: index
              for index, column in enumerate(columns)}  # fmt: skip
    named = [places[name] for name in dict.fromkeys(wanted) if name in places]
    if not named:
        return None
    first = [index for index, column in enumerate(columns) if column.name in set(leading) and index not in named]
    return (*first, *named)


def chosen_columns(columns: Sequence[Column], wanted: Sequence[str]) -> tuple[Column, ...] | None:
    """Return the wanted columns in order, None if none of them is there."""
    order = order_of(columns, wanted)
    return None if order is None else tuple(columns[index] for index in order)


def _leading(frame: Frame, columns: Sequence[Column]) -> list[str]:
    """Return the columns of a merged list that say whose a row is."""
    if not frame.parts:
        return []
    theirs = {column.name for part in frame.parts for column in part.columns}
    return [column.name for column in columns if column.name not in theirs and not column.name.startswith(OWN)]


def depends_on_scope(kind: ResourceType[Any, Any]) -> bool:
    """Return whether a list of this type tells only when it is opened which columns it has."""
    return any("columns_of" in vars(base) for base in type(kind).__mro__ if base is not ResourceType)


def missing_columns(frame: Frame, choices: Choices) -> list[str]:
    """Return the chosen columns that a list lacks, of which nobody could know before it was opened."""
    name = list_name(frame)
    if name is None or frame.parts or not depends_on_scope(frame.type) or frame.type.scoped_columns:
        return []
    known = {column.name for column in frame.listing.view.columns}
    return [column for column in choices.get(name, ()) if column not in known]


def column_problems(choices: Choices, registry: Registry, own: System[Any]) -> list[str]:
    """Return a sentence for each choice that names a system, a list or columns which there are not."""
    found: list[str] = []
    for name, wanted in choices.items():
        system, _, kind = name.partition(".")
        try:
            kinds = [own.type_named(kind)] if system == own.name else _kinds(registry, system, kind)
        except ServiceError as error:
            found.append(f"{printable(name, 60)}: {error.message}")
            continue
        scoped = tuple(each.scoped_columns for each in kinds if depends_on_scope(each))
        known = list(dict.fromkeys(column.name for each in kinds for column in each.columns))
        known += ["profile", "tag"]
        for column in wanted:
            if column not in known and not column.startswith(scoped):
                hint = closest(column, known) or f"; there are {', '.join(known[:-2])}"
                found.append(f"{printable(name, 60)}: there is no column {printable(column, 40)}{hint}")
    return found


def _kinds(registry: Registry, system: str, kind: str) -> list[ResourceType[Any, Any]]:
    """Return the types that a choice is for.

    Raises:
        ServiceError: there is no such system, or it has no such list.
    """
    if system != "*":
        return [registry.system(system).type_named(kind)]
    found = [each for one in registry.systems() for each in one.types.values() if each.name == kind]
    return found or [registry.system(registry.names()[0]).type_named(kind)]
