"""`arraydeck describe`: all that there is to say of one resource, as text or as JSON."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from tui.cli.failure import exit_code_of, say
from tui.cli.target import profile_option, refuse_rest, split_words, with_deck
from tui.services.errors import NotFound, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.detail import Detail


@click.command()
@click.argument("type_name", metavar="TYPE")
@click.argument("words", metavar="[SCOPE]... NAME", nargs=-1, required=True)
@profile_option
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def describe(type_name: str, words: tuple[str, ...], where: str | None, output: str) -> None:
    """All that there is to say of one resource; with `-p @*` or `-p @lab,mirror` in each of these profiles."""

    async def work(deck: Deck) -> int:
        from tui.resources.together.several import several_profiles

        word = None if where is None else where.removeprefix("@")
        several = None if word is None else several_profiles(deck, word)
        if several is not None:
            return await _describe_several(deck, several, type_name, words, output)
        detail = await _describe(deck.connection(word), type_name, words)
        _print(detail, output)
        return 0

    sys.exit(with_deck(work))


async def _describe(connection: Connection, type_name: str, words: tuple[str, ...]) -> Detail:
    kind, scope, rest = split_words(connection, type_name, words)
    if not rest:
        raise click.UsageError(f"say which of the {kind.name}")
    refuse_rest(rest[1:])
    service = await connection.service()
    async with connection.watched(f"describe {kind.name}"):
        item = await kind.get(service, scope, rest[0])
        return await kind.describe(service, scope, item)


async def _describe_several(
    deck: Deck, profiles: list[Profile], type_name: str, words: tuple[str, ...], output: str
) -> int:
    """Describe what is called so in each profile that has such a type; return the code of the first that failed.

    Raises:
        NotFound: none of them has such a type.
    """
    connections: list[Connection] = []
    for profile in profiles:
        try:
            connection = deck.connections.to(profile)
            connection.system.type_named(type_name)
        except ServiceError:
            continue
        connections.append(connection)
    if not connections:
        raise NotFound("arraydeck", "describe", f"none of the profiles has {printable(type_name, 60)}")
    asked = (_describe(connection, type_name, words) for connection in connections)
    told = dict(zip(connections, await asyncio.gather(*asked, return_exceptions=True), strict=True))
    found: dict[str, Detail] = {}
    failed: list[ServiceError] = []
    for connection, answer in told.items():
        if isinstance(answer, ServiceError):
            failed.append(answer)
            say(f"{printable(connection.profile.name)}: {answer}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found[connection.profile.name] = answer
    if output == "json":
        _print(found, output)
    else:
        for number, (name, detail) in enumerate(found.items()):
            click.echo(("\n" if number else "") + f"@{printable(name)}")
            print_detail(detail)
    return exit_code_of(failed[0]) if failed else 0


def _print(told: Detail | dict[str, Detail], output: str) -> None:
    if output == "json":
        from tui.resources.json_text import to_json

        click.echo(to_json(told, indent=2))
    elif not isinstance(told, dict):
        print_detail(told)


def print_detail(detail: Detail) -> None:
    """Write a detail as indented text."""
    from tui.resources.cells import full_text

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
