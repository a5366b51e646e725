"""`arraydeck jobs`, `journal`, `settings` and `undo`: what was done, what holds, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tui.cli.get import list_options, list_resources
from tui.cli.run import Answers
from tui.cli.target import with_deck
from tui.services.printable import printable_lines

if TYPE_CHECKING:
    from tui.cli.get import ListOptions
    from tui.resources.deck import Deck


@click.command()
@list_options
def jobs(options: ListOptions) -> None:
    """Background jobs, of this and other arraydecks, newest first."""
    with_deck(lambda deck: list_resources(deck.own, "jobs", (), replace(options, columns=deck.settings.columns)))


@click.command()
@list_options
def journal(options: ListOptions) -> None:
    """What was changed, by whom, and how it ended, newest first."""
    with_deck(lambda deck: list_resources(deck.own, "journal", (), replace(options, columns=deck.settings.columns)))


@click.command()
@list_options
def settings(options: ListOptions) -> None:
    """Every setting with its value, its default, where the value is from, and what it means.

    `arraydeck run settings edit NAME --value VALUE -p arraydeck` changes one.
    """
    with_deck(lambda deck: list_resources(deck.own, "settings", (), replace(options, columns=deck.settings.columns)))


@click.command()
@click.argument("entry", metavar="[ID]", type=int, required=False)
@click.option("--yes", is_flag=True, help="Do not ask; a prod profile needs --confirm PROFILE.")
@click.option("--confirm", "confirmed", multiple=True, metavar="PROFILE", help="The name of a prod profile.")
def undo(entry: int | None, yes: bool, confirmed: tuple[str, ...]) -> None:
    """Take back the change with that number in the journal, by default the last one that can be undone."""

    async def work(deck: Deck) -> None:
        click.echo(printable_lines(await deck.undo(entry, Answers(yes, confirmed))))

    with_deck(work)
