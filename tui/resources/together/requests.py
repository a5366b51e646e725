"""Requests: what a key means on chosen rows of a list of several profiles: one request for each list they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.gate import Request

if TYPE_CHECKING:
    from tui.resources.actions import Action
    from tui.resources.connections import Connection
    from tui.resources.navigation import Frame
    from tui.resources.types import ResourceType, Scope


def requests_for(frame: Frame, action: Action, items: Sequence[Any]) -> tuple[list[Request], list[str]]:
    """Return a request for each list that the items are in, and in words which items have no such action."""
    groups: dict[tuple[str, Scope], list[Any]] = {}
    lists: dict[tuple[str, Scope], tuple[Connection, ResourceType[Any, Any]]] = {}
    for item in items:
        origin = frame.origin(item)
        where = (origin.connection.profile.name, origin.scope)
        lists[where] = (origin.connection, origin.type)
        groups.setdefault(where, []).append(origin.item)
    requests: list[Request] = []
    without: list[str] = []
    for where, found in groups.items():
        connection, kind = lists[where]
        same = same_action(kind, action)
        if same is None:
            title = connection.system.title
            without.append(f"not on {where[0]}: {kind.name} of {title} have no {action.title}")
        else:
            requests.append(Request(connection, kind, same, where[1], tuple(found)))
    return requests, without


def same_action(kind: ResourceType[Any, Any], action: Action) -> Action | None:
    """Return the action of that name on a type, None if it has none that is for the same sort of thing."""
    found = kind.actions.get(action.name)
    return found if found is not None and found.on == action.on else None
