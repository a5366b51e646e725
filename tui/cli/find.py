"""`arraydeck find`: one search over all profiles, as `;` does it on the screen; rows are written as they are found."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

import click

from tui.cli.failure import UNREACHABLE, say
from tui.cli.target import with_deck

if TYPE_CHECKING:
    from tui.resources.deck import Deck
    from tui.resources.finding.finder import Finder
    from tui.resources.finding.hits import Hit

_HEADINGS = ("PROFILE", "TYPE", "NAME", "IN", "MATCH")
_WIDTHS = (14, 14, 36, 20)


@click.command()
@click.argument("text")
@click.option("-p", "--profile", "where", multiple=True, metavar="PROFILE|URI|PATH", help="Only here; may be repeated.")
@click.option("-o", "--output", type=click.Choice(("table", "json", "jsonl")), default="table", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many hits; as JSON these are the best.")
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=15.0, show_default=True, help="For each profile.")
@click.pass_context
def find(
    context: click.Context, text: str, where: tuple[str, ...], output: str, limit: int | None, seconds: float
) -> None:
    """Search all profiles for TEXT: in names, in attributes, and in how keys begin.

    Rows come as they are found; `-o json` waits for the end, and gives the best first.
    """
    if not text.strip():
        raise click.UsageError("say what to find")
    context.exit(with_deck(lambda deck: find_everywhere(deck, text, where, output, limit, seconds)))


async def find_everywhere(
    deck: Deck, text: str, where: tuple[str, ...], output: str, limit: int | None, seconds: float
) -> int:
    """Write what is found to stdout and what stayed silent to stderr; return the exit code: 4 if nobody answered."""
    from tui.resources.finding.finder import Finder
    from tui.resources.finding.walk import Budget

    profiles = [deck.profile_for(name) for name in dict.fromkeys(where)] or deck.all_profiles()
    if not profiles:
        raise click.UsageError("there are no profiles yet; name a path or an address with -p")
    left, enough = limit, asyncio.Event()

    def changed(hits: list[Hit]) -> None:
        nonlocal left
        shown = hits if left is None else hits[:left]
        if output != "json":
            _write(shown, output)
        if left is not None and output != "json":
            left -= len(shown)
            if left <= 0:
                enough.set()

    finder = Finder(deck, profiles, changed, budget=Budget(seconds=seconds))
    if output == "table":
        print(_line(_HEADINGS))
    try:
        finder.begin(text)
        ended = [asyncio.ensure_future(finder.finished()), asyncio.ensure_future(enough.wait())]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.cancel()
        if output == "json":
            from tui.resources.json_text import to_json

            best = [_record(finder.hits[index]) for index in range(min(len(finder.hits), limit or len(finder.hits)))]
            print(to_json(best, indent=2))
        return _told(finder)
    finally:
        await finder.close()


def _told(finder: Finder) -> int:
    """Say on stderr what was not searched; return the exit code."""
    for standing in finder.standings:
        if standing.state == "failed":
            say(f"arraydeck: {standing.profile}: {standing.problem}")
        elif standing.bound or standing.problem:
            say(f"arraydeck: {standing.profile}: {'; '.join(filter(None, (standing.bound, standing.problem)))}")
    everyone_failed = all(standing.state == "failed" for standing in finder.standings)
    return UNREACHABLE if everyone_failed and finder.standings else 0


def _write(hits: list[Hit], output: str) -> None:
    from tui.resources.json_text import to_json

    for hit in sorted(hits, key=lambda one: one.rank):
        cells = (hit.profile, hit.type or "profile", hit.name, " › ".join(hit.scope), hit.why)
        print(_line(cells) if output == "table" else to_json(_record(hit)))
    sys.stdout.flush()


def _line(cells: tuple[str, ...]) -> str:
    from tui.services.printable import printable

    padded = [printable(cell, 300).ljust(width) for cell, width in zip(cells, (*_WIDTHS, 0), strict=True)]
    return "  ".join(padded).rstrip()


def _record(hit: Hit) -> dict[str, Any]:
    return {
        "profile": hit.profile,
        "type": hit.type or None,
        "scope": list(hit.scope),
        "key": hit.key or None,
        "name": hit.name,
        "where": hit.where or None,
        "text": hit.text or None,
        "place": hit.place,
    }
