"""`arraydeck compare`: one type's lists of two profiles, and how they differ."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from tui.cli.output import write_list
from tui.cli.target import with_deck

if TYPE_CHECKING:
    from tui.resources.deck import Deck


@click.command()
@click.argument("type_name", metavar="TYPE")
@click.argument("here", metavar="PROFILE|URI|PATH")
@click.argument("there", metavar="PROFILE|URI|PATH")
@click.argument("words", metavar="[SCOPE]...", nargs=-1)
@click.option("-o", "--output", type=click.Choice(["table", "wide", "json", "jsonl", "csv", "name"]), default="table",
              show_default=True)  # fmt: skip
@click.option("--all", "with_same", is_flag=True, help="Also what is the same on both.")
def compare(type_name: str, here: str, there: str, words: tuple[str, ...], output: str, with_same: bool) -> None:
    """Compare the TYPEs of two profiles: those that only one has, and those that differ, and in what."""

    async def work(deck: Deck) -> None:
        from tui.cli.get import ListOptions, Source
        from tui.resources.together.comparison import (
            compare_items,
            comparison_columns,
            comparison_type,
            is_same,
            pairs_of,
        )
        from tui.resources.together.several import source_of

        sources = [source_of(deck, where.removeprefix("@"), type_name, words) for where in (here, there)]
        lists = [Source(source.connection, source.listed, source.scope, "") for source in sources]
        options = ListOptions(output, "", "", False, None, False)
        items = await asyncio.gather(*(each.all(options) for each in lists))
        columns = [
            source.type.columns if source.is_below_all else await each.columns()
            for source, each in zip(sources, lists, strict=True)
        ]
        rows = compare_items((sources[0], items[0]), (sources[1], items[1]), pairs_of(columns[0], columns[1]))
        shown = rows if with_same else [row for row in rows if not is_same(row)]
        made = comparison_columns(sources[0], sources[1], columns[0], columns[1])
        write_list(shown, made, comparison_type(sources[0], sources[1]), output)
        click.echo(f"{len(shown):,} of {len(rows):,} shown" if with_same else _summary(len(shown), len(rows)), err=True)

    with_deck(work)


def _summary(different: int, count: int) -> str:
    return f"{different:,} of {count:,} differ" if different else f"all {count:,} are the same"
