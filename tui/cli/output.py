"""Lists on stdout: a table for people, JSON, JSON Lines, CSV or names for programs."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, cast

from tui.resources.cells import cell_text
from tui.resources.export import Format, write_items
from tui.resources.json_text import to_json
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.types import ResourceType


def write_list(items: Sequence[Any], columns: Sequence[Column], kind: ResourceType[Any, Any], output: str) -> None:
    """Write a whole list."""
    if output in ("table", "wide"):
        _write_table(items, columns, wide=output == "wide")
    else:
        write_items(_stdout(), cast("Format", output), items, columns, kind.key)


def write_page(
    items: Sequence[Any], columns: Sequence[Column], kind: ResourceType[Any, Any], output: str, *, first: bool
) -> None:
    """Write a page of a list that is written as it comes; CSV gets its heading before the first."""
    if output == "csv" and not first:
        from tui.resources.export import write_csv_rows

        write_csv_rows(_stdout(), items, columns)
    else:
        write_items(_stdout(), cast("Format", output), items, columns, kind.key)
    sys.stdout.flush()


def write_changes(
    before: Sequence[Any], after: Sequence[Any], columns: Sequence[Column], kind: ResourceType[Any, Any], output: str
) -> None:
    """Write what differs between two looks: JSON Lines with an event for programs, else the list once more."""
    if list(before) == list(after):
        return
    if output not in ("json", "jsonl"):
        print()
        write_list(after, columns, kind, output)
        return
    old = {kind.key(item): item for item in before}
    new = {kind.key(item): item for item in after}
    for key, item in new.items():
        if key not in old:
            print(to_json({"event": "added", "item": item}))
        elif old[key] != item:
            print(to_json({"event": "changed", "item": item}))
    for key, item in old.items():
        if key not in new:
            print(to_json({"event": "removed", "item": item}))
    sys.stdout.flush()


class _Harmless(io.StringIO):
    """A stream onto the terminal, where nothing that is written can steer it."""

    def write(self, text: str, /) -> int:
        # Not `printable_lines`: it takes the last line break away, and other separators for line breaks.
        return sys.stdout.write("\n".join(printable(line) for line in text.split("\n")))


def _stdout() -> IO[str]:
    """Return stdout: CSV is data, as it is, for a program; a person's terminal does not get it raw."""
    return _Harmless() if sys.stdout.isatty() else sys.stdout


def _write_table(items: Sequence[Any], columns: Sequence[Column], *, wide: bool) -> None:
    from tui.widgets.column_layout import GAP, fit, place

    shown = [column for column in columns if wide or not column.wide]
    rows = [[cell_text(column.read(item), column.kind) for column in shown] for item in items]
    widths = [
        max([_length(column.heading), *(_length(row[index]) for row in rows)]) for index, column in enumerate(shown)
    ]
    fits_terminal = sys.stdout.isatty() and not wide
    width = shutil.get_terminal_size().columns if fits_terminal else sum(widths) + GAP * len(widths)
    placed = place(shown, widths, width)
    heading = (fit(one.column.heading.upper(), one.width, right=one.column.is_numeric) for one in placed)
    print((" " * GAP).join(heading).rstrip())
    for row in rows:
        cells = (fit(row[one.index], one.width, right=one.column.is_numeric) for one in placed)
        print((" " * GAP).join(cells).rstrip())


def _length(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
