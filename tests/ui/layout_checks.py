"""Checks of a screen's widget tree: what overlaps, is cut, lies outside, or is offered and does nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from rich.cells import cell_len
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Label, OptionList, Static

from tui.screens.browse import BrowseScreen
from tui.widgets.column_layout import GAP, STRETCHED
from tui.widgets.header_line import HeaderLine
from tui.widgets.key_line import KeyLine
from tui.widgets.live_table import GUTTER, LiveTable

KEY_NAMES = {
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "?": "question_mark",
    "@": "at",
    "+": "plus",
    "-": "minus",
    "_": "underscore",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    ".": "full_stop",
    ",": "comma",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "|": "vertical_line",
    "=": "equals_sign",
    "esc": "escape",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
    "pgup": "pageup",
    "pgdn": "pagedown",
}
"""How a key is written on the screen, and what the program calls it."""
_KEY = r"(?:\S|esc|enter|tab|space|(?:ctrl\+|\^)\w)"
NEXT_STEP = re.compile(rf"(?m)^\s*{_KEY} \w|(?:^|[ ,;]){_KEY} (?:adds|makes|opens|clears|tries|now)\b|[:`]\w+")
"""The words of a next step: a key and what it does, or a command."""


def problems(screen: Screen[object]) -> list[str]:
    """Return all that is wrong with the screen as it stands, a sentence each."""
    return [
        *overlaps(screen),
        *outside(screen),
        *cut_texts(screen),
        *wasted_width(screen),
        *dead_keys(screen),
        *missing_actions(screen),
        *empty_without_way_on(screen),
        *lost_focus(screen),
    ]


def _shown(screen: Screen[object]) -> dict[Widget, tuple[Region, Region]]:
    """Return where each widget that is displayed lies, and the part of it that is seen."""
    seen = screen._compositor.full_map
    return {
        widget: (placed.region, placed.visible_region)
        for widget, placed in seen.items()
        if widget is not screen and _is_displayed(widget) and placed.region.area
    }


def _is_displayed(widget: Widget) -> bool:
    return widget.visible and all(node.display for node in widget.ancestors_with_self[:-1])


def _called(widget: Widget) -> str:
    return f"{type(widget).__name__}{f'#{widget.id}' if widget.id else ''}"


def overlaps(screen: Screen[object]) -> Iterator[str]:
    """Two siblings on one layer must not lie on each other."""
    siblings: dict[tuple[int, str], list[tuple[Widget, Region]]] = {}
    for widget, (region, _) in _shown(screen).items():
        # Toasts and tooltips are meant to lie on what is there; so is each layer on the one below it.
        if not widget.layer.startswith("_"):
            siblings.setdefault((id(widget.parent), widget.layer), []).append((widget, region))
    for group in siblings.values():
        for (one, here), (other, there) in combinations(group, 2):
            if here.overlaps(there):
                yield f"{_called(one)} {here} and {_called(other)} {there} overlap"


def outside(screen: Screen[object]) -> Iterator[str]:
    """What is not within something that scrolls must be seen whole; a button always, without any scrolling."""
    for widget, (region, seen) in _shown(screen).items():
        if seen == region or widget.layer.startswith("_"):
            continue
        scrolls_down = scrolls_across = False
        for node in widget.ancestors:
            if isinstance(node, Widget) and node is not screen:
                scrolls_down |= node.styles.overflow_y != "hidden" and node.show_vertical_scrollbar
                scrolls_across |= node.styles.overflow_x != "hidden" and node.show_horizontal_scrollbar
        cut_below = (seen.y, seen.height) != (region.y, region.height) and not scrolls_down
        cut_beside = (seen.x, seen.width) != (region.x, region.width) and not scrolls_across
        if cut_below or cut_beside or isinstance(widget, Button):
            yield f"{_called(widget)} {region} is seen only in {seen}"


def cut_texts(screen: Screen[object]) -> Iterator[str]:
    """A text must fit into its place, or end in an ellipsis."""
    for widget, (region, _) in _shown(screen).items():
        width, height = widget.content_size
        if isinstance(widget, Static | Button) and width:
            visual = widget._render()
            needed = visual.get_height(widget.styles, width)  # pyright: ignore[reportArgumentType]
            if needed > height and not widget.is_scrollable:
                yield f"{_called(widget)} has room for {height} of its {needed} lines: {_words(widget)!r}"
            longest = visual.get_minimal_width(widget.styles)  # pyright: ignore[reportArgumentType]
            if isinstance(widget, Label | Button) and longest > width and not _is_foreign(widget):
                yield f"{_called(widget)} is {width} wide, and its longest word {longest}: {_words(widget)!r}"
        if isinstance(widget, KeyLine | HeaderLine):
            for y in range(height):
                text = "".join(segment.text for segment in widget.render_line(y))
                if text[-1:] not in (" ", "…", ""):
                    yield f"{_called(widget)} ends within a word: {text!r}"
        if isinstance(widget, KeyLine) and not widget.message and region.height != 1:
            yield f"the keys take {region.height} lines"
        if isinstance(widget, OptionList):
            yield from _cut_options(widget)
        if widget.border_subtitle and cell_len(str(widget.border_subtitle)) > region.width - 4:
            yield f"{_called(widget)}: the words on its border are cut: {widget.border_subtitle!r}"


def wasted_width(screen: Screen[object]) -> Iterator[str]:
    """A table must not leave room unused while it cuts a text or hides a column."""
    for table in screen.query(LiveTable):
        source, placed = table.source, table._placed
        if source is None or not placed or not table.is_on_screen:
            continue
        shown = [source.row(index) for index in range(table.scroll_line, min(len(source), table.scroll_line + 40))]
        rows = [row for row in shown if row is not None]
        texts = {one.index: max((cell_len(row.cells[one.index]) for row in rows), default=0) for one in placed}
        free = table._width - GUTTER - placed[-1].right
        for one in placed:
            if one.column.stretch:
                free += max(one.width - max(texts[one.index], STRETCHED), 0)
        for one in placed:
            if texts[one.index] > one.width and free > 1:
                yield f"{_called(table)} cuts {one.column.name} at {one.width} of {texts[one.index]} beside {free} free"
        for index in {*range(len(table.columns))} - texts.keys() if table._order is None else ():
            if table._wanted[index] + GAP <= free:
                yield f"{_called(table)} hides {table.columns[index].name} beside {free} free"


def _is_foreign(widget: Widget) -> bool:
    """Whether a label shows what a store or a person wrote, whose words may be of any length."""
    return widget.has_class("problem") or widget.id in ("problem", "offers", "help", "summary")


def _words(widget: Widget) -> str:
    return str(widget.render())[:80]


def _cut_options(options: OptionList) -> Iterator[str]:
    width = options.scrollable_content_region.width
    for option in options.options:
        text = str(option.prompt)
        longest = max((cell_len(word) for word in text.split()), default=0)
        if longest > width > 0 and "…" not in text:
            yield f"{_called(options)} is {width} wide, and the longest word of {text!r} {longest}"


def dead_keys(screen: Screen[object]) -> Iterator[str]:
    """Each key of the key line must be bound to something that can be done here."""
    active = screen.active_bindings
    bound = {*active, *(getattr(item.binding, "key_display", None) for item in active.values())}
    for line in screen.query(KeyLine):
        if not line.is_on_screen:
            continue
        for key, meaning in () if line.message else line.keys_shown:
            for name in keys_written(key):
                if name not in bound:
                    yield f"the key line says {key!r} for {meaning!r}, and {name} is not bound"


def keys_written(text: str) -> list[str]:
    """Return the names of the keys that a word such as `esc`, `^d`, `0-9`, `j k` or `↑ ↓` of the key line means."""
    names: list[str] = []
    for part in text.split():
        if part == "arrows":
            names += ["up", "down", "left", "right"]
        elif re.fullmatch(r"\w-\w", part):
            names += [part[0], part[2]]
        elif part in KEY_NAMES or len(part) == 1 or part.isalnum() or "+" in part[1:-1]:
            names.append(KEY_NAMES.get(part, part))
        elif part.startswith("^") and len(part) > 1:
            names.append(f"ctrl+{part[1:]}")
        else:
            names += [name for each in re.split(r"[/,]", part) if each for name in keys_written(each)] or [part]
    return names


def missing_actions(screen: Screen[object]) -> Iterator[str]:
    """Each key's action must be there, on the widget that has the key or where its name says."""
    app = screen.app
    for node in (app, screen, *screen.walk_children(Widget)):
        for _, binding in node._bindings:
            if not _has_action(app, node, binding):
                yield f"{type(node).__name__}: {binding.key} runs {binding.action!r}, which there is not"


