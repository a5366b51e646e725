"""Where keys work: for each list and each other screen the actions that are within reach together, with their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode

from tui.screens.running import keys_of
from tui.screens.system_screen import screen_class
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.system import System
    from tui.resources.types import ResourceType

LEAVING = frozenset({"app.quit", "array.back", "system.back", "text.back"})
"""`q` leaves what is on screen, and the program where that is all there is."""


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Actions that are within reach together: the keys of each by the action's name, and what they do.

    `kind` is what places of this sort are called; `fixed` are the keys that the place itself needs. Where `types` is
    true, texts are typed, so that a key which writes a character runs no action.
    """

    title: str
    kind: str
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    fixed: dict[str, str] = field(default_factory=dict[str, str])
    types: bool = False

    def clashes(self) -> Iterator[tuple[str, str, str]]:
        """Yield each key that two actions share, with their names."""
        taken: dict[str, str] = {}
        for name, keys in self.keys.items():
            for key in keys:
                other = taken.setdefault(key, name)
                if other != name and not {other, name} <= LEAVING:
                    yield key, other, name


def key_places(app: type[DOMNode], systems: Iterable[System[Any]]) -> list[KeyPlace]:
    """Return every place of an app. Imports all lists and all screens; what cannot be imported has no place."""
    places: list[KeyPlace] = []
    screens: dict[str, type[DOMNode]] = {}
    for system in systems:
        try:
            kinds = list(system.types.values())
        except ServiceError:
            continue
        for kind in kinds:
            places.append(_list_place(app, system, kind))
            named = {kind.opens, *(made.screen for made in kind.actions.values())}
            for name in named - {None, ""}:
                screens[f"{system.name}: {name}"] = screen_class(system.screen(str(name)))
    places += _own_places(app)
    places += [_place(app, title, (app, made)) for title, made in screens.items()]
    return places


def list_title(system: System[Any], kind: ResourceType[Any, Any]) -> str:
    """Return what the place is called that a list is."""
    return f"the list {kind.name} of {system.title}"


def _list_place(app: type[DOMNode], system: System[Any], kind: ResourceType[Any, Any]) -> KeyPlace:
    from tui.screens.browse import BrowseScreen
    from tui.widgets.live_table import LiveTable

    place = _place(app, list_title(system, kind), (app, BrowseScreen, LiveTable))
    for made in kind.actions.values():
        if made.key:
            place.keys[f"action.{kind.name}.{made.name}"] = keys_of(made)
    return place


def _own_places(app: type[DOMNode]) -> Iterator[KeyPlace]:
    from tui.screens.arrays.array_viewer import ArrayViewer
    from tui.screens.browse import BrowseScreen
    from tui.screens.dialogs.choose import ChooseDialog
    from tui.screens.dialogs.columns import ColumnsDialog
    from tui.screens.dialogs.confirm import ConfirmDialog
    from tui.screens.dialogs.form import FormDialog
    from tui.screens.find import FindScreen
    from tui.screens.help import HelpScreen
    from tui.screens.home import HomeScreen
    from tui.screens.text_view import TextView
    from tui.screens.welcome import WelcomeScreen
    from tui.widgets.detail_pane import DetailPane
    from tui.widgets.event_lines import EventLines
    from tui.widgets.prompt import Prompt
    from tui.widgets.text_lines import TextLines

    yield _place(app, "home", (app, HomeScreen))
    yield _place(app, "the events of home", (app, HomeScreen, EventLines), covers=True)
    yield _place(app, "the detail pane", (app, BrowseScreen, DetailPane))
    yield _place(app, "the picture of an array", (app, ArrayViewer))
    yield _place(app, "a long text", (app, TextView, TextLines))
    yield _place(app, "the welcome", (WelcomeScreen,))
    yield _place(app, "the search", (FindScreen,), types=True)
    yield _place(app, "the typed line", (Prompt,), types=True)
    for made in (ChooseDialog, HelpScreen, ConfirmDialog, FormDialog):
        yield _place(app, f"the dialog {made.__name__}", (made,), types=True)
    yield _place(app, "the columns' dialog", (ColumnsDialog,))


def _place(
    app: type[DOMNode], title: str, nodes: Sequence[type[DOMNode]], *, types: bool = False, covers: bool = False
) -> KeyPlace:
    """Return the place that these make, the last being where the keyboard is. With `covers` it is meant to take keys
    of the others while it is there."""
    place = KeyPlace(title, "lists" if title.startswith("the list ") else title, types=types)
    taken: set[str] = set()
    for node in reversed(nodes) if covers else nodes:
        for key, binding in node._merge_bindings():  # pyright: ignore[reportPrivateUsage] - there is no other way
            if not binding.id and node is app:
                continue  # the tour's, which go while it is on, and Textual's own way to quit, which may go
            if not binding.id:
                place.fixed.setdefault(key, binding.description or binding.action)
            elif not (covers and key in taken):
                place.keys[binding.id] = (*place.keys.get(binding.id, ()), key)
                taken.add(key)
    return place
