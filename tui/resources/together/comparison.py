"""Comparison: one type's lists of two profiles side by side: what only one has, and what differs."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.resources.cells import NOTHING, cell_text
from tui.resources.columns import Column, Tone
from tui.resources.detail import Detail, Link
from tui.resources.place import Place, format_comparison
from tui.resources.together.composed import FEWEST, ComposedFrame, ComposedListing, connection_of_several
from tui.resources.together.item_difference import item_difference
from tui.resources.together.part import Part
from tui.resources.types import ResourceType, Scope

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.connections import Connection
    from tui.resources.together.part import Source

SAME, ONLY_HERE, ONLY_THERE, DIFFERENT, UNKNOWN = "same", "only here", "only there", "different", "not known yet"
WHAT_DIFFERS = f"not difference ~ ^{SAME}"
"""The filter with which a comparison is opened. Copies that were made at other times are the same."""
_TONES: dict[str, Tone] = {ONLY_HERE: "accent", ONLY_THERE: "accent", UNKNOWN: "muted"}
_TOLD = 3
"""Columns that tell of an item that only one side has."""
_VERDICT, _SIDE = 18, 14
"""Cells that these columns ask for, so that all of them fit on 80; what is to spare is shared out."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """An item of two lists. `differs` names the columns whose values differ; a side without it is None."""

    key: str
    scope: tuple[str, ...]
    difference: str
    differs: tuple[str, ...]
    here: Any
    there: Any


Pair = tuple[Column, Column]


def pairs_of(here: Sequence[Column], there: Sequence[Column]) -> list[Pair]:
    """Return the columns that both lists have, by name or heading."""
    pairs: list[Pair] = []
    for mine in here:
        names = (mine.name, mine.heading.casefold())
        found = next((each for each in there if each.name == names[0] or each.heading.casefold() == names[1]), None)
        if found is not None:
            pairs.append((mine, found))
    return pairs


def difference_of(here: Any, there: Any, pairs: Sequence[Pair]) -> tuple[str, tuple[str, ...]]:
    """Return how an item and its namesake differ, in words, and in which columns; None stands for there being none."""
    if here is None or there is None:
        return (ONLY_HERE if there is None else ONLY_THERE), ()
    unequal = [mine for mine, other in pairs if not _is_equal(mine.read(here), other.read(there))]
    differs = tuple(column.heading for column in unequal)
    if not differs:
        return SAME, ()
    only_times = all(column.kind == "time" for column in unequal)
    return f"{f'{SAME} but for' if only_times else f'{DIFFERENT}:'} {', '.join(differs)}", differs


def is_same(row: ComparedRow) -> bool:
    """Whether nothing but times differs."""
    return row.difference.startswith(SAME)


def compare_items(
    here: tuple[Source, Sequence[Any]], there: tuple[Source, Sequence[Any]], pairs: Sequence[Pair]
) -> list[ComparedRow]:
    """Return the comparison of two lists that are whole, in the order of the first."""
    return Joining(here, there, pairs).rows(lambda key, here, there: True)


class Joining:
    """Two lists brought together by the keys of their items."""

    def __init__(
        self, here: tuple[Source, Sequence[Any]], there: tuple[Source, Sequence[Any]], pairs: Sequence[Pair]
    ) -> None:
        self._pairs = pairs
        self._mine, self._other = (_by_path(source, listed) for source, listed in (here, there))

    def rows(self, is_known: Callable[[str, bool, bool], bool]) -> list[ComparedRow]:
        """Return a row for each key. `is_known` says of a key, and of whether each side has it, whether that is
        certain and both items are whole."""
        made: list[ComparedRow] = []
        for key in dict.fromkeys((*self._mine, *self._other)):
            mine, other = self._mine.get(key), self._other.get(key)
            here, there = (None if side is None else side[1] for side in (mine, other))
            known = is_known(key, mine is not None, other is not None)
            words, differs = difference_of(here, there, self._pairs) if known else (UNKNOWN, ())
            made.append(ComparedRow(key, (mine or other or (Scope(), None))[0].parents, words, differs, here, there))
        return made


def _by_path(source: Source, listed: Sequence[Any]) -> dict[str, tuple[Scope, Any]]:
    unpacked = map(source.unpacked, listed)
    return {source.path(scope, item): (scope, item) for scope, item in unpacked}


def _is_equal(one: Any, other: Any) -> bool:
    # NaN is not equal to itself, and yet no difference.
    return bool(one == other) or (one != one and other != other)


class ComparisonType(ResourceType[Any, Any]):
    """The type of a comparison. `comparison_type` makes it for two sources."""

    sources: tuple[Source, Source]

    def key(self, item: ComparedRow) -> str:
        return item.key

    def identity(self, item: ComparedRow) -> Hashable:
        return item.key

    async def describe(self, service: Any, scope: Scope, item: ComparedRow) -> Detail:
        bodies = await asyncio.gather(
            *(
                _body(source, Scope(item.scope), side)
                for source, side in zip(self.sources, (item.here, item.there), strict=True)
            )
        )
        names = tuple(source.profile for source in self.sources)
        sections, text = await asyncio.to_thread(item_difference, bodies[0], bodies[1], names)
        links = [
            Link(f"{source.type.name} of {name}", source.type.name, Scope(item.scope), source.type.key(side), name)
            for source, side, name in zip(self.sources, (item.here, item.there), names, strict=True)
            if side is not None
        ]
        return Detail(f"{item.key}: {item.difference}", sections, item, tuple(links), text=text)


async def _body(source: Source, scope: Scope, item: Any) -> Any:
    """Return all that there is to say of one side's item, None where it has none."""
    if item is None:
        return None
    service = await source.connection.service()
    async with source.connection.watched(f"describe {source.type.name}"):
        detail = await source.type.describe(service, scope, item)
    return item if detail.body is None else detail.body


