"""Words and Caption: texts that may change at any moment, and are laid out anew each time."""

from __future__ import annotations

from textual.visual import VisualType
from textual.widgets import Label, Static


class Words(Static):
    """A text of which every change is given its room.

    Textual keeps what a widget measures under a number that only the first change between two idle moments raises. If
    a layout falls between two changes, as it does while a dialog opens, the later text stays in the earlier's room.
    """

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        super().update(content, layout=layout)
        if layout:
            self.clear_cached_dimensions()
            self._layout_updates += 1


class Caption(Label):
    """A label of which every change is given its room, as with Words."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        super().update(content, layout=layout)
        if layout:
            self.clear_cached_dimensions()
            self._layout_updates += 1
