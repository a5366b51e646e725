"""What the systems' own tools left on this machine: looked for side by side, and waited for no longer than a while."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.system import System

SECONDS = 4.0
"""How long a system may look: a home on a file server that does not answer must not keep anybody waiting."""
MOST_ENTRIES = 2000
"""Names of a folder that are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """A store that this machine knows of already. `where` says what told of it: a file, or a variable's name."""

    profile: Profile
    where: str


def look_around(systems: Sequence[System[Any]], seconds: float = SECONDS) -> tuple[list[Found], dict[str, str]]:
    """Let every system look, side by side; return what was found, and by system why it could not look. Blocks.

    What takes longer is left behind in a thread that ends with the process.
    """
    found: dict[str, list[Found]] = {}
    problems: dict[str, str] = {}

    def look(system: System[Any]) -> None:
        try:
            found[system.name] = list(system.discover())
        except Exception as error:
            problems[system.name] = printable(f"looking for profiles: {type(error).__name__}: {error}", 300)

    lookers = {
        system.name: threading.Thread(target=look, args=(system,), name=f"looking for {system.name}", daemon=True)
        for system in systems
    }
    for thread in lookers.values():
        thread.start()
    deadline = time.monotonic() + seconds
    for name, thread in lookers.items():
        thread.join(max(deadline - time.monotonic(), 0))
        if thread.is_alive():
            problems[name] = f"looking for profiles: not done after {seconds:g} s"
    return [each for name in lookers for each in found.get(name, ())], problems


def without_profile(found: Iterable[Found], profiles: Iterable[Profile]) -> list[Found]:
    """Return what has no profile yet, under names that are neither taken nor given twice."""
    known = list(profiles)
    taken = {profile.name for profile in known}
    stores = [_store_of(profile) for profile in known]
    left: list[Found] = []
    for each in found:
        store = _store_of(each.profile)
        if store in stores:
            continue
        stores.append(store)
        name = _free(each.profile.name, taken)
        taken.add(name)
        left.append(Found(each.profile.model_copy(update={"name": name}), each.where))
    return left


def _store_of(profile: Profile) -> tuple[object, ...]:
    """Return what tells a profile's store from others, whatever the profile is called."""
    return profile.system, profile.uri.removeprefix("file://"), profile.options


def _free(name: str, taken: set[str]) -> str:
    number, candidate = 2, name
    while candidate in taken:
        candidate = f"{name[:60]}-{number}"
        number += 1
    return candidate


def entries_of(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder by name, the first few thousand of it; nothing if it cannot be read."""
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) >= MOST_ENTRIES:
                    break
    except OSError:
        return
    yield from (folder / name for name in sorted(names))


def is_folder(path: Path) -> bool:
    """Whether a folder is there that may be looked at."""
    try:
        return path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether an ordinary file is there."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def home() -> Path | None:
    """Return this user's home, None if nobody knows it."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def here() -> Path | None:
    """Return the current folder, None if it was deleted meanwhile."""
    try:
        return Path.cwd()
    except OSError:
        return None


def profile_name(text: str, otherwise: str) -> str:
    """Return a text as a profile can be called, without whatever is no letter or digit."""
    name = "".join(letter for letter in text if letter.isalnum() or letter in "-_. ").strip(" .")
    return name[:60].strip() or otherwise


def shown_path(path: Path) -> str:
    """Return a path as a person writes it: from the current folder or the home, if it is below one of them."""
    for start, sign in ((here(), "."), (home(), "~")):
        if start is not None and path.is_relative_to(start):
            rest = path.relative_to(start)
            return printable(sign if str(rest) == "." else f"{sign}/{rest}", 200)
    return printable(str(path), 200)
