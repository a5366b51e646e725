"""The doctor on the stores: each profile's sign of life, what has no profile yet, damaged entries with their line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.cli.checkup.finding import Finding, fine, note, wrong
from tui.resources.discovery import without_profile
from tui.services.errors import NotAuthenticated, NotFound, ServiceError
from tui.services.health import State

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck


def system_findings(deck: Deck) -> Iterator[Finding]:
    """Yield the systems that are installed, and plug-ins that cannot be loaded."""
    for system in deck.registry.systems():
        yield fine("systems", system.name, system.title)
    for name, reason in deck.registry.problems.items():
        mend = "repair or remove the plug-in; the other systems are not touched by it"
        yield wrong("systems", name, f"system {name} cannot be loaded: {reason}", mend)


def file_findings(deck: Deck) -> Iterator[Finding]:
    """Yield what is wrong in the user's own files, with file and line."""
    settings = [*deck.settings_file.problems, *deck.setting_problems()]
    for name, problems in (("settings.toml", settings), ("profiles.toml", deck.profiles.problems)):
        for problem in problems:
            yield wrong("files", name, problem, "mend that line; the rest of the file is in force meanwhile")
    if deck.state.notice:
        yield wrong("files", "state.db", deck.state.notice, "see that its folder can be written and has space")


async def profile_findings(deck: Deck, seconds: float) -> list[Finding]:
    """Return how each profile's store is, all asked side by side for `seconds` at most."""
    profiles = deck.all_profiles()
    if not profiles:
        return [note("profiles", "none", "there are none yet", "arraydeck profiles add NAME URI, or arraydeck demo")]
    return list(await asyncio.gather(*(_health(deck, profile, seconds) for profile in profiles)))


async def _health(deck: Deck, profile: Profile, seconds: float) -> Finding:
    place = f"{profile.uri}{f' [{profile.tag}]' if profile.tag else ''}"
    try:
        connection = deck.connections.to(profile)
        async with asyncio.timeout(seconds):
            await connection.probe()
    except ServiceError as error:
        return wrong("profiles", profile.name, f"{place}  {error.message}", error.hint or _advice(error, profile))
    except TimeoutError:
        text = f"{place}  no answer within {seconds:g} s"
        return wrong("profiles", profile.name, text, "see whether it runs and can be reached from here")
    if connection.health.state is State.DEGRADED:
        mend = "it answers slowly: see its load, or the line to it"
        return note("profiles", profile.name, f"{place}  {connection.health.words}", mend)
    return fine("profiles", profile.name, f"{place}  {connection.health.words}")


def _advice(error: ServiceError, profile: Profile) -> str:
    if isinstance(error, NotAuthenticated):
        return f"log in anew: arraydeck open {profile.name}"
    if isinstance(error, NotFound):
        return f"see its uri in profiles.toml, or arraydeck profiles remove {profile.name}"
    return "see whether it runs and can be reached from here"


async def discovery_findings(deck: Deck) -> list[Finding]:
    """Return what other tools left on this machine and no profile shows yet, and who could not look."""
    known = set(deck.registry.problems)
    found = await asyncio.to_thread(deck.registry.discovered)
    told = [
        note("found", each.profile.name, f"{each.profile.system}, in {each.where}", "arraydeck profiles import")
        for each in without_profile(found, deck.all_profiles())
    ]
    for system, problem in deck.registry.problems.items():
        if system not in known:
            told.append(note("found", system, problem))
    return told
