"""Columns of a table as a person types them: `age INT 0..120; sex FACTOR f|m|x; name TEXT nullable "as written"`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from tui.resources.forms import form_problems
from tui.systems.leapyear.columns import ColumnDefinition, ColumnType, check_columns
from tui.systems.leapyear.fields import TableColumn
from tui.systems.leapyear.resources.entries_text import Word, quoted, read_entries

HELP = (
    "name TYPE, parted by ; or lines: BOOL, TEXT; INT, REAL, DATE, DATETIME low..high; FACTOR a|b|c; NULL; then"
    ' nullable, a "description". Empty: found out from the data'
)


def read_columns(text: str) -> list[ColumnDefinition]:
    """Return the columns that a text declares, none for an empty one.

    Raises:
        ValueError: it declares none that can be; the text names the column and says what is wrong.
    """
    found = [_column(entry) for entry in read_entries(text)]
    if found:
        check_columns(found)
    return found


def _column(words: Sequence[Word]) -> ColumnDefinition:
    name = words[0].text
    if len(words) < 2:
        raise ValueError(f"{name}: what type is it? such as {name} INT 0..10")
    given: dict[str, Any] = {"name": name, "type": words[1].text}
    plain = words[1].text.upper().removeprefix("NULL_")
    if words[1].is_quoted or plain not in ColumnType.__members__:
        raise ValueError(f"{name}: {words[1].text} is no type; there are {', '.join(ColumnType)}")
    rest = list(words[2:])
    if plain == ColumnType.FACTOR:
        given["options"] = _options(name, rest)
    elif ColumnType(plain).has_bounds:
        given["bounds"] = _bounds(name, ColumnType(plain), rest)
    for word in rest:
        if word.marks("nullable"):
            given["nullable"] = True
        elif word.is_quoted and "description" not in given:
            given["description"] = word.text
        else:
            raise ValueError(f"{name}: {word.text} means nothing after {plain}")
    try:
        return ColumnDefinition(**given)
    except ValidationError as error:
        raise ValueError(f"{name}: {'; '.join(form_problems(error).values())}") from None


def _options(name: str, rest: list[Word]) -> tuple[str, ...]:
    """Take the options from the front of what is left of an entry."""
    if not rest or rest[0].marks("|") or rest[0].marks("nullable"):
        raise ValueError(f"{name}: which values? such as {name} FACTOR yes|no")
    options = [rest.pop(0).text]
    while rest and rest[0].marks("|"):
        rest.pop(0)
        if not rest or rest[0].marks("|"):
            raise ValueError(f"{name}: nothing stands after a |")
        options.append(rest.pop(0).text)
    return tuple(options)


def _bounds(name: str, kind: ColumnType, rest: list[Word]) -> tuple[Any, Any]:
    if not rest or rest[0].is_quoted or ".." not in rest[0].text:
        example = "2020-01-01..2025-12-31" if kind in (ColumnType.DATE, ColumnType.DATETIME) else "0..100"
        raise ValueError(f"{name}: between what are its values? such as {name} {kind} {example}")
    low, _, high = rest.pop(0).text.partition("..")
    return _bound(name, kind, low), _bound(name, kind, high)


def _bound(name: str, kind: ColumnType, text: str) -> Any:
    if kind in (ColumnType.DATE, ColumnType.DATETIME):
        return text
    try:
        return int(text) if kind is ColumnType.INT else float(text)
    except ValueError:
        words = "a whole number" if kind is ColumnType.INT else "a number"
        raise ValueError(f"{name}: {text or 'nothing'} is not {words}") from None


def limits_text(column: ColumnDefinition | TableColumn) -> str:
    """Return the bounds or the options of a column as they are typed, "" where it has none."""
    if column.bounds is not None:
        return "..".join(_bound_text(value) for value in column.bounds)
    return "|".join(quoted(option) for option in column.options or ())


def write_column(column: ColumnDefinition | TableColumn) -> str:
    """Return a column as it is typed."""
    parts = [quoted(column.name), str(column.type), limits_text(column), "nullable" if column.nullable else ""]
    described = f'"{_escaped(column.description)}"' if column.description else ""
    return " ".join(part for part in (*parts, described) if part)


def write_columns(columns: Sequence[ColumnDefinition | TableColumn]) -> str:
    """Return columns as they are typed, a line each."""
    return "\n".join(write_column(column) for column in columns)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _bound_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return (
        f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 and value == float(f"{value:g}") else str(value)
    )
