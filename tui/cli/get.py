"""`arraydeck get`: a list of resources, as a table or as data."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from tui.cli.target import profile_option, refuse_rest, split_words, with_deck

if TYPE_CHECKING:
    from tui.resources.connections import Connection

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
    """List the resources of TYPE. SCOPE names the parents, one word for each level."""
    with_deck(lambda deck: list_resources(deck.connection(where), type_name, words, options))


async def list_resources(connection: Connection, type_name: str, words: tuple[str, ...], options: ListOptions) -> None:
    """Write a list to stdout, once, or again whenever it changed."""
    kind, scope, rest = split_words(connection, type_name, words)
    refuse_rest(rest)
    listing = _Listing(connection, kind, scope, options)
    await listing.prepare()
    await listing.write()
    while options.watch:
        await asyncio.sleep(max(kind.refresh, 1.0))
        await listing.write_changes()
