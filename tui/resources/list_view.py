"""A list as it is looked at: which items are shown and in which order, where the cursor is, what is marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tui.resources.cells import cells_of, sort_key, tones_of
from tui.resources.columns import Column, Row
from tui.resources.filter import Filter, parse_filter

if TYPE_CHECKING:
    from tui.resources.types import ResourceType


@dataclass(slots=True)
class Line:
    """An item with what was made of it once: its cells, and the text that filters look through.

    `light` is a filled item as it was last listed: what it is filled from the next time. `order` is where the item
    belongs in the sort.
    """

    key: str
    item: Any
    filled: bool
    cells: tuple[str, ...] | None = None
    search: str | None = None
    moved: dict[int, int] | None = None
    light: Any = None
    order: tuple[int, Any] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a refresh changed: keys that came, went, and whose cells differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(slots=True)
class Position:
    """Where somebody was in a list, to be found again."""

    key: str | None = None
    scroll: int = 0


class ListView:
    """The rows of one list, as a `RowSource`. It knows no screen, and does no I/O.

    Items stay in the source's order until a sort is chosen. Marks are by key; they are cleared when the filter
    changes, since a mark that is out of sight is one that will be regretted.
    """

    def __init__(self, resource_type: ResourceType[Any, Any], columns: Sequence[Column]) -> None:
        self.type = resource_type
        self.columns = tuple(columns)
        self.position = Position()
        self.filter_text = ""
        self.sort_column: str | None = None
        self.descending = False
        self.marks: dict[str, None] = {}
        self.wanted = (0, 0)
        self._lines: dict[str, Line] = {}
        self._filter: Filter = Filter()
        self._shown: list[Line] = []
        self._index: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._shown)

    @property
    def loaded(self) -> int:
        """How many items are known, shown or not."""
        return len(self._lines)

    def row(self, index: int) -> Row | None:
        """Return a row that is shown, ready to be painted."""
        if not 0 <= index < len(self._shown):
            return None
        line = self._shown[index]
        tones = tones_of(line.item, self.columns)
        return Row(line.key, self._cells(line), tones, line.moved, line.key in self.marks)

    def index_of(self, key: str) -> int | None:
        """Return where a key is shown now."""
        if self._index is None:
            self._index = {line.key: index for index, line in enumerate(self._shown)}
        return self._index.get(key)

    def want(self, first: int, last: int) -> None:
        """Hear which rows are on screen."""
        self.wanted = (first, last)

    def item(self, index: int) -> Any:
        """Return the item that is shown at an index, None if there is none."""
        return self._shown[index].item if 0 <= index < len(self._shown) else None

    def to_fill(self, index: int) -> Any:
        """Return what the item at an index is filled from, None if there is none."""
        line = self._shown[index] if 0 <= index < len(self._shown) else None
        return None if line is None else line.item if line.light is None else line.light

    def item_of(self, key: str) -> Any:
        """Return the item of a key, shown or not, None if there is none."""
        line = self._lines.get(key)
        return None if line is None else line.item

    def same(self, items: Sequence[Any]) -> list[Any]:
        """Return these items, with the known one in place of each that is equal to it."""
        found: list[Any] = []
        for item in items:
            line = self._lines.get(self.type.key(item))
            found.append(line.item if line is not None and line.item == item else item)
        return found

    def items(self) -> list[Any]:
        """Return the items that are shown, in the order shown."""
        return [line.item for line in self._shown]

    def unfilled(self, first: int, last: int) -> list[Any]:
        """Return the shown items of a range that are still light."""
        return [line.item for line in self._shown[max(first, 0) : last + 1] if not line.filled]

    def all_unfilled(self) -> list[Any]:
        """Return every item that is still light, shown or not."""
        return [line.item for line in self._lines.values() if not line.filled]

    # What is in the list

    def extend(self, items: Iterable[Any], *, filled: bool) -> int:
        """Add items that came from the source; return how many more rows are shown."""
        before = len(self._shown)
        fresh: list[Line] = []
        for item in items:
            key = self.type.key(item)
            if key not in self._lines:
                self._lines[key] = line = Line(key, item, filled)
                if self._filter.matches(self._search(line), item):
                    fresh.append(line)
        self._shown.extend(fresh)
        self._index = None
        if self.sort_column is not None and fresh:
            self._sort()
        return len(self._shown) - before

    def update(self, items: Iterable[tuple[str, Any]], *, mark_moved: bool) -> Difference:
        """Take newer states of known items, by key; None takes an item out. Return what changed."""
        changed: list[str] = []
        removed: list[str] = []
        for key, item in items:
            line = self._lines.get(key)
            if line is None:
                continue
            if item is None:
                removed.append(key)
            elif self._renew(line, item, filled=True, mark_moved=mark_moved):
                changed.append(key)
        for key in removed:
            self._forget(key)
        if removed or (changed and (self._filter.is_active or self.sort_column is not None)):
            self._rebuild()
        return Difference(removed=tuple(removed), changed=tuple(changed))

    def refresh(self, items: Sequence[Any], *, filled: bool) -> Difference:
        """Take the list anew. What is filled stays so until it is filled again."""
        lines: dict[str, Line] = {}
        changed: list[str] = []
        added: list[str] = []
        for item in items:
            key = self.type.key(item)
            line = self._lines.get(key)
            if line is None:
                line = Line(key, item, filled)
                added.append(key)
            elif (filled or not line.filled) and self._renew(line, item, filled=filled, mark_moved=True):
                changed.append(key)
            if line.filled and not filled:
                line.light = item
            lines[key] = line
        removed = [key for key in self._lines if key not in lines]
        order_changed = not added and not removed and list(lines) != list(self._lines)
        self._lines = lines
        for key in removed:
            self.marks.pop(key, None)
        if added or removed or order_changed or (changed and (self._filter.is_active or self.sort_column is not None)):
            self._rebuild()
        return Difference(tuple(added), tuple(removed), tuple(changed))

    def moved(self, keys: Iterable[str]) -> dict[str, Mapping[int, int]]:
        """Return which cells of these keys are marked as moved, by key; those without a mark are left out."""
        lines = ((key, self._lines.get(key)) for key in keys)
        return {key: line.moved for key, line in lines if line is not None and line.moved is not None}

    def settle(self, marks: Mapping[str, Mapping[int, int]]) -> list[int]:
        """Take these marks away, unless the line was marked anew since; return the rows to repaint."""
        repaint: list[int] = []
        for key, mark in marks.items():
            line = self._lines.get(key)
            if line is not None and line.moved is mark:
                line.moved = None
                index = self.index_of(key)
                if index is not None:
                    repaint.append(index)
        return repaint

    def write_anew(self) -> None:
        """Forget how the cells were written: they are written in another way from now on."""
        for line in self._lines.values():
            line.cells = line.search = None

    # How it is looked at

    def set_filter(self, text: str) -> None:
        """Show what the filter lets through; what it replaces is narrowed where that gives the same.

        Raises:
            InvalidFilter: the text is not a filter; what was shown stays.
        """
        wanted = parse_filter(text, self.columns)
        narrows = wanted.narrows(self._filter)
        if wanted != self._filter:
            self.marks.clear()
        self.filter_text, self._filter = text, wanted
        if narrows:
            self._shown = [line for line in self._shown if wanted.matches(self._search(line), line.item)]
            self._index = None
        else:
            self._rebuild()

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filter

    def set_sort(self, column: str | None, descending: bool = False) -> None:
        """Sort by the column of that name; None returns to the source's order."""
        if column != self.sort_column:
            for line in self._lines.values():
                line.order = None
        self.sort_column, self.descending = column, descending
        self._rebuild()

    def toggle_mark(self, key: str) -> None:
        """Mark a key, or take its mark away."""
        if key in self.marks:
            del self.marks[key]
        elif key in self._lines:
            self.marks[key] = None

    def mark_range(self, first: int, last: int) -> None:
        """Mark every row from one index to the other."""
        low, high = sorted((first, last))
        self.marks.update((line.key, None) for line in self._shown[max(low, 0) : high + 1])

    def mark_all(self) -> None:
        """Mark all that is shown, or clear the marks if all of it is marked."""
        keys = [line.key for line in self._shown]
        if all(key in self.marks for key in keys):
            self.marks.clear()
        else:
            self.marks.update((key, None) for key in keys)

    def marked_items(self) -> list[Any]:
        """Return the marked items in the order in which they were marked."""
        return [self._lines[key].item for key in self.marks if key in self._lines]

    def _renew(self, line: Line, item: Any, *, filled: bool, mark_moved: bool) -> bool:
        if item is line.item or item == line.item:
            line.filled = line.filled or filled
            return False
        before, old, was_filled = line.cells, line.item, line.filled
        line.item, line.filled, line.cells, line.search, line.order = item, filled, None, None, None
        if before is None:
            return True
        after = self._cells(line)
        moved = {
            index: _direction(column.read(old), column.read(item))
            for index, column in enumerate(self.columns)
            if before[index] != after[index] and column.kind != "time"
        }
        if moved and mark_moved and was_filled:
            line.moved = moved
        return before != after

    def _forget(self, key: str) -> None:
        self._lines.pop(key, None)
        self.marks.pop(key, None)

    def _rebuild(self) -> None:
        if self._filter.is_active:
            matches = self._filter.matches
            self._shown = [line for line in self._lines.values() if matches(self._search(line), line.item)]
        else:
            self._shown = list(self._lines.values())
        self._index = None
        if self.sort_column is not None:
            self._sort()

    def _sort(self) -> None:
        column = next((column for column in self.columns if column.name == self.sort_column), None)
        if column is None:
            return
        # Rows come a page at a time: what is in order already is sorted again with little work.
        keyed = [(line.order or self._order(line, column), line) for line in self._shown]
        known = [pair for pair in keyed if pair[0][0] != 9]
        unknown = [pair for pair in keyed if pair[0][0] == 9]
        known.sort(key=itemgetter(0), reverse=self.descending)
        self._shown = [line for _, line in (*known, *unknown)]
        self._index = None

    @staticmethod
    def _order(line: Line, column: Column) -> tuple[int, Any]:
        line.order = sort_key(column.read(line.item))
        return line.order

    def _cells(self, line: Line) -> tuple[str, ...]:
        if line.cells is None or any(column.kind == "time" for column in self.columns):
            line.cells = cells_of(line.item, self.columns)
        return line.cells

    def _search(self, line: Line) -> str:
        if not self._filter.needs_text:
            return ""
        if line.search is None:
            line.search = "\n".join(self._cells(line)).lower()
        return line.search


def _direction(old: Any, new: Any) -> int:
    numbers = isinstance(old, int | float) and isinstance(new, int | float)
    return 0 if not numbers else (new > old) - (new < old)
