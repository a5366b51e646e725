"""Where a command goes: `-p` as a profile's name, an address or a path; and the deck that a command works with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.types import ResourceType, Scope

R = TypeVar("R")

profile_option = click.option(
    "-p", "--profile", "where", metavar="PROFILE|URI|PATH", help="A profile's name, an address, or a path."
)


@asynccontextmanager
async def opened_deck() -> AsyncIterator[Deck]:
    """Yield the program without its screen, and close it whatever happens."""
    from tui.resources.deck import Deck

    deck = await asyncio.to_thread(Deck.load)
    try:
        yield deck
    finally:
        await deck.close()


def with_deck(work: Callable[[Deck], Awaitable[R]]) -> R:
    """Run `work` on a deck of its own event loop and return what it returns."""

    async def run() -> R:
        async with opened_deck() as deck:
            return await work(deck)

    return asyncio.run(run())


def one_connection(deck: Deck, where: str | None, command: str) -> Connection:
    """Return the connection to the one profile that a command is for; its name may have an `@` before it.

    Raises:
        InvalidInput: several profiles are meant, or nothing was named and there is more than one.
        NotFound: there is no such profile.
    """
    from tui.resources.together.several import several_profiles
    from tui.services.errors import InvalidInput

    word = None if where is None else where.removeprefix("@")
    several = None if word is None else several_profiles(deck, word)
    if several is not None:
        names = ", ".join(profile.name for profile in several) or "there are none"
        hint = f"say which with -p: {names}; arraydeck get lists what several have"
        raise InvalidInput("arraydeck", command, f"{command} is for one profile at a time", hint)
    return deck.connection(word)


def split_words(
    connection: Connection, type_name: str, words: tuple[str, ...], *, lists: bool = False
) -> tuple[ResourceType[Any, Any], Scope, tuple[str, ...]]:
    """Return the type, the scope that the first words name, and the words that are left over.

    With `lists` one word more may name the item of a type that nests whose own items are meant.

    Raises:
        click.UsageError: a parent is missing.
        NotFound: the system has no such type.
    """
    from tui.resources.types import Scope

    kind = connection.system.type_named(type_name)
    if len(words) < kind.depth:
        parents = " ".join(level.name.upper() for level in connection.system.ancestry(kind)[:-1])
        raise click.UsageError(f"{kind.name} hang below others: say `{kind.name} {parents}`")
    depth = kind.depth + (lists and kind.nests)
    return kind, Scope(words[:depth]), words[depth:]


def refuse_rest(rest: tuple[str, ...]) -> None:
    """Raise a usage error if words are left that mean nothing."""
    if rest:
        raise click.UsageError(f"nothing hangs below, but more words came: {' '.join(rest)}")
