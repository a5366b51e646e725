"""`arraydeck types`: the resource types of a profile's system, or of all systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tui.cli.target import profile_option, with_deck

if TYPE_CHECKING:
    from tui.resources.deck import Deck
    from tui.resources.system import System


@click.command()
@profile_option
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def types(where: str | None, output: str) -> None:
    """Resource types with their aliases, columns and actions."""

    async def work(deck: Deck) -> None:
        systems = [deck.connection(where).system] if where else list(deck.registry.systems())
        if output == "json":
            from tui.resources.json_text import to_json

            click.echo(to_json([_as_data(system) for system in systems], indent=2))
        else:
            for system in systems:
                _print(system)
        for name, problem in deck.registry.problems.items():
            click.echo(f"system {name} cannot be loaded: {problem}", err=True)

    with_deck(work)


def _as_data(system: System[Any]) -> dict[str, Any]:
    return {
        "system": system.name,
        "title": system.title,
        "types": [
            {
                "name": kind.name,
                "aliases": kind.aliases,
                "parents": [level.name for level in system.ancestry(kind)[:-1]],
                "columns": [{"name": column.name, "kind": column.kind} for column in kind.columns],
                "actions": [
                    {"name": action.name, "key": action.key, "danger": action.danger, "on": action.on}
                    for action in kind.actions.values()
                ],
            }
            for kind in system.types.values()
        ],
    }


def _print(system: System[Any]) -> None:
    click.echo(f"{system.title} ({system.name})  {system.uri_example}")
    for kind in system.types.values():
        words = " ".join([kind.name, *(level.name.upper() for level in system.ancestry(kind)[:-1])])
        aliases = f"  ({', '.join(kind.aliases)})" if kind.aliases else ""
        click.echo(f"  {words}{aliases}")
        click.echo(f"    columns  {', '.join(column.name for column in kind.columns)}")
        if kind.actions:
            names = (f"{made.name} ({made.key})" if made.key else made.name for made in kind.actions.values())
            click.echo("    actions  " + ", ".join(names))
