"""Groups of the classic cloud, and the list of assets over arrays and groups (contract §10)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Answer, Call, created
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    ARRAY_ACTIONS,
    GROUP,
    GROUP_ACTIONS,
    PUBLIC,
    actions_on,
    find,
    home,
    known_namespace,
    namespace_type,
    seen,
    share,
)
from tui.systems.tiledb.service_side.classic_arrays import TABS, array_document
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import Refusal, invalid, taken
from tui.systems.tiledb.service_side.routing import Route


def group_document(call: Call, record: Record) -> dict[str, Any]:
    """Return a group as v1 has it (GroupInfo)."""
    kept = record.document
    members = kept["members"]
    return {
        "id": record.id,
        "namespace": record.scope,
        "name": record.name,
        "description": kept.get("description", ""),
        "uri": kept["uri"],
        "tiledb_uri": f"tiledb://{record.scope}/{record.name}",
        "asset_count": len(members),
        "group_count": sum(member["member_type"] == "group" for member in members),
        "size": kept.get("size", 0),
        "last_accessed": rfc3339(record.created),
        "allowed_actions": actions_on(call.state, call.person, record),
        "group_type": kept.get("group_type", "generic"),
        "access_credentials_name": kept.get("access_credentials_name", ""),
        "share_count": len(kept["shares"]),
        "public_share": bool(kept["shares"].get(PUBLIC)),
        "tags": kept.get("tags", []),
        "license_id": kept.get("license_id", ""),
        "license_text": kept.get("license_text", ""),
        "created_at": rfc3339(record.created),
        "created_by": kept.get("created_by", record.scope),
        "metadata": [],
    }


def _chosen(call: Call, tab: str) -> list[Record]:
    """Return the groups of a tab that meet the query's filters. Unless `flat`, only those that are in no other."""
    search, namespace, kind = call.text("search").lower(), call.text("namespace"), call.text("group_type")
    tags, no_tags = set(call.texts("tag")), set(call.texts("exclude_tag"))
    groups = call.state.records.all(GROUP)
    inside = {(member["namespace"], member["name"]) for group in groups for member in group.document["members"]}
    parent = call.text("parent")
    of_parent = [
        (member["namespace"], member["name"])
        for group in groups
        if parent in (group.id, f"{group.scope}/{group.name}")
        for member in group.document["members"]
    ]
    return [
        record
        for record in groups
        if seen(call.state, call.person, record, tab)
        and search in f"{record.name} {record.document.get('description', '')}".lower()
        and namespace in ("", record.scope)
        and kind in ("", record.document.get("group_type", "generic"))
        and tags <= set(record.document.get("tags", []))
        and not no_tags & set(record.document.get("tags", []))
        and (not parent or (record.scope, record.name) in of_parent)
        and (parent or call.flag("flat") is not False or (record.scope, record.name) not in inside)
    ]


def browse(tab: str) -> Any:
    """Return the handler that lists a tab."""

    def handler(call: Call) -> Any:
        return call.paged([group_document(call, record) for record in _chosen(call, tab)], key="groups")

    return handler


def filters(tab: str) -> Any:
    """Return the handler that says what a tab can be filtered by."""

    def handler(call: Call) -> Any:
        records = _chosen(call, tab)
        return {
            "namespaces": sorted({record.scope for record in records}),
            "group_types": sorted({record.document.get("group_type", "generic") for record in records}),
        }

    return handler


def _group(call: Call, action: str = "read") -> Record:
    return find(call, GROUP, call.path["namespace"], call.path["name"], action)


def get_group(call: Call) -> Any:
    return group_document(call, _group(call))


def update_group(call: Call) -> Any:
    record, given = _group(call, "edit"), call.object()
    known = ("description", "logo", "access_credentials_name", "tags", "license_id", "license_text")
    parts = {name: given[name] for name in known if given.get(name) is not None}
    name = given.get("name") or record.name
    if name != record.name and call.state.records.find(GROUP, record.scope, name):
        raise taken(f"group {record.scope}/{name}")
    with call.state.database.together():
        call.state.records.rename(call.state.records.change(record, **parts), name)


