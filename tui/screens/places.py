"""The way from list to list: what is shown, what was shown before, and where a typed line leads."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from textual import events

from tui.resources.navigation import Frame, Origin
from tui.resources.place import parse_place, resolve
from tui.resources.types import Scope
from tui.screens.typed_ahead import TypedAheadApp
from tui.services.errors import NotFound, ServiceError
from tui.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.place import Place
    from tui.resources.types import ResourceType
    from tui.screens.browse import BrowseScreen


NEED_NO_ROWS = frozenset({"escape", "backspace", "h", "left", "slash", "r"})
"""Keys of a list that wait for no row."""


class PlacesApp(TypedAheadApp):
    """An app that goes from list to list. All lists live in one screen, which is made when the first is opened."""

    def __init__(self, deck: Deck) -> None:
        super().__init__(deck)
        self._browse: BrowseScreen | None = None

    # Opening lists

    @property
    def browse(self) -> BrowseScreen:
        """The screen in which lists live."""
        if self._browse is None:
            from tui.screens.browse import BrowseScreen

            self._browse = BrowseScreen()
            self.install_screen(self._browse, "browse")
        return self._browse

    @property
    def is_browsing(self) -> bool:
        """Whether a list is on screen."""
        return self._browse is not None and self.screen is self._browse

    def is_early(self, event: events.Key | events.Paste) -> bool:
        """Whether a key is for rows that are on their way: neither one that works everywhere, nor one that leaves; or
        for a completion that is."""
        if self.is_completing:
            return isinstance(event, events.Key) and event.key == "tab"
        frame = self.current
        if frame is None or not self.is_browsing or not isinstance(self.focused, LiveTable):
            return False
        state = frame.listing.state
        is_loading = state.refreshed is None and state.error is None and not len(frame.listing.view)
        key = event.key if isinstance(event, events.Key) else ""
        # The tour has an enter of its own, which works everywhere.
        everywhere = key in NEED_NO_ROWS or (key in self._bindings.key_to_bindings and key != "enter")
        return is_loading and not everywhere

    def show_list(
        self,
        connection: Connection,
        kind: ResourceType[Any, Any],
        scope: Scope,
        *,
        below: bool = False,
        filter_text: str = "",
        cursor: str | None = None,
    ) -> None:
        """Open a list; `below` keeps the one that is shown to go back to. One that was open is found as it was left.

        Raises:
            InvalidFilter: `filter_text` is no filter.
        """
        frame = self._navigation.find(connection, kind, scope)
        if frame is None:
            frame = Frame(connection, kind, scope, self.deck.settings)
        if filter_text:
            frame.listing.view.set_filter(filter_text)
        if cursor is not None:
            if not filter_text and frame.listing.view.index_of(cursor) is None:
                frame.listing.view.set_filter("")
            frame.listing.view.position.key = frame.listing.seeks = cursor
        self.show_frame(frame, below=below)

    def show_frame(self, frame: Frame, *, below: bool = False) -> None:
        """Show a list that was opened; `below` keeps the one that is shown to go back to."""
        for unneeded in self._navigation.open(frame, below=below):
            self.run_worker(unneeded.close())
        self._show(frame)

    def _show(self, frame: Frame) -> None:
        if not self.is_browsing:
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.push_screen(self.browse)
        self.browse.open(frame)

    def open_profile(self, where: str) -> None:
        """Open the first list of a profile, an address or a path."""
        try:
            connection = self.deck.connection(where)
            first = next(iter(connection.system.types.values()))
        except ServiceError as error:
            self.say_error(error)
            return
        self.show_list(connection, first, Scope())

    def go_to(self, text: str, cursor: str | None = None, profile: str = "") -> None:
        """Go where a typed line says: in its own profile, else in `profile`, else in that of the last store shown."""
        if not text.strip():
            return
        self.led_nowhere.discard(text)
        try:
            place = self._meant(parse_place(text), profile)
            connection = self._connection_for(place.profile or profile)
            own = self.deck.own.system
            known = {name for kind in connection.system.types.values() for name in (kind.name, *kind.aliases)}
            if place.type not in known and any(place.type in (kind.name, *kind.aliases) for kind in own.types.values()):
                connection = self.deck.own
            try:
                connection.system.type_named(place.type)
            except NotFound as error:
                self.not_here(place, error, cursor)
                return
            kind, scope = resolve(place, connection.system)
            self.show_list(connection, kind, scope, filter_text=place.filter, cursor=cursor)
        except ServiceError as error:
            self.led_nowhere.add(text)
            self.say_error(error)

    def not_here(self, place: Place, error: NotFound, cursor: str | None = None) -> object:
        """Say that there is no such list in the profile that was meant."""
        self.say_error(error)

    def _meant(self, place: Place, profile: str) -> Place:
        """Return the place that an alias stands for. A list goes before an alias of the same name, and says so."""
        if place.type not in self.deck.aliases:
            return place
        systems = [self.deck.own.system]
        with contextlib.suppress(ServiceError):
            systems.append(self._connection_for(place.profile or profile).system)
        for system in systems:
            with contextlib.suppress(ServiceError):
                kind = system.type_named(place.type)
                notice = f"{kind.name} is a list of {system.title}, so that your alias {place.type} is not used here"
                self.call_after_refresh(self.say, notice)
                return place
        return self.deck.aliases.expand(place)

    def _connection_for(self, profile: str) -> Connection:
        if profile:
            return self.deck.connection(profile)
        store = self._navigation.last_store(self.deck.own)
        if store is not None:
            return store
        return self.deck.connection(None) if self.deck.all_profiles() else self.deck.own

    def go_back(self) -> None:
        """Leave the list for the one it was opened from, or for home."""
        frame = self._navigation.back()
        if frame is not None:
            self._show(frame)
        else:
            self.action_home()

    def action_home(self) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def action_travel(self, step: int) -> None:
        frame = self._navigation.travel(step)
        if frame is not None:
            self._show(frame)
        else:
            self.say("there is no place further that way")

    def action_own(self, name: str, act: str = "") -> None:
        """Open one of arraydeck's own lists, and there begin an action."""
        below = self.is_browsing and self.current is not None
        self.show_list(self.deck.own, self.deck.own.system.types[name], Scope(), below=below)
        if act:
            self.call_after_refresh(self.browse.action_act, act)

    def action_list(self, digit: int) -> None:
        current = self._here()
        if current is None:
            self.say("open a profile first")
            return
        system, scope = current.connection.system, current.scope
        kinds = list(system.types.values())
        if digit > len(kinds):
            self.say(f"{system.title} has {len(kinds)} lists")
            return
        kind = kinds[digit - 1]
        if kind.parent is type(current.type) and current.item is not None:
            self.show_list(current.connection, kind, current.type.below(scope, current.item), below=True)
        elif kind.depth > len(scope.parents):
            self.say(f"{kind.name} hang below: open one of the {system.ancestry(kind)[-2].name} first")
        else:
            self.show_list(current.connection, kind, Scope(scope.parents[: kind.depth]))

    def list_names(self) -> list[str]:
        """Return the names of the lists of the digit keys, none where they lead nowhere."""
        current = self._here()
        return list(current.connection.system.types) if current is not None else []

    def _here(self) -> Origin | None:
        """Return the list of one profile that is shown, maybe below a screen of one of its rows, and the row's own."""
        current = self.current
        if current is None or self._browse not in self.screen_stack:
            return None
        item = self.browse.current_item()
        here = Origin(current.connection, current.type, current.scope, None) if item is None else current.origin(item)
        return None if current.parts and here.connection is current.connection else here
