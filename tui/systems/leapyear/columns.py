"""Columns of a table: how they are declared, and what may be declared (contract §2.5, §6).

The bounds and options are what limits how much one row may tell, so that the client checks them as the server does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    field_serializer,
    field_validator,
    model_validator,
)

from tui.systems.leapyear.names import check_description, check_name

MOST_COLUMNS = 4096
MOST_OPTIONS = 10_000
LONGEST_OPTION = 256
_NULLABLE = "NULL_"
_INT64 = 2**63


class ColumnType(StrEnum):
    """What the values of a column are. `NULL` is for a table without rows, or a column that holds nulls only."""

    BOOL = "BOOL"
    INT = "INT"
    REAL = "REAL"
    TEXT = "TEXT"
    FACTOR = "FACTOR"
    DATE = "DATE"
    DATETIME = "DATETIME"
    NULL = "NULL"

    @property
    def has_bounds(self) -> bool:
        """Whether a column of this type must say between what its values are."""
        return self in (ColumnType.INT, ColumnType.REAL, ColumnType.DATE, ColumnType.DATETIME)


class ColumnDefinition(BaseModel):
    """A column as it is declared.

    Args:
        name: of the column.
        type: one of `ColumnType`, in any case; `NULL_INT` is `INT` that may be null.
        bounds: the least and the greatest value, for INT, REAL, DATE and DATETIME; nothing else has any.
        nullable: whether a value may be missing.
        options: the values that a FACTOR may have; nothing else has any.
        description: for people.

    Raises:
        ValueError: they do not fit together; the text names the field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(check_name)]
    type: ColumnType
    nullable: StrictBool = False
    bounds: tuple[Any, Any] | None = None
    options: tuple[str, ...] | None = None
    description: Annotated[str | None, AfterValidator(check_description)] = Field(default=None)

    def __init__(self, name: str | None = None, /, **fields: Any) -> None:
        # By position, as the published examples have it.
        super().__init__(**fields if name is None else {"name": name, **fields})

    @model_validator(mode="before")
    @classmethod
    def _read_type(cls, values: Any) -> Any:
        kind = values.get("type") if isinstance(values, dict) else None
        if not isinstance(kind, str):
            return values
        kind = kind.upper()
        if kind.startswith(_NULLABLE):
            return {**values, "type": kind.removeprefix(_NULLABLE), "nullable": True}
        return {**values, "type": kind}

    @field_validator("options", mode="before")
    @classmethod
    def _order_options(cls, options: Any) -> Any:
        # A set is what the older type factory took; its order would differ at every run.
        return sorted(options) if isinstance(options, set | frozenset) else options

    @model_validator(mode="after")
    def _fit(self) -> ColumnDefinition:
        if self.type.has_bounds:
            if self.bounds is None:
                raise ValueError(f"bounds: a column of type {self.type} needs the least and the greatest value")
            low, high = (_bound(self.type, value) for value in self.bounds)
            if low > high:
                raise ValueError("bounds: the least value is greater than the greatest")
            # The model is frozen for everybody else.
            object.__setattr__(self, "bounds", (low, high))
        elif self.bounds is not None:
            raise ValueError(f"bounds: a column of type {self.type} has none")
        _check_options(self.type, self.options)
        return self

    @field_serializer("bounds", when_used="json")
    def _write_bounds(self, bounds: tuple[Any, Any] | None) -> list[Any] | None:
        return None if bounds is None else [_written(value) for value in bounds]


def check_columns(columns: Sequence[ColumnDefinition]) -> None:
    """Check what only all columns of a table together can break.

    Raises:
        ValueError: there are none, too many, or two of one name.
    """
    if not 1 <= len(columns) <= MOST_COLUMNS:
        raise ValueError(f"columns: a table has 1 to {MOST_COLUMNS} of them")
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        raise ValueError("columns: two of them have the same name")


def _check_options(kind: ColumnType, options: tuple[str, ...] | None) -> None:
    if kind is not ColumnType.FACTOR:
        if options is not None:
            raise ValueError(f"options: a column of type {kind} has none")
        return
    if not options or len(options) > MOST_OPTIONS or len(set(options)) != len(options):
        raise ValueError(f"options: a FACTOR needs 1 to {MOST_OPTIONS} different ones")
    if any(len(option) > LONGEST_OPTION for option in options):
        raise ValueError(f"options: one has at most {LONGEST_OPTION} characters")


def _bound(kind: ColumnType, value: Any) -> Any:
    """Return one of the bounds as what the type has: an integer, a number, a day, a moment in UTC."""
    match kind:
        case ColumnType.INT:
            if type(value) is int and -_INT64 <= value < _INT64:
                return value
            raise ValueError("bounds: those of an INT are whole numbers of 64 bits")
        case ColumnType.REAL:
            if type(value) in (int, float) and abs(value) <= 1.7e308 and math.isfinite(value):
                return float(value)
            raise ValueError("bounds: those of a REAL are finite numbers")
        case ColumnType.DATE:
            return _day(value)
        case _:
            return _moment(value)


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except (TypeError, ValueError):
        raise ValueError("bounds: those of a DATE are days, such as 2025-01-31") from None


def _moment(value: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("bounds: those of a DATETIME are moments, such as 2025-01-31T12:00:00Z") from None


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
