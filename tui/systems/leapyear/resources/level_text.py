"""Levels of access as a person types them: `admissions view; "vital signs" administer`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tui.systems.leapyear.resources.entries_text import quoted, read_entries


def read_levels(text: str) -> dict[str, str]:
    """Return the level of each name.

    Raises:
        ValueError: an entry is no name and level, or a name stands there twice.
    """
    found: dict[str, str] = {}
    for entry in read_entries(text):
        if len(entry) != 2:
            words = " ".join(word.text for word in entry)
            raise ValueError(f"{words}: a name and a level are meant, such as sales view")
        name, level = (word.text for word in entry)
        if name in found:
            raise ValueError(f"{name} stands there twice")
        found[name] = level
    return found


def write_levels(levels: Mapping[str, str]) -> str:
    """Return levels as they are typed, a line each."""
    return "\n".join(f"{quoted(name)} {quoted(level)}" for name, level in levels.items())


def changed_levels(before: Mapping[str, str], after: Mapping[str, str], lowest: str) -> dict[str, tuple[str, str]]:
    """Return what differs: name to (level before, level after). A name that is left out has the lowest level."""
    names = [*before, *(name for name in after if name not in before)]
    pairs = {name: (before.get(name, lowest), after.get(name, lowest)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_levels(wanted: Mapping[str, str], levels: Collection[str], names: Collection[str], what: str) -> None:
    """Check that the names and the levels are there.

    Raises:
        ValueError: one is not; the text names what there is.
    """
    for name, level in wanted.items():
        if name not in names:
            raise ValueError(f"there is no {what} {name}")
        if level not in levels:
            raise ValueError(f"{level} is no level; there are {', '.join(levels)}")
