"""Sharing an asset of the classic cloud: what somebody may do with it, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import Context, Outcome
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.services.errors import Conflict
from tui.services.printable import printable
from tui.systems.tiledb.backend import Ability, Backend
from tui.systems.tiledb.calls.classic_data_calls import EVERYONE
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.resources.asset_models import ListedAsset
from tui.systems.tiledb.resources.offers import backend_with

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


async def share_with(
    context: Context[TileDBService],
    item: ListedAsset,
    to: str,
    actions: Sequence[str],
    array_actions: Sequence[str] = (),
) -> Outcome:
    """Let a namespace do these actions with an asset, and nothing else; none takes all back.

    Raises:
        InvalidInput: actions on the arrays of what is an array itself.
        NotSupported, ServiceError: the platform does not share, or refuses.
    """
    backend = await backend_with(context.service, Ability.SHARING, "share")
    if array_actions and item.backing != "group":
        raise invalid("share", f"array actions: {item.name} is an array itself, and actions say all of it")
    before = await _may(backend, item.space, item.path, to)
    await backend.share(item.space, item.path, to, list(actions), list(array_actions))
    undo = {
        "what": "share",
        "space": item.space,
        "path": item.path,
        "to": to,
        "before": before,
        "after": [sorted(actions), sorted(array_actions)],
    }
    link = Link(f"shares of {item.name}", "shares", Scope((item.space, item.path)), to)
    if not actions:
        return Outcome(f"{item.path} is shared with {to} no more; u takes it back", undo=undo)
    everyone = " — that is EVERYONE" if to == EVERYONE else ""
    words = f"{to}{everyone} may {', '.join(actions)} {item.name}; u takes it back"
    return Outcome(words, undo=undo, link=link)


async def take_back_share(context: Context[TileDBService], data: Mapping[str, Any]) -> str:
    """Let a namespace do again what it might before.

    Raises:
        Conflict: what it may do was changed since.
    """
    backend = await backend_with(context.service, Ability.SHARING, "undo")
    space, path, to = str(data["space"]), str(data["path"]), str(data["to"])
    if await _may(backend, space, path, to) != [list(part) for part in data["after"]]:
        message = f"what {printable(to, 80)} may do was changed since, and undoing would lose that"
        raise Conflict(SYSTEM, "undo", message, "share it anew")
    actions, array_actions = data["before"]
    await backend.share(space, path, to, list(actions), list(array_actions))
    return f"{to} may {', '.join(actions)} {path} again" if actions else f"{path} is shared with {to} no more"


async def _may(backend: Backend, space: str, path: str, to: str) -> list[list[str]]:
    """Return what a namespace may do with an asset now, and with the arrays in it, in the order of the alphabet."""
    for share in await backend.shares(space, path):
        if share.namespace == to:
            return [sorted(share.actions), sorted(share.array_actions)]
    return [[], []]
