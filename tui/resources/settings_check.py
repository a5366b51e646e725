"""What is wrong with settings that are well formed: names of themes, profiles, places, lists and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.config.toml_file import closest
from tui.resources.aliases import Aliases
from tui.resources.column_choice import column_problems
from tui.resources.place import parse_place
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.deck import Deck


def setting_problems(deck: Deck, settings: Settings) -> list[str]:
    """Return a sentence for each setting that will not be heeded, or leads nowhere. May import systems."""
    found = Aliases(settings.aliases).problems
    if deck.theme_names and settings.theme not in deck.theme_names:
        hint = closest(settings.theme, deck.theme_names)
        found.append(f"settings.toml: theme: there is no theme {printable(settings.theme, 40)}{hint}")
    for name, problem in (
        ("default_profile", _profile_problem(deck, settings.default_profile)),
        ("default_screen", _screen_problem(settings.default_screen)),
    ):
        if problem:
            found.append(f"settings.toml: {name}: {problem}")
    found += [
        f"settings.toml: columns.{problem}"
        for problem in column_problems(settings.columns, deck.registry, deck.own.system)
    ]
    if deck.key_check is not None and settings.keys:
        found += [f"settings.toml: keys.{problem}" for problem in deck.key_check(settings.keys)]
    return found


def new_problem(deck: Deck, settings: Settings) -> str:
    """Return what would be wrong with these settings that is not with those in force, "" if nothing."""
    known = setting_problems(deck, deck.settings_kept)
    found = next((problem for problem in setting_problems(deck, settings) if problem not in known), "")
    return found.removeprefix("settings.toml: ")


def _profile_problem(deck: Deck, name: str) -> str:
    if not name or name in {profile.name for profile in deck.all_profiles()}:
        return ""
    try:
        deck.registry.for_uri(name)
    except ServiceError:
        return f"there is no profile {printable(name, 60)}"
    return ""


def _screen_problem(text: str) -> str:
    if not text:
        return ""
    try:
        parse_place(text)
    except ServiceError as error:
        return error.message
    return ""
