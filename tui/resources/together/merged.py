"""Merged: the lists of one type of several profiles as one, with a column that says whose each row is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tui.config.profiles import PROD
from tui.resources.columns import Column, Tone
from tui.resources.navigation import Origin
from tui.resources.together.below_all import Placed
from tui.resources.together.composed import FEWEST, ComposedFrame, ComposedListing, connection_of_several
from tui.resources.together.part import Part
from tui.resources.types import ResourceType, Scope

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.actions import Action
    from tui.resources.connections import Connection
    from tui.resources.list_view import ListView
    from tui.resources.place import Place
    from tui.resources.together.part import Source

STEADY = 2_000
"""Rows from which new ones are put at the end, whichever profile they are of."""


@dataclass(frozen=True, slots=True)
class MergedRow:
    """An item with whose it is, and the parents that it hangs below there. The key names it among all."""

    key: str
    profile: str
    scope: tuple[str, ...]
    item: Any


class MergedType(ResourceType[Any, Any]):
    """The type of a merged list. It is made for the sources of one list by `merged_type`."""

    sources: Mapping[str, Source]

    def source_of(self, row: MergedRow) -> Source:
        """Return the source that a row is from."""
        return self.sources[row.profile]

    def key(self, item: MergedRow) -> str:
        return item.key

    def label(self, item: MergedRow) -> str:
        return self.source_of(item).type.label(item.item)

    def identity(self, item: MergedRow) -> Hashable:
        return item.profile, item.scope, self.source_of(item).type.identity(item.item)


def merged_type(made_of: Sequence[Source], troubled: Callable[[str], bool] = lambda _: False) -> MergedType:
    """Return the type of the merged list of some sources, with the actions of all of them. `troubled` says of a
    profile whether its rows may be old."""
    kinds = [source.type for source in made_of]
    start = merged_columns([(source, source.type.columns) for source in made_of], troubled)

    class Merged(MergedType):
        name = kinds[0].name
        title = kinds[0].title
        model = kinds[0].model
        columns = start
        nothing = kinds[0].nothing
        sources = {source.profile: source for source in made_of}

    together: dict[str, Action] = {}
    for kind in kinds:
        for name, made in kind.actions.items():
            together.setdefault(name, made)
    Merged.actions = together
    # Said only now: a type that says so from the start gets the action that shows an array, which these have.
    Merged.views = any(kind.views for kind in kinds)
    return Merged()


def merged_columns(
    parts: Sequence[tuple[Source, Sequence[Column]]], troubled: Callable[[str], bool] = lambda _: False
) -> tuple[Column, ...]:
    """Return whose a row is, what it hangs below where that differs, and then the columns of all parts, those of the
    same name or heading being one."""
    slots: list[dict[str, Column]] = []
    # What a row is called may stand in different columns: none of them is to go where the terminal is narrow.
    naming = [(source.profile, columns[0]) for source, columns in parts if columns]
    for source, columns in parts:
        for column in columns:
            slot = next((slot for slot in slots if source.profile not in slot and _is_same(slot, column)), None)
            if slot is None:
                slots.append({source.profile: column})
            else:
                slot[source.profile] = column
    names = [slot for slot in slots if any(slot.get(profile) is column for profile, column in naming)]
    joined = [
        replace(_joined(slot), priority=9, stretch=True) if slot in names and len(names) > 1 else _joined(slot)
        for slot in slots
    ]
    return (*_whose([source for source, _ in parts], troubled), *joined)


def _is_same(slot: Mapping[str, Column], column: Column) -> bool:
    known = next(iter(slot.values()))
    return known.name == column.name or known.heading.casefold() == column.heading.casefold()


def _joined(slot: Mapping[str, Column]) -> Column:
    """Return one column that reads each row by its own profile's column."""
    columns = list(slot.values())
    first = columns[0]
    taken = first.heading.casefold() in ("profile", "tag")

    def value(row: MergedRow) -> Any:
        column = slot.get(row.profile)
        return None if column is None else column.read(row.item)

    def inside(row: MergedRow) -> Any:
        column = slot.get(row.profile)
        return getattr(row.item, column.name, None) if column is not None and column.nested else None

    def tone(row: MergedRow) -> Tone | None:
        column = slot.get(row.profile)
        return None if column is None or column.tone is None else column.tone(row.item)

    return replace(
        first,
        name=f"its_{first.name}" if taken else first.name,
        title=f"its {first.heading}" if taken else first.title,
        kind=first.kind if all(column.kind == first.kind for column in columns) else "text",
        priority=max(column.priority for column in columns),
        wide=all(column.wide for column in columns),
        value=value,
        nested=any(column.nested for column in columns),
        inside=inside,
        tone=tone if any(column.tone is not None for column in columns) else None,
    )


def _whose(sources: Sequence[Source], troubled: Callable[[str], bool]) -> list[Column]:
    tags = {source.profile: source.connection.profile.tag for source in sources}
    parents = {source.profile: source.parent_name for source in sources}

    def tone(row: MergedRow) -> Tone | None:
        return "bad" if tags.get(row.profile) == PROD else "stale" if troubled(row.profile) else None

    made = [Column("profile", priority=10, value=lambda row: row.profile, tone=tone)]
    if PROD in tags.values() or len(set(tags.values())) > 1:
        made.append(Column("tag", priority=10, value=lambda row: tags.get(row.profile), tone=tone))
    named = [name for name in parents.values() if name]
    if named:
        made.append(Column(named[0], priority=9, value=lambda row: row.scope[-1] if parents.get(row.profile) else None))
    return made


