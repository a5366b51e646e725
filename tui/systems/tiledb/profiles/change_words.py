"""A change of the profile file in words, for who wants to see it before it is made; no secret is in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.services.printable import printable
from tui.systems.tiledb.profiles.profile_text import ProfileDocument, Unreadable
from tui.systems.tiledb.values import shown


def change_words(path: Path, before: ProfileDocument, after: ProfileDocument) -> str:
    """Return what a change does to the file at `path`: a line for the file, and one for each setting that differs."""
    lines = [f"nothing is sent; this file is {'made' if before.is_new else 'changed'}: {path}"]
    was, is_now = _profiles(before), _profiles(after)
    for name in sorted(was.keys() | is_now.keys()):
        lines += _profile_words(printable(name, 64), was.get(name), is_now.get(name))
    return "\n".join(lines)


def _profiles(document: ProfileDocument) -> dict[str, Mapping[str, str]]:
    """Return what each profile says, nothing for one that is damaged."""
    found: dict[str, Mapping[str, str]] = {}
    for name in document.names():
        try:
            found[name] = document.values(name)
        except Unreadable:
            found[name] = {}
    return found


def _profile_words(name: str, was: Mapping[str, str] | None, now: Mapping[str, str] | None) -> list[str]:
    if now is None:
        return [f"removed: the profile {name}"]
    if was is None:
        return [f"added: the profile {name}", *(f"  {key} = {_value(key, now)}" for key in sorted(now))]
    lines = [f"  {key} = {_value(key, now)}, {_former(key, was)}" for key in sorted(now) if now[key] != was.get(key)]
    lines += [f"  {key} is not said any more, it was {_value(key, was)}" for key in sorted(was.keys() - now.keys())]
    return [f"changed: the profile {name}", *lines] if lines else []


def _value(key: str, values: Mapping[str, str]) -> str:
    return printable(shown(key, values[key]), 120) or '""'


def _former(key: str, was: Mapping[str, str]) -> str:
    return f"before {_value(key, was)}" if key in was else "which was not said"
