"""What the browse screen says in words: its header, its empty states, its line of keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING

from tui.resources.cells import duration_text, sign_of
from tui.resources.columns import Tone
from tui.resources.together.comparison import WHAT_DIFFERS
from tui.resources.together.several import ALL
from tui.screens.help import key_name
from tui.screens.several_header import several_parts, trouble_lines
from tui.services.health import State
from tui.services.printable import printable
from tui.widgets.header_line import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.resources.actions import Action
    from tui.resources.navigation import Frame
    from tui.services.health import Health

HEALTH_TONES: dict[State, Tone] = {
    State.CONNECTING: "muted",
    State.ONLINE: "ok",
    State.DEGRADED: "warn",
    State.OFFLINE: "bad",
    State.UNAUTHENTICATED: "bad",
}

BETWEEN = " › "
"""What stands between the levels of the breadcrumb."""


def header_parts(frame: Frame, marks: int) -> list[Part]:
    """Return the parts of the header line for a list as it stands."""
    whose = several_parts(frame) if frame.parts else _whose(frame)
    parts = [*whose, Part(_breadcrumb(frame), None, 8, levels=BETWEEN)]
    state, view = frame.listing.state, frame.listing.view
    if view.filter_text:
        parts.append(Part("/" + printable(view.filter_text, 60), "accent", 7))
    if marks:
        parts.append(Part(f"{marks:,} marked", "accent", 8, right=True))
    parts.append(Part(_count(frame), "muted", 7, right=True))
    if state.error is not None and state.refreshed is not None and not frame.parts:
        age = (datetime.now(UTC) - state.refreshed).total_seconds()
        words = f"stale since {duration_text(age)}: {printable(str(state.error), 120)}"
        parts.append(Part(words, "bad", 9, right=True, cut=True))
    return parts


def _whose(frame: Frame) -> list[Part]:
    profile, health = frame.connection.profile, frame.connection.health
    tone = HEALTH_TONES[health.state]
    prod = profile.tag == "prod"
    name = printable(f"PROD {profile.name}" if prod else profile.name, 40)
    return [
        Part(name, "prod" if prod else "title", 9),
        Part(f"{sign_of(tone)} {_health_words(health)}", tone, 6),
        Part("read-only" if profile.read_only else "", "warn", 8),
        Part(frame.connection.notice, "bad", 9),
    ]


def _health_words(health: Health) -> str:
    """Return the health without the last latency: a line that never stands still would cost bytes for nothing."""
    return str(health.state) if health.error is None else health.words


def _breadcrumb(frame: Frame) -> str:
    source = frame.parts[0].source if frame.parts else frame
    levels = source.connection.system.ancestry(source.type)
    words: list[str] = []
    parents = source.scope.parents
    if frame.parts and frame.parts[0].source.is_below_all:
        parents = (*parents, ALL)
    for level, key in zip_longest(levels, parents):
        if level is not None:
            words.append(level.name)
        if key is not None:
            words.append(printable(key, 40))
    return BETWEEN.join(words)


def _count(frame: Frame) -> str:
    state, view = frame.listing.state, frame.listing.view
    if state.refreshed is None:
        return state.word
    known = f"{state.loaded:,}" + ("" if state.complete else "+")
    if state.total is not None and state.total != state.loaded:
        known = f"{state.total:,}"
    if view.filter.is_active:
        searching = "" if state.complete else " (limit reached)" if state.limited else " (searching)"
        return f"{len(view):,} of {known}{searching}"
    return known


KeyOf = Callable[[str, str], str]
"""Says which key a person gave to an action, by its name and its own key."""


def _own_key(name: str, key: str) -> str:
    return key


def empty_words(frame: Frame, key_of: KeyOf = _own_key) -> str:
    """Return what an empty list says: why it is empty, and what to do next."""
    state, view = frame.listing.state, frame.listing.view
    refresh, back = key_name(key_of("list.refresh", "r")), key_name(key_of("list.back", "escape"))
    word = state.word
    if word == "loading":
        return f"loading {frame.type.name}…"
    if frame.parts and (troubled := trouble_lines(frame.parts)):
        others = "the others have none, or none that the filter lets through\n\n" if state.refreshed is not None else ""
        return "\n".join(troubled) + f"\n\n{others}{refresh} tries again"
    if state.error is not None:
        delay = frame.connection.health.delay
        retry = f"\n\nretry in {delay:.0f} s, or {refresh} now" if delay else f"\n\n{refresh} tries again"
        hint = f"\n{printable(state.error.hint)}" if state.error.hint else ""
        return f"{state.error.kind}: {printable(state.error.message)}{hint}{retry}"
    if view.filter_text == WHAT_DIFFERS and state.loaded and state.complete:
        return f"nothing differs: all {state.loaded:,} are the same on both\n\n{back} shows them"
    if view.filter.is_active and state.loaded:
        return f"nothing matches /{printable(view.filter_text)}\n\n{back} clears the filter"
    if word == "none":
        read_only = frame.connection.profile.read_only
        made_here = (made for made in frame.type.actions.values() if made.on == "scope" and made.is_dangerous)
        create = next((made for made in made_here if made.key and not read_only), None)
        ways: list[str] = []
        if create is not None:
            key = key_of(f"action.{frame.type.name}.{create.name}", create.key)
            ways = [f"{key_name(key)} {create.title}"]
        words = frame.type.nothing or f"there are no {frame.type.name} here"
        return f"{words}\n\n" + "\n".join([*ways, f"{refresh} looks again", f"{back} goes back"])
    return ""


def key_pairs(actions: Sequence[Action], kind: str = "", key_of: KeyOf = _own_key) -> list[tuple[str, str]]:
    """Return the keys that work here, those of the type's own actions first. `kind` is the type's name."""
    own = [(f"action.{kind}.{made.name}", made.key, made.title) for made in actions if made.key]
    named = [
        ("table.open", "enter", "open"),
        ("list.back", "esc", "back"),
        ("list.filter", "/", "filter"),
        ("app.command", ":", "go"),
        *own,
        ("list.pane", "d", "details"),
        ("list.mark", "space", "mark"),
        ("list.sort", "s", "sort"),
        ("list.json", "y", "JSON"),
        ("list.copy", "c", "copy"),
        ("list.export", "x", "export"),
        ("app.undo", "u", "undo"),
    ]
    pairs = [(key_name(key_of(name, key)).replace("ctrl+", "^"), title) for name, key, title in named]
    return [*pairs, ("0-9", "lists")]