class _Made:
    """What was made of a part: its rows by the identity of what was listed, which is kept, so that no other has it."""

    def __init__(self, view: ListView) -> None:
        self.view, self.count, self.listed_again = view, 0, 0
        self.rows: dict[int, tuple[MergedRow, Any]] = {}


class MergedListing(ComposedListing):
    """The rows of all parts, one part after the other until a sort is chosen."""

    def __init__(self, connection: Connection, parts: Sequence[Part], settings: Settings, command: str) -> None:
        self._by_name = {part.source.profile: part for part in parts}
        kind = merged_type([part.source for part in parts], lambda name: not self._by_name[name].is_well)
        self._rows: dict[str, MergedRow] = {}
        self._made: dict[Part, _Made] = {}
        self._command = command
        super().__init__(connection, kind, parts, settings)

    @property
    def command(self) -> str:
        return self._command

    def columns(self) -> tuple[Column, ...]:
        return merged_columns(
            [(part.source, part.columns) for part in self.parts], lambda name: not self._by_name[name].is_well
        )

    async def compose(self) -> tuple[list[Any], set[str]]:
        rows, light = dict[str, MergedRow](), set[str]()
        for part in self.parts:
            unfilled = self._unfilled(part)
            for row, listed in self._rows_from(part, 0):
                rows[row.key] = row
                if id(listed) in unfilled:
                    light.add(row.key)
        if len(self._rows) > STEADY:
            # Nobody reads so many from top to bottom: none is to jump for one that came above it.
            rows = {key: rows[key] for key in (*self._rows, *rows) if key in rows}
        self._rows = rows
        return list(rows.values()), light

    def grow(self, part: Part) -> bool:
        made = self._made.get(part)
        if made is None or made.view is not part.listing.view or made.listed_again != part.listing.listed_again:
            return False
        if len(self._rows) <= STEADY:
            return False
        unfilled, rows = self._unfilled(part), list[MergedRow]()
        for row, listed in self._rows_from(part, made.count):
            rows.append(row)
            self._rows[row.key] = row
            if id(listed) in unfilled:
                self._light_rows.add(row.key)
        if self.view.extend(rows, filled=True):
            self._tell_reset()
        self._set(loaded=self.view.loaded)
        return True

    def _rows_from(self, part: Part, first: int) -> Iterator[tuple[MergedRow, Any]]:
        """Yield the rows of a part from an index on, with what they were made of; those known are not made again."""
        view, source = part.listing.view, part.source
        made = self._made.get(part)
        before = made.rows if made is not None else {}
        if made is None or not first:
            made = self._made[part] = _Made(view)
        made.listed_again, made.count = part.listing.listed_again, len(view)
        for index in range(first, len(view)):
            listed = view.item(index)
            known = before.get(id(listed))
            pair = known if known is not None and known[1] is listed else (merged_row(source, listed), listed)
            made.rows[id(listed)] = pair
            yield pair

    def part_moved(self, part: Part, indices: Sequence[int]) -> None:
        """Take over single rows, without going through all."""
        unfilled, came, moved = self._unfilled(part), list[tuple[str, Any]](), list[tuple[str, Any]]()
        for index in indices:
            listed = part.listing.view.item(index)
            if listed is None:
                continue
            row = merged_row(part.source, listed)
            key = row.key
            if key in self._rows:
                self._rows[key] = row
            if key in self._light_rows:
                came.append((key, row))
                if id(listed) not in unfilled:
                    self._light_rows.discard(key)
            else:
                moved.append((key, row))
        for rows, mark_moved in ((came, False), (moved, True)):
            if rows:
                self._tell(self.view.update(rows, mark_moved=mark_moved))

    def seen(self, first: int, last: int) -> dict[Part, list[int]]:
        found: dict[Part, list[int]] = {}
        for index in range(first, last + 1):
            row: MergedRow | None = self.view.item(index)
            if row is not None:
                part = self._by_name[row.profile]
                at = part.listing.view.index_of(part.listing.type.key(_listed(part, row)))
                if at is not None:
                    found.setdefault(part, []).append(at)
        return found

    @staticmethod
    def _unfilled(part: Part) -> set[int]:
        return {id(listed) for listed in part.listing.view.all_unfilled()} if part.listing.type.fills else set()


def merged_row(source: Source, listed: Any) -> MergedRow:
    """Return the row of what a source listed."""
    scope, item = source.unpacked(listed)
    return MergedRow(f"{source.profile}:{source.path(scope, item)}", source.profile, scope.parents, item)


def _listed(part: Part, row: MergedRow) -> Any:
    """Return a row's item as its part lists it."""
    return Placed(Scope(row.scope), row.item) if part.source.is_below_all else row.item


class MergedFrame(ComposedFrame):
    """A merged list that is being looked at."""

    def origin(self, item: Any) -> Origin:
        source = next(part.source for part in self.parts if part.source.profile == item.profile)
        return Origin(source.connection, source.type, Scope(item.scope), item.item)


def merged_frame(place: Place, sources: Sequence[Source], settings: Settings) -> MergedFrame:
    """Return the merged list of `sources`, which was typed as `place`."""
    limit = max(settings.lists.load_limit // len(sources), FEWEST)
    parts = [Part(source, settings, load_limit=limit) for source in sources]
    connection = connection_of_several(place.profile)
    words = " ".join((sources[0].type.name, *place.scope))
    listing = MergedListing(connection, parts, settings, f"arraydeck get {words} -p '@{place.profile}'")
    return MergedFrame(listing, place)
