"""`arraydeck doctor`: what a person needs to know when something does not work as it should."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from tui import __version__
from tui.cli.target import with_deck
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck

PACKAGES = ("textual", "pydantic", "h5py", "numpy", "click", "platformdirs", "tomlkit")
EXTRAS = ("keyring", "distributed", "hdf5plugin")
PROBE_SECONDS = 10


@click.command()
def doctor() -> None:
    """Versions, folders, what this terminal can do, and the health of each profile."""

    async def work(deck: Deck) -> None:
        for title, lines in (
            ("versions", _versions()),
            ("folders", _folders(deck)),
            ("terminal", _terminal(deck)),
            ("systems", (f"{system.name:<14}{system.title}" for system in deck.registry.systems())),
        ):
            _print(title, lines)
        checks = [_health(deck, profile) for profile in deck.all_profiles()]
        _print("profiles", iter(await asyncio.gather(*checks)) if checks else iter(["none yet"]))
        if deck.problems:
            _print("problems", iter(deck.problems))

    with_deck(work)


def _print(title: str, lines: Iterator[str]) -> None:
    click.echo(title)
    for line in lines:
        click.echo(f"  {printable(line)}")


def _versions() -> Iterator[str]:
    yield f"{'arraydeck':<14}{__version__}"
    yield f"{'python':<14}{platform.python_version()} on {platform.system()} {platform.release()}"
    for name in PACKAGES:
        yield f"{name:<14}{version(name)}"
    for name in EXTRAS:
        try:
            yield f"{name:<14}{version(name)} (optional)"
        except PackageNotFoundError:
            yield f"{name:<14}not installed (optional)"


def _folders(deck: Deck) -> Iterator[str]:
    from tui.config.paths import cache_folder, config_folder, state_folder, styles_folder

    yield f"{'config':<14}{config_folder()}"
    yield f"{'state':<14}{state_folder()}"
    yield f"{'cache':<14}{cache_folder()}"
    yield f"{'styles':<14}{styles_folder()}"
    yield f"{'profiles':<14}{deck.profiles.path}"
    yield f"{'settings':<14}{deck.settings_file.path}"


def _terminal(deck: Deck) -> Iterator[str]:
    size = shutil.get_terminal_size()
    yield f"{'TERM':<14}{os.environ.get('TERM', 'not set')}, {size.columns}x{size.lines}"
    colours = "none (NO_COLOR)" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "as TERM says"
    yield f"{'colours':<14}{colours}"
    yield f"{'encoding':<14}{sys.stdout.encoding}"
    yield f"{'ssh':<14}{'yes' if os.environ.get('SSH_CONNECTION') else 'no'}"
    tmux = "yes, copied text goes to its buffer" if os.environ.get("TMUX") else "no, copied text goes by OSC 52"
    yield f"{'tmux':<14}{tmux}"
    yield f"{'mouse':<14}{'on' if deck.settings.wants_mouse() else 'off'} ({deck.settings.mouse})"


async def _health(deck: Deck, profile: Profile) -> str:
    try:
        connection = deck.connections.to(profile)
        async with asyncio.timeout(PROBE_SECONDS):
            await connection.probe()
    except ServiceError as error:
        return f"{profile.name:<14}{profile.uri}  {error}"
    except TimeoutError:
        return f"{profile.name:<14}{profile.uri}  no answer within {PROBE_SECONDS} s"
    return f"{profile.name:<14}{profile.uri}  {connection.health.words}"
