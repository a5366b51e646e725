"""`arraydeck`, `arraydeck open` and `arraydeck demo`: the verbs that open the screen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tui.config.profiles import Profile


def home() -> int:
    """Open the dashboard on the home screen and return its exit code."""
    return _show(None)


@click.command("open")
@click.argument("uri", metavar="URI|PATH")
def open_uri(uri: str) -> None:
    """The dashboard on an address or a path, without a profile."""
    sys.exit(_show(uri))


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Where the samples go; kept afterwards.")
@click.option("--serve", is_flag=True, help="No screen: one JSON line of profiles, then wait to be stopped.")
def demo(folder: Path | None, serve: bool) -> None:
    """Sample data and embedded servers in a child process, and the dashboard on them."""
    sys.exit(asyncio.run(_serve(folder) if serve else _demo(folder)))


async def _demo(folder: Path | None) -> int:
    from tui.demo.deployment import demo_deployment

    _need_terminal()
    click.echo("making the sample data…", err=True)
    async with demo_deployment(folder) as (root, profiles):
        os.environ["ARRAYDECK_HOME"] = str(root / "home")
        return await _dashboard(None, profiles)


async def _serve(folder: Path | None) -> int:
    from tui.demo.deployment import demo_deployment

    # Before anything is made: who stops it while it starts must not leave half of it behind.
    stopped = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    async with demo_deployment(folder) as (root, profiles):
        line = {"dir": str(root), "profiles": [profile.model_dump(mode="json") for profile in profiles]}
        click.echo(json.dumps(line))
        sys.stdout.flush()
        await stopped.wait()
    return 0


def _show(uri: str | None) -> int:
    from tui.screens.welcome import DEMO_EXIT

    _need_terminal()
    code = asyncio.run(_dashboard(uri, []))
    return asyncio.run(_demo(None)) if code == DEMO_EXIT else code


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the dashboard needs a terminal; `arraydeck get` and the like do not")
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise click.UsageError("this terminal (TERM=dumb) cannot draw a screen; `arraydeck get` and the like work")


async def _dashboard(uri: str | None, profiles: list[Profile]) -> int:
    from tui.app import ArraydeckApp
    from tui.resources.deck import Deck

    deck = await asyncio.to_thread(Deck.load)
    try:
        for profile in profiles:
            deck.add_temporary(profile)
        app = ArraydeckApp(deck, uri=uri)
        for stop in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(stop, app.exit, 128 + stop)
        return await app.run_async(mouse=deck.settings.wants_mouse()) or 0
    finally:
        await deck.close()