def _has_action(app: App[object], node: DOMNode, binding: Binding) -> bool:
    where, name, _ = app._parse_action(binding.action, node)
    return any(callable(getattr(where, f"{prefix}action_{name}", None)) for prefix in ("", "_"))


def empty_without_way_on(screen: Screen[object]) -> Iterator[str]:
    """A list or place without anything must say so in a sentence, and what to do next."""
    if isinstance(screen, BrowseScreen) and screen.frame is not None and not len(screen.frame.listing.view):
        words = str(screen.query_one("#empty", Static).render()) if screen.query_one("#empty").display else ""
        yield from no_way_on(words, f"the empty list {screen.frame.text}")


def no_way_on(words: str, where: str) -> Iterator[str]:
    """Return what words of an empty place lack: a sentence, or a next step."""
    if words.startswith("loading"):
        return
    if len(words.split()) < 3:
        yield f"{where} says {words!r}, which is no sentence"
    elif not NEXT_STEP.search(words):
        yield f"{where} names no next step: {words!r}"


def lost_focus(screen: Screen[object]) -> Iterator[str]:
    """What has the keyboard must be seen; where anything can have it, something must."""
    focused, places = screen.focused, _shown(screen)
    if focused is None:
        takers = [widget for widget in screen.focus_chain if widget in places]
        if takers:
            yield f"nothing has the keyboard, and {', '.join(map(_called, takers[:3]))} could"
    elif focused not in places or not places[focused][1].area:
        yield f"{_called(focused)} has the keyboard and is not seen"
