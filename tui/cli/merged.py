"""A list of several profiles on the command line: what each of them has, and on stderr which could not be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.cli.failure import exit_code_of, say
from tui.cli.get import Source, write_source
from tui.resources.together.merged import merged_columns, merged_row, merged_type
from tui.resources.types import Scope
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.cli.get import ListOptions
    from tui.resources.columns import Column
    from tui.resources.together import part

_WAITING = 4
"""Pages that may wait to be written; more make the stores wait."""


async def list_of_several(sources: Sequence[part.Source], options: ListOptions) -> int:
    """Write the lists of several profiles as one, and return the exit code: that of the first that failed, else 0."""
    merged = MergedSource(sources, options.filter)
    await write_source(merged, options)
    return next((exit_code_of(error) for error in merged.failed.values()), 0)


class MergedSource(Source):
    """The items of several lists, asked for side by side. `failed` are those that could not be had, by profile."""

    def __init__(self, sources: Sequence[part.Source], filter_text: str) -> None:
        super().__init__(sources[0].connection, merged_type(sources), Scope(), filter_text)
        self.sources = sources
        self.failed: dict[str, ServiceError] = {}

    @property
    def name(self) -> str:
        systems = {source.connection.system.name for source in self.sources}
        return f"{systems.pop() if len(systems) == 1 else '*'}.{self.kind.name}"

    def chosen(self, columns: Sequence[Column], choices: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
        from tui.resources.column_choice import OWN

        theirs = {column.name for source in self.sources for column in source.type.columns}
        leading = [column for column in columns if column.name not in theirs and not column.name.startswith(OWN)]
        made = super().chosen([column for column in columns if column not in leading], choices)
        return (*leading, *made)

    async def columns(self) -> tuple[Column, ...]:
        if self._columns is None:
            found = await asyncio.gather(*(self._columns_of(source) for source in self.sources))
            self._columns = merged_columns(list(zip(self.sources, found, strict=True)))
        return self._columns

    async def _columns_of(self, source: part.Source) -> Sequence[Column]:
        if source.is_below_all:
            return source.type.columns
        try:
            service = await source.connection.service()
            async with source.connection.watched(f"columns of {source.type.name}"):
                return await source.type.columns_of(service, source.scope)
        except ServiceError:
            # It will be said when it is asked for its rows.
            return source.type.columns

    async def pages(self, limit: int | None) -> AsyncIterator[list[Any]]:
        """Yield the items page by page, as they come from whichever profile."""
        self.failed.clear()
        passes = await self.passes()
        pages: asyncio.Queue[list[Any] | None] = asyncio.Queue(_WAITING)
        asking = [asyncio.create_task(self._ask(source, limit, pages)) for source in self.sources]
        try:
            left = len(asking)
            while left:
                page = await pages.get()
                if page is None:
                    left -= 1
                else:
                    yield [row for row in page if passes(row)]
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self, source: part.Source, limit: int | None, pages: asyncio.Queue[list[Any] | None]) -> None:
        alone = Source(source.connection, source.listed, source.scope, "")
        try:
            async for page in alone.pages(limit if not self._filter_text else None):
                await pages.put([merged_row(source, listed) for listed in page])
        except ServiceError as error:
            self.failed[source.profile] = error
            hint = f" ({error.hint})" if error.hint else ""
            say(f"{printable(source.profile)}: {error.message}{hint}")
        await pages.put(None)

    async def all(self, options: ListOptions) -> list[Any]:
        """Return the items that the options ask for: one profile after the other, then sorted."""
        order = {source.profile: index for index, source in enumerate(self.sources)}
        items = [row async for page in self.pages(None if options.sort else options.limit) for row in page]
        items.sort(key=lambda row: order[row.profile])
        items = await self.sorted(items, options) if options.sort else items
        return items if options.limit is None else items[: options.limit]