def contents(call: Call) -> Any:
    """Answer a page of a group's members that who asks may see."""
    group = _group(call)
    search, namespace = call.text("search").lower(), call.text("namespace")
    kinds, no_kinds = call.texts("member_type"), call.texts("exclude_member_type")
    entries: list[dict[str, Any]] = []
    for member in group.document["members"]:
        kind = member["member_type"]
        record = call.state.records.find(kind, member["namespace"], member["name"])
        if (
            record is None
            or not actions_on(call.state, call.person, record)
            or search not in record.name.lower()
            or namespace not in ("", record.scope)
            or (kinds and kind not in kinds)
            or kind in no_kinds
        ):
            continue
        told = group_document(call, record) if kind == GROUP else array_document(call, record)
        entries.append({"member_id": f"{group.id}/{record.id}", kind: told})
    return call.paged(entries, key="entries")


def content_activity(call: Call) -> Any:
    """Answer what was done to a group's arrays, the newest first."""
    group = _group(call)
    logs: list[dict[str, Any]] = []
    for member in group.document["members"]:
        record = call.state.records.find(member["member_type"], member["namespace"], member["name"])
        if record is None or record.kind != ARRAY:
            continue
        asset = {"id": record.id, "name": record.name, "namespace": record.scope, "asset_type": "array"}
        for one in call.state.activities.find(record.scope, None, record.id):
            log = {"id": one.id, "event_at": rfc3339(one.recorded), "action": one.action}
            logs.append({"asset": asset, "activity_log": log})
    logs.sort(key=lambda log: log["activity_log"]["event_at"], reverse=True)
    return call.paged(logs, key="activity")


def change_contents(call: Call) -> Any:
    """Add members to a group and take others out."""
    group, given = _group(call, "write"), call.object()
    members = [
        member
        for member in group.document["members"]
        if not any(
            (member["namespace"], member["name"]) == (out.get("namespace"), out.get("name"))
            for out in given.get("remove") or []
        )
    ]
    for new in given.get("add") or []:
        kind = new.get("member_type")
        if kind not in (ARRAY, GROUP):
            raise invalid(member_type="is neither array nor group")
        record = find(call, kind, str(new.get("namespace")), str(new.get("name")))
        member = {"namespace": record.scope, "name": record.name, "member_type": kind}
        if member not in members:
            members.append(member)
    call.state.records.change(group, members=members)


def create_group(call: Call) -> Any:
    given = call.object()
    details = given.get("group_details") or given
    namespace = home(call, call.path["namespace"], changing=True)
    name = details.get("name")
    if not name:
        raise invalid(name="is required")
    if call.state.records.find(GROUP, namespace, name):
        raise taken(f"group {namespace}/{name}")
    kept = {key: details[key] for key in ("description", "tags") if details.get(key)}
    uri = details.get("uri") or f"s3://meteo-arrays/{namespace}/{name}"
    kept |= {"uri": uri, "shares": {}, "members": [], "created_by": call.person.username}
    record = Record(GROUP, namespace, name, call.state.identities.uuid(), call.state.clock.now(), kept)
    call.state.records.put(record)
    return record


def create_v1(call: Call) -> Any:
    create_group(call)


def create_v2(call: Call) -> Any:
    record: Record = create_group(call)
    return created({"id": record.id})


def get_sharing(call: Call) -> Any:
    """Answer with whom a group is shared; what it holds is shared with it."""
    record = _group(call, "own")
    return [
        {
            "namespace": name,
            "namespace_type": namespace_type(call.state, name),
            "group_actions": [action for action in actions if action in GROUP_ACTIONS],
            "array_actions": record.document.get("array_shares", {}).get(name, []),
        }
        for name, actions in sorted(record.document["shares"].items())
    ]


def update_sharing(call: Call) -> Any:
    """Replace what a namespace may do to a group and to the arrays in it."""
    record, given = _group(call, "own"), call.object("namespace")
    of_group, of_arrays = given.get("group_actions") or [], given.get("array_actions") or []
    if not set(of_group) <= set(GROUP_ACTIONS) or not set(of_arrays) <= set(ARRAY_ACTIONS):
        raise invalid(actions="has what is no action")
    name = given["namespace"]
    arrays = {other: given_to for other, given_to in record.document.get("array_shares", {}).items() if other != name}
    if of_arrays:
        arrays[name] = of_arrays
    with call.state.database.together():
        share(call, call.state.records.change(record, array_shares=arrays), name, of_group)
        for member in record.document["members"]:
            array = call.state.records.find(ARRAY, member["namespace"], member["name"])
            if member["member_type"] == ARRAY and array is not None:
                share(call, array, name, of_arrays)


