"""Going to what was found: the search over everything, and where its hits lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.resources.types import Scope
from tui.screens.several_places import SeveralPlacesApp
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.finding.hits import Hit


class FindingApp(SeveralPlacesApp):
    """An app that can be asked for anything in any profile."""

    def action_find(self) -> None:
        from tui.screens.find import FindScreen

        if not isinstance(self.screen, FindScreen):
            self.push_screen(FindScreen(), self._found)

    def _found(self, hit: Hit | None) -> None:
        if hit is not None:
            self.open_hit(hit)

    def open_hit(self, hit: Hit) -> None:
        """Go to what was found: to the item in its list, to a whole list, or to a profile."""
        self.remember_line("place", hit.visit)
        if not hit.type:
            self.open_profile(hit.profile)
            return
        try:
            connection = self.deck.connection(hit.profile)
            kind = connection.system.type_named(hit.type)
        except ServiceError as error:
            self.say_error(error)
            return
        self.show_list(connection, kind, Scope(hit.scope), below=self.is_browsing, cursor=hit.key or None)
