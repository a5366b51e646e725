"""`arraydeck profiles`: list, add, remove, test, import. They are the actions of the profiles' own list."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from tui.cli.failure import exit_code_of, say
from tui.cli.get import list_options, list_resources
from tui.cli.run import Answers, print_report
from tui.cli.target import with_deck
from tui.services.errors import AlreadyExists, ServiceError

if TYPE_CHECKING:
    from tui.cli.get import ListOptions
    from tui.resources.deck import Deck


@click.group()
def profiles() -> None:
    """Where the stores are."""


@profiles.command("list")
@list_options
def list_profiles(options: ListOptions) -> None:
    """List the profiles."""
    with_deck(lambda deck: list_resources(deck.own, "profiles", (), options))


@profiles.command()
@click.argument("name")
@click.argument("uri")
@click.option("--system", default="", help="Only needed where the address does not say.")
@click.option("--tag", default="", help="Such as prod or staging.")
@click.option("--read-only", is_flag=True, help="Refuse whatever changes data.")
@click.option("--options", default="", metavar="JSON", help="What the system wants to know besides.")
def add(name: str, uri: str, system: str, tag: str, read_only: bool, options: str) -> None:
    """Keep a profile called NAME for the store at URI (an address or a path)."""
    fields = {"name": name, "uri": uri, "system": system, "tag": tag, "options": options}

    async def work(deck: Deck) -> int:
        from tui.resources.forms import read_form
        from tui.resources.gate import Request
        from tui.resources.types import Scope

        kind = deck.own.system.type_named("profiles")
        made = kind.actions["add"]
        assert made.form is not None
        form = read_form(made.form, {**fields, "read_only": "yes" if read_only else "by tag"}, "add")
        report = await deck.gate.run(Request(deck.own, kind, made, Scope(), (), form), Answers(False, ()))
        return print_report(report, "text")

    sys.exit(with_deck(work))


@profiles.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask; needs --confirm NAME.")
@click.option("--confirm", "confirmed", multiple=True, metavar="NAME", help="The name once more.")
def remove(name: str, yes: bool, confirmed: tuple[str, ...]) -> None:
    """Take a profile out of profiles.toml. The data it points to is not touched."""

    async def work(deck: Deck) -> int:
        from tui.resources.gate import Request
        from tui.resources.types import Scope

        kind = deck.own.system.type_named("profiles")
        row = await kind.get(deck, Scope(), name)
        request = Request(deck.own, kind, kind.actions["remove"], Scope(), (row,))
        return print_report(await deck.gate.run(request, Answers(yes, confirmed)), "text")

    sys.exit(with_deck(work))


@profiles.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
def test(names: tuple[str, ...]) -> None:
    """Ask each store for a sign of life."""

    async def work(deck: Deck) -> int:
        code = 0
        for name in names or [profile.name for profile in deck.all_profiles()]:
            try:
                connection = deck.connection(name)
                await connection.probe()
                click.echo(f"{name}: {connection.health.words}")
            except ServiceError as error:
                say(f"{name}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
                code = max(code, exit_code_of(error))
        return code

    sys.exit(with_deck(work))


@profiles.command("import")
@click.option("--dry-run", is_flag=True, help="Say what was found, and keep nothing.")
def import_profiles(dry_run: bool) -> None:
    """Find what other tools left on this machine, and keep a profile for each."""

    async def work(deck: Deck) -> None:
        from tui.resources.discovery import without_profile
        from tui.services.printable import printable

        found = await asyncio.to_thread(deck.registry.discovered)
        left = without_profile(found, deck.all_profiles())
        for each in left:
            if not dry_run:
                try:
                    await asyncio.to_thread(deck.profiles.add, each.profile)
                except AlreadyExists as error:
                    say(f"{printable(each.profile.uri)}: {error.message}")
                    continue
            profile = each.profile
            click.echo(f"{profile.name}\t{profile.system}\t{printable(profile.uri)}\t{each.where}")
        if not found:
            say("nothing was found that other tools left here")
        elif not left:
            say(f"what was found has a profile already: {len(found)}")
        for system, problem in deck.registry.problems.items():
            say(f"{system}: {problem}")

    with_deck(work)
