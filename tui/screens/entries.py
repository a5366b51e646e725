"""What can be done on a screen now, as the help and the palette show it, with its key and why it is off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.screens.browse import BrowseScreen
from tui.screens.help import HelpEntry, entries_of
from tui.services.printable import printable

if TYPE_CHECKING:
    from textual.screen import Screen

_RANKS = {"action": 0, "app": 2, "table": 3}
"""By the first word of an action's name: what this list can do first, how to move about in it last."""


def offered_entries(screen: Screen[Any], lists: list[str]) -> list[HelpEntry]:
    """Return an entry for each action, the most particular first. `lists` names the lists of the digit keys."""
    entries: list[HelpEntry] = []
    for entry in entries_of(screen):
        if entry.action.startswith("list("):
            number = int(entry.action[5:-1])
            if number > len(lists):
                continue
            entry = replace(entry, title=lists[number - 1])
        if entry.action.startswith("act(") and isinstance(screen, BrowseScreen):
            name = entry.action[5:-2]
            entry = replace(entry, why_off=screen.why_off(name), upon=_upon(screen, name))
        entries.append(entry)
    return sorted(entries, key=lambda entry: _RANKS.get(entry.name.partition(".")[0], 1))


async def run_entry(screen: Screen[Any], action: str) -> None:
    """Run the action of an entry where its key would have run it."""
    for active in screen.active_bindings.values():
        if active.binding.action == action:
            await screen.app.run_action(action, active.node)
            return


def _upon(screen: BrowseScreen, name: str) -> str:
    """Return what an action of the list would act upon: the marked rows, or the one under the cursor."""
    frame = screen.frame
    action = None if frame is None else frame.type.actions.get(name)
    if frame is None or action is None or action.on == "scope":
        return ""
    items = screen.chosen_items()
    if len(items) > 1:
        return f"on {len(items):,} marked"
    return f"on {printable(frame.type.label(items[0]), 40)}" if items else ""
