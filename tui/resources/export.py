"""Export: items as CSV, JSON, JSON Lines or bare names, into a stream or a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from tui.resources.columns import Column
from tui.resources.json_text import to_data, to_json
from tui.resources.new_file import new_file

Format = Literal["json", "jsonl", "csv", "name"]
FORMATS: tuple[Format, ...] = ("json", "jsonl", "csv", "name")


def write_items(
    stream: IO[str], form: Format, items: Iterable[Any], columns: Sequence[Column], key: Callable[[Any], str]
) -> int:
    """Write items one after another and return how many there were.

    CSV has the columns' headings and plain values (bytes and seconds as numbers, times in ISO 8601); text is as it
    is, quoted where CSV needs it.
    """
    if form == "csv":
        return _write_csv(stream, items, columns)
    count = 0
    for count, item in enumerate(items, 1):
        if form == "name":
            stream.write(_line(key(item)))
        elif form == "jsonl":
            stream.write(to_json(item) + "\n")
        else:
            stream.write(("[\n" if count == 1 else ",\n") + to_json(item, indent=2))
    if form == "json":
        stream.write("[]\n" if count == 0 else "\n]\n")
    return count


def export_file(
    path: Path,
    form: Format,
    items: Iterable[Any],
    columns: Sequence[Column],
    key: Callable[[Any], str],
    *,
    overwrite: bool = False,
) -> int:
    """Write items to a file that appears only once it is whole; return how many there were.

    Raises:
        AlreadyExists: there is such a file, and `overwrite` is not set.
        InvalidInput: the folder is not there.
        PermissionDenied: the folder may not be written to.
        Unavailable: the disk is full, or another fault of the disk.
    """
    with new_file(path, overwrite=overwrite) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        count = write_items(text, form, items, columns, key)
        text.flush()
        text.detach()
    return count


def _write_csv(stream: IO[str], items: Iterable[Any], columns: Sequence[Column]) -> int:
    csv.writer(stream, lineterminator="\n").writerow([column.heading for column in columns])
    return write_csv_rows(stream, items, columns)


def write_csv_rows(stream: IO[str], items: Iterable[Any], columns: Sequence[Column]) -> int:
    """Write items as CSV without the headings; return how many there were."""
    writer = csv.writer(stream, lineterminator="\n")
    count = 0
    for item in items:
        writer.writerow([_csv_value(column.read(item)) for column in columns])
        count += 1
    return count


def _csv_value(value: Any) -> Any:
    plain = to_data(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return plain.encode("utf-8", "backslashreplace").decode()
    return to_json(plain) if isinstance(plain, list | dict) else plain


def _line(name: str) -> str:
    """Return a name on a line of its own: a line break in it is spelt out."""
    from tui.services.printable import printable

    return printable(name) + "\n"
