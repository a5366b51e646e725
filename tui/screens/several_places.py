"""The way to lists of several profiles: `repos @*`, `repos @lab,mirror`, and `compare repos @lab @mirror`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.resources.place import Place, parse_comparison, parse_place
from tui.resources.types import Scope
from tui.screens.elsewhere import ElsewhereApp
from tui.services.errors import InvalidInput, NotFound, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.resources.navigation import Frame
    from tui.resources.together.part import Source


class SeveralPlacesApp(ElsewhereApp):
    """An app that goes to lists of one profile, and of several."""

    def go_to(self, text: str, cursor: str | None = None, profile: str = "") -> None:
        try:
            comparison = parse_comparison(text)
            if comparison is not None:
                self._go_to_comparison(*comparison)
            elif not text.strip() or not self._goes_to_several(text, cursor, profile):
                super().go_to(text, cursor, profile)
        except ServiceError as error:
            self.led_nowhere.add(text)
            self.say_error(error)

    def compare(self, here: Source, there: Source, *, below: bool = False, filter_text: str = "") -> None:
        """Open the comparison of two lists. One that was open is found as it was left.

        Raises:
            InvalidFilter: `filter_text` is no filter.
        """
        from tui.resources.together.comparison import ComparisonFrame, comparison_frame

        frame = next(
            (
                kept
                for kept in self._kept_frames()
                if isinstance(kept, ComparisonFrame) and [part.source for part in kept.parts] == [here, there]
            ),
            None,
        )
        frame = frame if frame is not None else comparison_frame(here, there, self.deck.settings)
        if filter_text:
            frame.listing.view.set_filter(filter_text)
        self.show_frame(frame, below=below)

    def _go_to_comparison(self, place: Place, there: str) -> None:
        from tui.resources.together.several import source_of

        sources = [source_of(self.deck, profile, place.type, place.scope) for profile in (place.profile, there)]
        if sources[0].connection is sources[1].connection:
            raise InvalidInput("arraydeck", "compare", "a list is compared with that of another profile")
        self.compare(sources[0], sources[1], filter_text=place.filter)

    def _goes_to_several(self, text: str, cursor: str | None, profile: str) -> bool:
        """Go where a line leads that means several profiles, in words or since such a list is shown; say whether."""
        from tui.resources.together.merged import MergedFrame, merged_frame
        from tui.resources.together.several import several_profiles, sources_of

        place = self._meant(parse_place(text), profile)
        said = place.profile or profile
        word = said or self._several_here()
        profiles = several_profiles(self.deck, word) if word else None
        if profiles is None:
            return False
        try:
            sources = sources_of(self.deck, profiles, place.type, place.scope)
        except NotFound:
            own = self.deck.own.system
            if any(place.type in (kind.name, *kind.aliases) for kind in own.types.values()):
                self.show_list(self.deck.own, own.type_named(place.type), Scope(place.scope), filter_text=place.filter)
                return True
            raise
        meant = Place(sources[0].type.name, place.scope, "", word)
        frame = next(
            (kept for kept in self._kept_frames() if isinstance(kept, MergedFrame) and kept.shows(meant, sources)),
            None,
        )
        frame = frame if frame is not None else merged_frame(meant, sources, self.deck.settings)
        if place.filter:
            frame.listing.view.set_filter(place.filter)
        if cursor is not None:
            frame.listing.view.position.key = cursor
        self.show_frame(frame)
        return True

    def _several_here(self) -> str:
        """Return the profiles of the list that is shown, as they are typed, if it is one of several."""
        from tui.resources.together.merged import MergedFrame

        current = self.current
        return current.place.profile if self.is_browsing and isinstance(current, MergedFrame) else ""

    def _kept_frames(self) -> Iterable[Frame]:
        """Yield the lists of several profiles that are kept, the newest first."""
        return (frame for frame in reversed(self._navigation.history) if frame.parts)
