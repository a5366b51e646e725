"""`arraydeck`, `arraydeck open` and `arraydeck demo`: the verbs that open the screen."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.jobs.sessions import Ending
    from tui.services.serving.trouble import Trouble


START = 3.0
"""Seconds in which what stays to the end is made: modules, the first screen, the clients of those on its cards."""


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
@click.option(
    "--faults",
    metavar="slow|flaky|down=NAME[,NAME]",
    help="Let the servers have bad days: several of these with commas. NAME is a system or a profile of the demo.",
)
@click.option(
    "--serve",
    is_flag=True,
    help="No screen: one JSON line of profiles and what to log in with, then wait to be stopped.",
)
def demo(folder: Path | None, faults: str | None, serve: bool) -> None:
    """Sample data and embedded servers in a child process, and the dashboard on them."""
    trouble = None if faults is None else _trouble(faults)
    sys.exit(asyncio.run(_serve(folder, trouble) if serve else _demo(folder, trouble)))


def _trouble(text: str) -> Trouble:
    from tui.resources.registry import Registry
    from tui.services.sample_world import PROFILES
    from tui.services.serving.trouble import read_trouble

    try:
        return read_trouble(text, {*Registry().names(), *PROFILES})
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from error


async def _demo(folder: Path | None, trouble: Trouble | None) -> int:
    from tui.demo.deployment import demo_deployment
    from tui.services.serving.trouble import NO_TROUBLE

    _need_terminal()
    click.echo("making the sample data…", err=True)
    async with demo_deployment(folder, trouble or NO_TROUBLE) as (root, profiles):
        os.environ["ARRAYDECK_HOME"] = str(root / "home")
        return await _dashboard(None, profiles)


async def _serve(folder: Path | None, trouble: Trouble | None) -> int:
    from tui.demo.deployment import demo_deployment
    from tui.services.serving.trouble import NO_TROUBLE

    # Before anything is made: who stops it while it starts must not leave half of it behind.
    stopped = asyncio.Event()
    for stop in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    before = set(os.environ)
    async with demo_deployment(folder, trouble or NO_TROUBLE) as (root, profiles):
        environment = {name: os.environ[name] for name in os.environ.keys() - before}
        os.environ["ARRAYDECK_HOME"] = environment["ARRAYDECK_HOME"] = str(root / "home")
        await asyncio.to_thread(_keep, profiles)
        told = [profile.model_dump(mode="json") for profile in profiles]
        click.echo(json.dumps({"dir": str(root), "profiles": told, "environment": environment}))
        sys.stdout.flush()
        await stopped.wait()
    return 0


def _keep(profiles: list[Profile]) -> None:
    """Keep the demo's profiles in its own home, where whoever takes on its environment finds them by their names."""
    from tui.config.profiles import ProfileStore

    store = ProfileStore()
    known = {profile.name for profile in store.list()}
    for profile in profiles:
        (store.replace if profile.name in known else store.add)(profile)


def _show(uri: str | None) -> int:
    _need_terminal()
    code = asyncio.run(_dashboard(uri, []))
    from tui.screens.welcome import DEMO_EXIT

    return asyncio.run(_demo(None, None)) if code == DEMO_EXIT else code


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the dashboard needs a terminal; `arraydeck get` and the like do not")
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        said = f"TERM={kind}" if kind else "TERM is not set"
        raise click.UsageError(f"this terminal ({said}) cannot draw a screen; `arraydeck get` and the like work")


async def _dashboard(uri: str | None, profiles: list[Profile]) -> int:
    """Show the screen until it is left. After a lost line jobs go on without one; not those of a demo, which goes."""
    # What is made now is not unused, and looking through all of it for what is would be a twentieth of the start.
    gc.disable()
    asyncio.get_running_loop().call_later(START, _look_for_what_is_unused)
    from tui.app import ArraydeckApp
    from tui.resources.deck import Deck

    deck = await asyncio.to_thread(Deck.load)
    app: ArraydeckApp | None = None
    try:
        for profile in profiles:
            deck.add_temporary(profile)
        app = ArraydeckApp(deck, uri=uri)
        for stop in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(stop, app.exit, 128 + stop)
        code = await app.run_async(mouse=deck.settings.wants_mouse()) or 0
        await app.leave_place(_ending_of(code))
        if code == 128 + signal.SIGHUP and not profiles:
            from tui.cli.lingering import linger

            await linger(deck.runner)
        return code
    finally:
        if app is not None:
            app.end_driver()
        await deck.close()


def _look_for_what_is_unused() -> None:
    """Look from now on, but never again through what is there already."""
    gc.freeze()
    gc.enable()


def _ending_of(code: int) -> Ending | None:
    """Return how the screen was left, None if it was by a defect: the place itself may be what brings that about."""
    from tui.jobs.sessions import Ending

    if code in (128 + signal.SIGHUP, 128 + signal.SIGTERM):
        return Ending.LOST
    return None if code == 1 else Ending.QUIT
