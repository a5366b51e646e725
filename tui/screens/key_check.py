"""The user's own keys, checked: which can hold, and what is wrong with the others. The program's own key stays then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textual.keys import Keys, _character_to_key, key_to_character  # pyright: ignore[reportPrivateUsage]

from tui.config.toml_file import closest
from tui.screens.key_places import key_places
from tui.services.printable import printable

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from tui.resources.system import System
    from tui.screens.key_places import KeyPlace

ACTION = "action."
"""What the names of what a list's type can do begin with; it may be left out."""
EVERY_LIST = "list."
"""What the names of what every list can do begin with."""
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape", "ctrl+h": "backspace"}
"""Keys for which a terminal sends the same as for another one."""
_MODIFIERS = ("ctrl", "shift", "alt", "super", "meta", "hyper")
ALWAYS = {"ctrl+c": "quits, whatever is on screen"}


@dataclass(frozen=True, slots=True)
class CheckedKeys:
    """The keys that hold, by the action's whole name, and a sentence for each entry that does not.

    `came_with` is the first key that each of them had of its own.
    `excepted` names, by the title of a list, the entries that do not hold there: an action of that list has their key.
    """

    keys: Mapping[str, str]
    problems: Sequence[str]
    excepted: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    came_with: Mapping[str, str] = field(default_factory=dict[str, str])


def check_keys(wanted: Mapping[str, str], app: type[DOMNode], systems: Iterable[System[Any]]) -> CheckedKeys:
    """Return which of the user's keys can hold, beside one another and beside the program's own."""
    places = key_places(app, systems)
    names = {name for place in places for name in place.keys}
    problems: list[str] = []
    sound: dict[str, tuple[str, ...]] = {}
    for name, text in wanted.items():
        whole = name if name in names else ACTION + name
        keys, problem = _keys(text)
        if whole not in names:
            known = [*names, *(each.removeprefix(ACTION) for each in names)]
            problem = f"there is no action of that name{closest(name, known)}"
        if problem:
            problems.append(f"{printable(name, 80)}: {problem}")
        else:
            sound.pop(whole, None)
            sound[whole] = keys
    excepted: dict[str, frozenset[str]] = {}
    for place in places:
        if off := _taken_in(place, sound):
            excepted[place.title] = off
    while (clash := _first_clash(places, sound, excepted)) is not None:
        name, words = clash
        own = ", ".join(_own_keys(places, name))
        problems.append(f"{name.removeprefix(ACTION)}: {words}; {own} stays")
        del sound[name]
    came_with = {name: _own_keys(places, name)[0] for name in sound}
    return CheckedKeys({name: ",".join(keys) for name, keys in sound.items()}, problems, excepted, came_with)


def _taken_in(place: KeyPlace, sound: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Return the entries for all lists whose key an action of this one list has: there, the program's own stays."""
    taken = {key for name, keys in place.keys.items() if name.startswith(ACTION) for key in sound.get(name, keys)}
    mine = [name for name in sound if name.startswith(EVERY_LIST) and name in place.keys]
    return frozenset(name for name in mine if not taken.isdisjoint(sound[name]))


def _keys(text: str) -> tuple[tuple[str, ...], str]:
    """Return the keys of an entry, by their long names, and what is wrong with it."""
    keys: list[str] = []
    for part in text.split(",") if text.strip() else ():
        *modifiers, key = [part.strip()] if len(part.strip()) == 1 else part.strip().split("+")
        key = _character_to_key(key) if len(key) == 1 else key
        whole = "+".join([*modifiers, key])
        if not key or any(modifier not in _MODIFIERS for modifier in modifiers) or not _is_key(key):
            return (), f"there is no key {printable(part.strip(), 40) or 'of no name'}{closest(key, _known_keys())}"
        if whole in _SAME:
            return (), f"a terminal sends the same for {whole} as for {_SAME[whole]}"
        keys.append(whole)
    return tuple(dict.fromkeys(keys)), "" if keys else "say which key, such as x or ctrl+x"


def _is_key(key: str) -> bool:
    return key in _known_keys() or (key_to_character(key) is not None and not key.isspace())


def _known_keys() -> set[str]:
    return {key.value for key in Keys if not key.value.startswith("<")}


def _first_clash(
    places: Sequence[KeyPlace], sound: Mapping[str, tuple[str, ...]], excepted: Mapping[str, frozenset[str]]
) -> tuple[str, str] | None:
    """Return the last entry that cannot hold beside what else holds, and why; None if all can."""
    order = list(sound)
    found: dict[str, str] = {}
    for place in places:
        off = excepted.get(place.title, frozenset())
        mine = [name for name in sound if name in place.keys and name not in off]
        if not mine:
            continue
        for name, words in _clashes_in(place, {name: sound[name] for name in mine}):
            found.setdefault(name, words)
    last = max(found, key=order.index, default=None)
    return None if last is None else (last, found[last])


def _clashes_in(place: KeyPlace, mine: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    for name, keys in mine.items():
        for key in keys:
            if key in ALWAYS:
                yield name, f"{key} {ALWAYS[key]}"
            elif key in place.fixed:
                yield name, f"{key} is needed in {place.title} ({place.fixed[key]})"
            elif place.types and key_to_character(key) is not None:
                yield name, f"{key} is typed in {place.title}"
    known = set(place.clashes())
    order = list(mine)
    for key, one, other in replace(place, keys={**place.keys, **mine}).clashes():
        if (key, one, other) in known:
            continue
        entry = max((name for name in (one, other) if name in mine), key=order.index, default=None)
        if entry is not None:
            others = other if entry == one else one
            where = place.title if ACTION in (one[: len(ACTION)], other[: len(ACTION)]) else place.kind
            yield entry, f"{key} is {others.removeprefix(ACTION)} in {where}"


def _own_keys(places: Sequence[KeyPlace], name: str) -> tuple[str, ...]:
    return next(place.keys[name] for place in places if name in place.keys)
