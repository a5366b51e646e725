"""The search over the assets of a workspace, and its filters (contract §8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tui.systems.tiledb.service_side.assets import Asset
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.entering import entered_workspace
from tui.systems.tiledb.service_side.refusal import Refusal, invalid
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.teamspaces import Teamspace
from tui.systems.tiledb.service_side.times import relative
from tui.systems.tiledb.service_side.v4_assets import Documents

_FILTER = re.compile(r"\s*([\w.\- ]+?)\s*(<=|>=|!=|<|>|=|:)\s*(.*?)\s*\Z", re.DOTALL)
_TIMES = {"created_at": "created", "updated_at": "updated"}


def search(call: Call) -> Any:
    """Answer a page of the assets that a user may see and that meet all that is asked for."""
    workspace = entered_workspace(call)
    spaces = _spaces(call, workspace.id)
    words = call.text("q").lower().split()
    top = call.text("path").strip("/")
    hidden = call.headers.get("x-show-hidden-assets", "").lower() != "false"
    filters = [_parsed(text, "filters") for text in call.texts("filters")]
    metadata = [_parsed(text, "metadata") for text in call.texts("metadata")]
    found: list[Asset] = []
    for asset in call.state.assets.in_workspace(workspace.id, [space.id for space in spaces]):
        text = f"{asset.path} {asset.description or ''} {asset.type}".lower()
        if (
            all(word in text for word in words)
            and (not top or asset.path == top or asset.path.startswith(top + "/"))
            and (hidden or not asset.name.startswith("."))
            and all(_field_meets(call, asset, *one) for one in filters)
            and (not metadata or _metadata_meets(call, asset, metadata))
        ):
            found.append(asset)
    _, size, offset = call.slice()
    documents = Documents(call)
    ordered = _ordered(call, found, words)
    return call.envelope([documents.of(asset) for asset in ordered[offset : offset + size]], len(found))


def _spaces(call: Call, workspace: str) -> list[Teamspace]:
    """Return the teamspaces that are searched: those named, without those excluded, all that are seen by default."""
    wanted, without, public = call.texts("teamspace"), call.texts("teamspace_exclude"), call.flag("public")

    def named(space: Teamspace, names: Sequence[str]) -> bool:
        return space.id in names or space.name in names

    return [
        space
        for space in call.state.teamspaces.seen(call.person, workspace)
        if (not wanted or named(space, wanted))
        and not named(space, without)
        and (public is None or public == (space.visibility == "public"))
    ]


def _parsed(text: str, field: str) -> tuple[str, str, str]:
    """Return a filter's key, sign and value.

    Raises:
        Refusal: 400, it is none.
    """
    met = _FILTER.match(text)
    if met is None:
        raise invalid(**{field: f"{text[:40]!r} is no filter"})
    return met[1], met[2], met[3]


def _field_meets(call: Call, asset: Asset, key: str, sign: str, value: str) -> bool:
    if key in _TIMES:
        own = getattr(asset, _TIMES[key]) or asset.created
        ends = [relative(end, call.state.clock.now(), "filters") for end in value.split("..")]
        return _compares(own, sign, ends)
    if key == "created_by":
        maker = call.state.people.get(asset.created_by)
        return any(_compares(own, sign, [value]) for own in (maker.id, maker.username))
    known = {"type": asset.type, "name": asset.name, "path": asset.path, "size": asset.size}
    if key not in known:
        raise Refusal(400, f"filters: there is no field {key[:40]!r}")
    return _compares_alike(known[key], sign, value)


def _metadata_meets(call: Call, asset: Asset, filters: Sequence[tuple[str, str, str]]) -> bool:
    own = {entry["key"]: entry["value"] for entry in call.state.assets.metadata(asset.id)}
    return all(key in own and _compares_alike(own[key], sign, value) for key, sign, value in filters)


def _compares(own: Any, sign: str, ends: Sequence[Any]) -> bool:
    """Return whether a value stands to one end, or between two, as a sign says."""
    first, last = ends[0], ends[-1]
    return {
        "<": own < first,
        ">": own > first,
        "<=": own <= first,
        ">=": own >= first,
        "=": own == first,
        "!=": own != first,
        ":": first <= own <= last,
    }[sign]


def _compares_alike(own: Any, sign: str, value: str) -> bool:
    """Compare as numbers, where all are some, else as texts."""
    ends = value.split("..")
    try:
        return _compares(float(own), sign, [float(end) for end in ends])
    except ValueError:
        return _compares(str(own), sign, ends)


def _ordered(call: Call, found: list[Asset], words: Sequence[str]) -> list[Asset]:
    """Return what was found by relevance (the name above the rest), recency or name."""
    sort = call.word("sort", ("relevance", "recency", "name"), "relevance")
    direction = call.word("sort_dir", ("asc", "desc"), "asc" if sort == "name" else "desc")
    keys: dict[str, Any] = {
        "relevance": lambda asset: (sum(word in asset.name.lower() for word in words), asset.created),
        "recency": lambda asset: asset.updated or asset.created,
        "name": lambda asset: asset.name,
    }
    return sorted(found, key=lambda asset: (keys[sort](asset), asset.path), reverse=direction == "desc")


ROUTES = (Route("GET", "/v4/assets/search/{workspace}", search),)
