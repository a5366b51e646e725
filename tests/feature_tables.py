"""What the systems can do, as tables of Markdown: their lists and keys, published methods, and options of a profile."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tui.resources.actions import Action
from tui.resources.registry import Registry
from tui.resources.system import System
from tui.resources.types import ResourceType

SYSTEMS = ("deker", "arakoon", "arraylake", "tiledb", "leapyear")
"""In the order of the documentation."""


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of Markdown; no cell of it can end its row."""
    every = [list(headings), *(list(row) for row in rows)]
    every.insert(1, ["---"] * len(every[0]))
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in every
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def lists_of(name: str) -> str:
    """Return a system's lists with their digits, other names, and the keys of their actions."""
    system = Registry().system(name)
    shared = _shared(system)
    rows = [["every list", "", _keys(shared.values())]] if shared else []
    shown: dict[str, str] = {}
    for number, kind in enumerate(system.types.values(), 1):
        keys = _keys(action for action in kind.actions.values() if action.name not in shared)
        keys, same = f"as `{shown[keys]}`" if keys in shown else keys, keys
        if len(same) > 60:
            shown.setdefault(same, kind.name)
        digit = f" ({number})" if number < 10 else ""
        rows.append([f"`{_path(system, kind)}`{digit}", " ".join(f"`{alias}`" for alias in kind.aliases), keys])
    return table(("list (digit)", "also", "keys"), rows)


def methods_of(name: str) -> str:
    """Return the members that a system's own client publishes, where each is on the screen, and the words that the
    tests call it with."""
    tests = importlib.import_module(f"tests.cli.test_{name}_methods")
    system = Registry().system(name)
    rows = [[f"`{member}`", _place(system, place), _words(place.words)] for member, place in tests.PLACES.items()]
    rows += [[f"`{member}`", why, ""] for member, why in getattr(tests, "BY_ITSELF", {}).items()]
    return table(("published", "on the screen", "from a shell"), rows)


def options_of(system: str) -> str:
    """Return the options of a system's profiles with their meanings and defaults."""
    model = Registry().system(system).options_model()
    assert model is not None
    rows = (
        [f"`{field}`", _default(info.default), info.description or ""] for field, info in model.model_fields.items()
    )
    return table(("option", "default", "means"), rows)


def _shared(system: System[Any]) -> dict[str, Action]:
    """Return the actions that every list of a system has, by the same keys."""
    kinds = [{(action.name, action.key): action for action in kind.actions.values()} for kind in system.types.values()]
    common = set(kinds[0]).intersection(*kinds[1:])
    return {action.name: action for identity, action in kinds[0].items() if identity in common}


def _path(system: System[Any], kind: ResourceType[Any, Any]) -> str:
    return " › ".join(made.name for made in system.ancestry(kind))


def _keys(actions: Iterable[Action]) -> str:
    """Return keys with what they do, those of actions that have none left out."""
    return ", ".join(f"`{action.key}` {action.title}" for action in actions if action.key)


def _place(system: System[Any], place: Any) -> str:
    kind, action = getattr(place, "screen", place.words[1:3])
    if kind not in system.types:
        return f"`:{kind}`"
    actions: Mapping[str, Action] = system.types[kind].actions
    if not action:
        return f"`:{kind}`"
    if action in actions:
        return f"`:{kind}`, key `{actions[action].key}`" if actions[action].key else f"`:{kind}`, `enter`"
    return f"`:{kind}`, column {action.replace('_', ' ')}"


def _words(words: tuple[str, ...]) -> str:
    return f"`{shlex.join(_readable(words))}`"


def _readable(words: tuple[str, ...]) -> Iterator[str]:
    """Yield the words without what a person is asked for."""
    rest = iter(words)
    for word in rest:
        if word == "--confirm":
            next(rest)
        elif word != "--yes":
            yield word


def _default(value: Any) -> str:
    return "" if value in (None, (), "") else f"`{str(value).lower() if isinstance(value, bool) else value}`"