def comparison_type(here: Source, there: Source) -> ComparisonType:
    """Return the type of the comparison of two lists."""

    class Comparison(ComparisonType):
        name = here.type.name
        title = here.type.title
        model = here.type.model
        columns = comparison_columns(here, there, here.type.columns, there.type.columns)
        nothing = f"neither {here.profile} nor {there.profile} has any"
        sources = (here, there)

    return Comparison()


def comparison_columns(
    here: Source, there: Source, mine: Sequence[Column], other: Sequence[Column]
) -> tuple[Column, ...]:
    """Return the columns of a comparison: the key, how the sides differ, and what either side has."""
    pairs = pairs_of(mine, other)

    def side(source: Source, columns: Mapping[str, Column], ranked: Sequence[Column], which: str) -> Column:
        def value(row: ComparedRow) -> str:
            item = getattr(row, which)
            if item is None:
                return NOTHING
            told = [columns[name] for name in row.differs if name in columns]
            # The key may be the name, or an id that tells nothing.
            told = told or [column for column in ranked if str(column.read(item)) != source.type.key(item)][:_TOLD]
            return ", ".join(f"{column.heading} {cell_text(column.read(item), column.kind)}" for column in told)

        return Column(which, source.profile, priority=7, width=_SIDE, value=value, stretch=True)

    def ranked(columns: Sequence[Column]) -> list[Column]:
        return sorted(columns, key=lambda column: -column.priority)

    return (
        Column("key", here.type.name, priority=10, stretch=True),
        Column("difference", priority=9, width=_VERDICT, stretch=True, tone=_tone),
        side(here, {mine.heading: mine for mine, _ in pairs}, ranked(mine), "here"),
        side(there, {mine.heading: other for mine, other in pairs}, ranked(other), "there"),
    )


def _tone(row: ComparedRow) -> Tone:
    return "muted" if is_same(row) else _TONES.get(row.difference, "warn")


class ComparisonListing(ComposedListing):
    """A row for every key that either list has, once both are loaded."""

    def __init__(self, connection: Connection, parts: Sequence[Part], settings: Settings, command: str) -> None:
        self._command = command
        super().__init__(connection, comparison_type(parts[0].source, parts[1].source), parts, settings)
        self.wants_all = True
        for part in parts:
            part.listing.wants_all = True

    @property
    def command(self) -> str:
        return self._command

    def columns(self) -> tuple[Column, ...]:
        mine, other = self.parts
        return comparison_columns(mine.source, other.source, mine.columns, other.columns)

    async def compose(self) -> tuple[list[Any], set[str]]:
        here, there = self.parts
        whole = [part.listing.state.complete for part in self.parts]
        light = {key for part in self.parts for key in _light_keys(part)}
        lists = [(part.source, part.listing.view.items()) for part in self.parts]
        pairs = pairs_of(here.columns, there.columns)

        def is_known(key: str, has_here: bool, has_there: bool) -> bool:
            return key not in light and (has_here or whole[0]) and (has_there or whole[1])

        # What is compared was taken out of the lists just now; they may go on changing meanwhile.
        rows = await asyncio.to_thread(lambda: Joining(lists[0], lists[1], pairs).rows(is_known))
        return rows, {row.key for row in rows if row.difference == UNKNOWN}

    def seen(self, first: int, last: int) -> dict[Part, list[int]]:
        found: dict[Part, list[int]] = {}
        for index in range(first, last + 1):
            row: ComparedRow | None = self.view.item(index)
            for part in self.parts if row is not None else ():
                at = part.listing.view.index_of(row.key) if row is not None else None
                if at is not None:
                    found.setdefault(part, []).append(at)
        return found

    def _total(self, totals: Sequence[int]) -> int | None:
        return None


def _light_keys(part: Part) -> set[str]:
    kind, view = part.listing.type, part.listing.view
    return {kind.key(listed) for listed in view.all_unfilled()} if kind.fills else set()


class ComparisonFrame(ComposedFrame):
    """A comparison that is being looked at. Its place is that of the first of the two lists."""

    @property
    def visit(self) -> str:
        return format_comparison(self._place, self.parts[1].source.profile)

    @property
    def text(self) -> str:
        return format_comparison(self.place, self.parts[1].source.profile)


def comparison_frame(here: Source, there: Source, settings: Settings) -> ComparisonFrame:
    """Return the comparison of two lists; what is the same is hidden by its filter."""
    limit = max(settings.lists.load_limit // 2, FEWEST)
    parts = [Part(source, settings, load_limit=limit) for source in (here, there)]
    words = shlex.join([here.type.name, here.profile, there.profile, *here.scope.parents])
    connection = connection_of_several(f"{here.profile} | {there.profile}")
    listing = ComparisonListing(connection, parts, settings, f"arraydeck compare {words}")
    listing.view.set_filter(WHAT_DIFFERS)
    return ComparisonFrame(listing, Place(here.type.name, here.scope.parents, "", here.profile))
