"""`arraydeck describe`: all that there is to say of one resource, as text or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.target import one_connection, profile_option, refuse_rest, split_words, with_deck

if TYPE_CHECKING:
    from tui.resources.deck import Deck
    from tui.resources.detail import Detail


@click.command()
@click.argument("type_name", metavar="TYPE")
@click.argument("words", metavar="[SCOPE]... NAME", nargs=-1, required=True)
@profile_option
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def describe(type_name: str, words: tuple[str, ...], where: str | None, output: str) -> None:
    """All that there is to say of one resource."""

    async def work(deck: Deck) -> None:
        connection = one_connection(deck, where, "describe")
        kind, scope, rest = split_words(connection, type_name, words)
        if not rest:
            raise click.UsageError(f"say which of the {kind.name}")
        refuse_rest(rest[1:])
        service = await connection.service()
        async with connection.watched(f"describe {kind.name}"):
            item = await kind.get(service, scope, rest[0])
            detail = await kind.describe(service, scope, item)
        if output == "json":
            from tui.resources.json_text import to_json

            click.echo(to_json(detail, indent=2))
        else:
            print_detail(detail)

    with_deck(work)


def print_detail(detail: Detail) -> None:
    """Write a detail as indented text."""
    from tui.resources.cells import full_text
    from tui.services.printable import printable

    click.echo(printable(detail.title))
    for section in detail.sections:
        click.echo(f"\n{printable(section.title)}")
        width = max((len(field.label) for field in section.fields), default=0)
        for field in section.fields:
            click.echo(f"  {printable(field.label).ljust(width)}  {full_text(field.value, field.kind)}")
        if section.table is not None:
            rows = [section.table.headings, *section.table.rows]
            texts = [[full_text(value, "text") for value in row] for row in rows]
            widths = [max(len(row[index]) for row in texts) for index in range(len(section.table.headings))]
            for row in texts:
                click.echo("  " + "  ".join(text.ljust(size) for text, size in zip(row, widths, strict=True)).rstrip())
