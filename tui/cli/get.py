"""`arraydeck get`: a list of resources, as a table or as data."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from tui.cli.output import write_changes, write_list, write_page
from tui.cli.target import profile_option, refuse_rest, split_words, with_deck

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.types import ResourceType, Scope

OUTPUTS = ("table", "wide", "json", "jsonl", "csv", "name")


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the options of a listing say. `limit` is the most rows that come out, None for all."""

    output: str
    filter: str
    sort: str
    reverse: bool
    limit: int | None
    watch: bool
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """The columns of tables that the settings choose, by `system.type`."""


def list_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a listing to a command, which gets them as one `options`."""

    @click.option("-o", "--output", type=click.Choice(OUTPUTS), default="table", show_default=True)
    @click.option("--filter", "filter_text", default="", metavar="EXPR", help="As behind `/` on the screen.")
    @click.option("--sort", default="", metavar="COLUMN", help="Sort by a column; `-COLUMN` from the end.")
    @click.option("--limit", type=click.IntRange(min=0), help="At most so many rows.")
    @click.option("--watch", is_flag=True, help="Go on, and write again what changes.")
    @functools.wraps(command)
    def wrapped(
        *args: Any, output: str, filter_text: str, sort: str, limit: int | None, watch: bool, **kwargs: Any
    ) -> None:
        column = sort.removeprefix("-")
        command(*args, options=ListOptions(output, filter_text, column, sort != column, limit, watch), **kwargs)

    return wrapped


@click.command()
@click.argument("type_name", metavar="TYPE")
@click.argument("words", metavar="[SCOPE]...", nargs=-1)
@profile_option
@list_options
def get(type_name: str, words: tuple[str, ...], where: str | None, options: ListOptions) -> None:
    """List the resources of TYPE. SCOPE names the parents, one word for each level. `-p '@*'` lists those of all
    profiles, `-p @lab,mirror` those of some."""

    async def work(deck: Deck) -> int:
        from tui.cli.aliased import aliased
        from tui.resources.place import Place
        from tui.resources.together.several import several_profiles, sources_of

        place = aliased(deck, Place(type_name, words, options.filter, where or ""))
        profile, looked = place.profile or None, replace(options, filter=place.filter, columns=deck.settings.columns)
        several = None if profile is None else several_profiles(deck, profile.removeprefix("@"))
        if several is None:
            await list_resources(deck.connection(profile), place.type, place.scope, looked)
            return 0
        from tui.cli.merged import list_of_several

        return await list_of_several(sources_of(deck, several, place.type, place.scope), looked)

    sys.exit(with_deck(work))


async def list_resources(connection: Connection, type_name: str, words: tuple[str, ...], options: ListOptions) -> None:
    """Write a list to stdout, once, or again whenever it changed."""
    kind, scope, rest = split_words(connection, type_name, words, lists=True)
    refuse_rest(rest)
    await write_source(Source(connection, kind, scope, options.filter), options)


async def write_source(source: Source, options: ListOptions) -> None:
    """Write the items of a list to stdout as the options say."""
    columns = await source.columns()
    if options.sort and all(options.sort not in (column.name, column.heading) for column in columns):
        known = ", ".join(column.name for column in columns)
        raise click.UsageError(f"there is no column {options.sort}; there are {known}")
    if options.output in ("jsonl", "csv", "name") and not options.sort and not options.watch:
        await _stream(source, options)
        return
    items = await source.all(options)
    if options.output == "table":
        columns = source.chosen(columns, options.columns)
    write_list(items, columns, source.kind, options.output)
    while options.watch:
        sys.stdout.flush()
        await asyncio.sleep(max(source.kind.refresh, 1.0))
        before, items = items, await source.all(options)
        write_changes(before, items, columns, source.kind, options.output)


async def _stream(source: Source, options: ListOptions) -> None:
    """Write each page as it comes."""
    left, first = options.limit, True
    async for page in source.pages(options.limit):
        shown = page if left is None else page[:left]
        write_page(shown, await source.columns(), source.kind, options.output, first=first)
        first = False
        if left is not None:
            left -= len(shown)
            if left <= 0:
                return


class Source:
    """The items of a list, filled and filtered."""

    def __init__(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, filter_text: str) -> None:
        self.connection, self.kind, self.scope = connection, kind, scope
        self._filter_text = filter_text
        self._columns: tuple[Column, ...] | None = None

    async def columns(self) -> tuple[Column, ...]:
        """Return the columns of this list."""
        if self._columns is None:
            service = await self.connection.service()
            async with self.connection.watched(f"columns of {self.kind.name}"):
                self._columns = await self.kind.columns_of(service, self.scope)
        return self._columns

    @property
    def name(self) -> str:
        """The name under which the columns of such a list are chosen."""
        return f"{self.connection.system.name}.{self.kind.name}"

    def chosen(self, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
        """Return the columns that a person wants to see in a table, in order."""
        from tui.resources.column_choice import chosen_columns

        wanted = choices.get(self.name, ())
        made = chosen_columns(columns, wanted) if wanted else None
        # Those that are there for wide tables alone were chosen: they are not left out.
        return tuple(columns) if made is None else tuple(replace(column, wide=False) for column in made)

    async def pages(self, limit: int | None) -> AsyncIterator[list[Any]]:
        """Yield the items page by page; pages are small where few rows are wanted."""
        from tui.resources.types import Query

        passes, service = await self.passes(), await self.connection.service()
        size = 500 if limit is None or self._filter_text.strip() else max(1, min(limit, 500))
        async with self.connection.watched(f"list {self.kind.name}"):
            async for page in self.kind.pages(service, self.scope, Query(size, self._filter_text)):
                items: list[Any] = list(page.items)
                if self.kind.fills:
                    filled = await self.kind.fill(service, self.scope, items)
                    items = [item for item in filled if item is not None]
                yield [item for item in items if passes(item)]

    async def passes(self) -> Callable[[Any], bool]:
        """Return what says of an item whether the filter lets it through."""
        from tui.resources.cells import cells_of
        from tui.resources.filter import parse_filter

        columns = await self.columns()
        wanted = parse_filter(self._filter_text, columns)
        if not wanted.is_active:
            return lambda item: True
        return lambda item: wanted.matches("\n".join(cells_of(item, columns)).lower(), item)

    async def all(self, options: ListOptions) -> list[Any]:
        """Return the items that the options ask for, sorted and cut."""
        items: list[Any] = []
        async for page in self.pages(None if options.sort else options.limit):
            items.extend(page)
            if options.limit is not None and not options.sort and len(items) >= options.limit:
                break
        items = await self.sorted(items, options) if options.sort else items
        return items if options.limit is None else items[: options.limit]

    async def sorted(self, items: list[Any], options: ListOptions) -> list[Any]:
        """Return the items in the order of the column that the options name, those without a value last."""
        from tui.resources.cells import sort_key

        columns = await self.columns()
        column = next(made for made in columns if options.sort in (made.name, made.heading))
        keyed = [(sort_key(column.read(item)), item) for item in items]
        known = [pair for pair in keyed if pair[0][0] != 9]
        known.sort(key=lambda pair: pair[0], reverse=options.reverse)
        return [item for _, item in (*known, *(pair for pair in keyed if pair[0][0] == 9))]