def probe(call: Call) -> Any:
    """Answer 200 where there is a group: libtiledb takes 204 for its absence (contract §11)."""
    _group(call)
    return Answer(None, 200)


def _gone(call: Call, with_storage: bool) -> None:
    """Let go of a group, and of what it holds if `recursive`; its storage too, if wanted."""
    record = _group(call, "own")
    recursive = call.flag("recursive")
    with call.state.database.together():
        left = [record]
        while left:
            one = left.pop()
            if recursive and one.kind == GROUP:
                members = one.document["members"]
                found = (call.state.records.find(m["member_type"], m["namespace"], m["name"]) for m in members)
                left += [member for member in found if member is not None]
            if with_storage:
                call.state.storage_gone(one.document["uri"])
            call.state.records.delete(one)


def deregister(call: Call) -> Any:
    _gone(call, with_storage=False)
    return Answer(None, 200)


def delete_v1(call: Call) -> Any:
    _gone(call, with_storage=False)


def delete_storage(call: Call) -> Any:
    _gone(call, with_storage=True)


def refuse_data(call: Call) -> Any:
    """Refuse what opens a group: this server holds no contents in libtiledb's form."""
    _group(call)
    raise Refusal(501, "the embedded server opens no groups")


# Assets


def asset_document(record: Record, level: str) -> dict[str, Any]:
    """Return an array or group as an asset."""
    kind = "group" if record.kind == GROUP else record.document.get("file_type") or "array"
    return {
        "uuid": record.id,
        "asset_type": kind,
        "asset_backing_type": record.kind,
        "asset_ownership_level": level,
        "namespace_name": record.scope,
        "name": record.name,
        "created_at": rfc3339(record.created),
        "metadata": {"entries": record.document.get("metadata", [])},
    }


def _assets(call: Call, chosen: Any, level: str) -> Any:
    kinds = call.text("asset_type")
    search = call.text("search").lower()
    groups = call.state.records.all(GROUP)
    inside = {(m["namespace"], m["name"]) for group in groups for m in group.document["members"]}
    found = [
        asset_document(record, level)
        for record in (*call.state.records.all(ARRAY), *groups)
        if chosen(record)
        and search in record.name.lower()
        and (call.text("depth") != "root" or (record.scope, record.name) not in inside)
    ]
    found = [asset for asset in found if kinds in ("", asset["asset_type"])]
    order, _, direction = call.text("order_by", "name").partition(" ")
    if order in ("name", "created_at", "asset_type"):
        found.sort(key=lambda asset: asset[order], reverse=direction.lower() == "desc")
    return call.paged(found)


def list_assets(call: Call) -> Any:
    namespace = call.path["namespace"]
    known_namespace(call.state, namespace)
    level = call.word("ownership_level", ("owned", "shared"), "owned")
    if level == "owned":
        home(call, namespace)
        return _assets(call, lambda record: record.scope == namespace, level)
    return _assets(call, lambda record: bool(record.document["shares"].get(namespace)), level)


def list_public(call: Call) -> Any:
    return _assets(call, lambda record: bool(record.document["shares"].get(PUBLIC)), "shared")


_ONE, _TWO = "/v1/groups/{namespace}/{name}", "/v2/groups/{namespace}/{name}"
ROUTES = (
    *(Route("GET", f"/v1/groups/browser/{tab}", browse(tab)) for tab in TABS),
    *(Route("GET", f"/v1/groups/browser/{tab}/filters", filters(tab)) for tab in TABS),
    Route("POST", "/v1/groups/{namespace}/create", create_v1),
    Route("GET", _ONE, get_group),
    Route("PATCH", _ONE, update_group),
    Route("DELETE", _ONE, delete_v1),
    Route("GET", f"{_ONE}/contents", contents),
    Route("POST", f"{_ONE}/contents", change_contents),
    Route("GET", f"{_ONE}/content_activity", content_activity),
    Route("GET", f"{_ONE}/share", get_sharing),
    Route("PATCH", f"{_ONE}/share", update_sharing),
    Route("POST", "/v2/groups/{namespace}", create_v2),
    Route("OPTIONS", _TWO, probe),
    Route("POST", _TWO, refuse_data),
    Route("DELETE", _TWO, deregister),
    Route("DELETE", f"{_TWO}/delete", delete_storage),
    Route("GET", "/v1/assets/{namespace}", list_assets),
    Route("GET", "/v1/public_assets", list_public),
)
