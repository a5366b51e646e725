"""Arrays of the classic cloud, which notebooks, files, UDFs and models are too (contract §10)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.activities import Activity
from tui.systems.tiledb.service_side.array_schemas import schema_answer
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.cells import data_answer, data_routes, stored_schema, written_domain
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    ARRAY_ACTIONS,
    PUBLIC,
    actions_on,
    find,
    home,
    seen,
    share,
    sharing,
)
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import Refusal, invalid, missing, taken
from tui.systems.tiledb.service_side.routing import Route

FAVORITE = "array_favorite"
TABS = ("owned", "shared", "public")
_LEVELS = {"read": {"read"}, "read_write": {"read", "write"}, "write": {"write"}, "admin": {"edit"}}
_WEEK = 7 * 86400


def array_document(call: Call, record: Record, with_metadata: bool = False) -> dict[str, Any]:
    """Return an array as v1 has it (ArrayInfo)."""
    kept = record.document
    found = {
        "id": record.id,
        "namespace": record.scope,
        "name": record.name,
        "uri": kept["uri"],
        "tiledb_uri": f"tiledb://{record.scope}/{record.name}",
        "type": kept.get("type", "dense"),
        "size": kept.get("size", 0),
        "description": kept.get("description", ""),
        "tags": kept.get("tags", []),
        "file_properties": kept.get("file_properties", {}),
        "allowed_actions": actions_on(call.state, call.person, record),
        "share_count": len(kept["shares"]),
        "public_share": bool(kept["shares"].get(PUBLIC)),
        "namespace_subscribed": False,
        "read_only": kept.get("read_only", False),
        "is_favorite": call.state.records.find(FAVORITE, call.person.username, record.id) is not None,
        "access_credentials_name": kept.get("access_credentials_name", ""),
        "license_id": kept.get("license_id", ""),
        "license_text": kept.get("license_text", ""),
        "created_at": rfc3339(record.created),
        "created_by": kept.get("created_by", record.scope),
        "last_accessed": rfc3339(kept.get("last_accessed", record.created)),
    }
    if kept.get("file_type"):
        found["file_type"] = kept["file_type"]
    if with_metadata:
        found["metadata"] = kept.get("metadata", [])
    return found


def _chosen(call: Call, tab: str) -> list[Record]:
    """Return the arrays of a tab that meet the query's filters, in its order."""
    search, namespace = call.text("search").lower(), call.text("namespace")
    tags, no_tags = set(call.texts("tag")), set(call.texts("exclude_tag"))
    kinds, no_kinds = call.texts("file_type"), call.texts("exclude_file_type")
    needs = _LEVELS.get(call.word("permissions", list(_LEVELS)), set[str]())
    shared_to = call.texts("shared_to")
    found: list[Record] = []
    for record in call.state.records.all(ARRAY):
        kept = record.document
        own_tags, kind = set(kept.get("tags", [])), kept.get("file_type", "")
        if (
            seen(call.state, call.person, record, tab)
            and search in f"{record.name} {kept.get('description', '')}".lower()
            and namespace in ("", record.scope)
            and tags <= own_tags
            and not no_tags & own_tags
            and (not kinds or kind in kinds)
            and kind not in no_kinds
            and all(_has_property(record, text) for text in call.texts("file_property"))
            and needs <= set(actions_on(call.state, call.person, record))
            and (not shared_to or any(kept["shares"].get(name) for name in shared_to))
        ):
            found.append(record)
    order = call.word("orderby", ("size", "name"))
    if order:
        found.sort(key=lambda record: (record.document.get("size", 0) if order == "size" else 0, record.name))
    return found


def _has_property(record: Record, text: str) -> bool:
    name, _, value = text.partition(",")
    return str(record.document.get("file_properties", {}).get(name, "")) == value


def browse(tab: str) -> Any:
    """Return the handler that lists a tab."""

    def handler(call: Call) -> Any:
        found = _chosen(call, tab)
        _, size, offset = call.slice()
        page = [array_document(call, one, bool(call.flag("with_metadata"))) for one in found[offset : offset + size]]
        return call.envelope(page, len(found), key="arrays")

    return handler


def sidebar(tab: str) -> Any:
    """Return the handler that counts a tab by namespace."""

    def handler(call: Call) -> Any:
        counts: dict[str, int] = {}
        for record in _chosen(call, tab):
            counts[record.scope] = counts.get(record.scope, 0) + 1
        return {
            "namespaces": sorted(counts),
            "result_count_for_all": sum(counts.values()),
            "result_count_by_namespace": counts,
        }

    return handler


def list_all(call: Call) -> Any:
    """Answer all arrays of all tabs, or only the public ones; not paged."""
    public = call.text("public_share")
    records = [
        record
        for record in call.state.records.all(ARRAY)
        if any(seen(call.state, call.person, record, tab) for tab in TABS)
        and (not public or public == "all" or (public == "exclude") != bool(record.document["shares"].get(PUBLIC)))
    ]
    return [array_document(call, record) for record in records]


def list_namespace(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    records = call.state.records.all(ARRAY, namespace)
    return [array_document(call, record, bool(call.flag("with_metadata"))) for record in records]


def last_accessed(call: Call) -> Any:
    """Answer what was accessed last, by anybody, of what who asks owns."""
    records = [record for record in call.state.records.all(ARRAY) if seen(call.state, call.person, record, "owned")]
    records.sort(key=lambda record: -record.document.get("last_accessed", record.created))
    return [
        {
            "array_id": record.id,
            "array_name": record.name,
            "namespace": record.scope,
            "accessed_time": record.document.get("last_accessed", record.created),
            "access_type": "query_read",
        }
        for record in records[:10]
    ]


def _array(call: Call, action: str = "read") -> Record:
    return find(call, ARRAY, call.path["namespace"], call.path["array"], action)


def get_schema(call: Call) -> Any:
    record = _array(call, "read_array_schema")
    note(call, record, "read_schema")
    stored = stored_schema(call, record.document["uri"])
    return stored or schema_answer(record.document.get("schema"), call.headers, record.name)


def get_info(call: Call) -> Any:
    return array_document(call, _array(call))


def update_info(call: Call) -> Any:
    record, given = _array(call, "edit"), call.object()
    known = ("description", "uri", "file_properties", "access_credentials_name", "tags", "license_id", "license_text")
    parts = {name: given[name] for name in (*known, "read_only", "file_type") if given.get(name) is not None}
    name = given.get("name") or record.name
    if name != record.name and call.state.records.find(ARRAY, record.scope, name):
        raise taken(f"array {record.scope}/{name}")
    with call.state.database.together():
        call.state.records.rename(call.state.records.change(record, **parts), name)


def deregister(call: Call) -> Any:
    """Let go of an array; its storage stays."""
    record = _array(call, "own")
    call.state.records.delete(record)


def delete(call: Call) -> Any:
    """Delete an array and what is stored of it."""
    record = _array(call, "own")
    with call.state.database.together():
        call.state.storage_gone(record.document["uri"])
        call.state.records.delete(record)


def register(call: Call) -> Any:
    """Register what is at a URI, which stands in the path or in the body; the name is its last part by default."""
    namespace = home(call, call.path["namespace"], changing=True)
    given = call.object() if call.body is not None else {}
    uri = given.get("uri") or call.path["array"]
    if "://" not in uri:
        raise invalid(uri="is no URI")
    if call.state.is_storage_gone(uri):
        raise Refusal(404, f"there is nothing at {uri}")
    name = given.get("name") or uri.rstrip("/").rpartition("/")[2]
    if call.state.records.find(ARRAY, namespace, name):
        raise taken(f"array {namespace}/{name}")
    known = ("description", "file_type", "file_properties", "access_credentials_name", "tags", "read_only")
    kept = {key: given[key] for key in known if given.get(key) is not None}
    kept |= {"uri": uri, "shares": {}, "created_by": call.person.username}
    record = call.state.records.put(
        Record(ARRAY, namespace, name, call.state.identities.uuid(), call.state.clock.now(), kept)
    )
    note(call, record, "register")
    return array_document(call, record)


def get_sharing(call: Call) -> Any:
    return sharing(_array(call, "own"), call)


def update_sharing(call: Call) -> Any:
    """Replace what a namespace may do to an array."""
    record, given = _array(call, "own"), call.object("namespace")
    actions = given.get("actions") or []
    if not set(actions) <= set(ARRAY_ACTIONS):
        raise invalid(actions=f"are of {', '.join(ARRAY_ACTIONS)}")
    share(call, record, given["namespace"], actions)


def note(call: Call, record: Record, action: str) -> None:
    """Record what was done to an array."""
    told = {"name": record.name}
    call.state.activities.record(call.person, action, record.scope, None, "array", record.id, told)


def _log(call: Call, activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "event_at": rfc3339(activity.recorded),
        "action": activity.action,
        "username": call.state.people.get(activity.person).username,
        "bytes_sent": int(activity.document.get("bytes", 0)),
        "bytes_received": 0,
    }


def activity_of(call: Call, record: Record) -> list[dict[str, Any]]:
    """Return an array's log of the time that is asked for, the last seven days by default, the newest first."""
    now = call.state.clock.now()
    start, end = call.number("start", int(now) - _WEEK), call.number("end", int(now) + 1)
    kinds = {kind for text in call.texts("event_types") for kind in text.split(",") if kind}
    return [
        _log(call, one)
        for one in call.state.activities.find(record.scope, None, record.id)
        if start <= one.recorded <= end and (not kinds or one.action in kinds)
    ]


def activity(call: Call) -> Any:
    return activity_of(call, _array(call, "read_array_logs"))


def activity_paged(call: Call) -> Any:
    return call.paged(activity_of(call, _array(call, "read_array_logs")), key="activitylogs")


def metadata_json(call: Call) -> Any:
    """Answer an array's metadata as one JSON object."""
    record = _array(call)
    note(call, record, "array_metadata_get")
    return {entry["key"]: entry["value"] for entry in record.document.get("metadata", [])}


def non_empty_domain(call: Call) -> Any:
    """Answer where an array has cells."""
    record = _array(call)
    return written_domain(call, record.document["uri"], record.document.get("schema"))


def end_timestamps(call: Call) -> Any:
    """Answer when an array was written, in milliseconds, the last first."""
    record = _array(call)
    last = int(record.document.get("last_accessed", record.created) * 1000)
    return call.paged([last - number * 86_400_000 for number in range(3)], key="end_timestamps")


# Favourites and UDFs


def list_favorites(call: Call) -> Any:
    found: list[dict[str, Any]] = []
    for favorite in call.state.records.all(FAVORITE, call.person.username):
        record = call.state.records.anywhere(ARRAY, favorite.name)
        if record is not None:
            found.append(array_document(call, record))
    return call.paged(found, key="arrays")


def _favorite(call: Call) -> Record:
    record = find(call, ARRAY, call.path["namespace"], call.path["name"])
    document = {"array_uuid": record.id, "namespace": record.scope, "name": record.name}
    return Record(FAVORITE, call.person.username, record.id, record.id, call.state.clock.now(), document)


def add_favorite(call: Call) -> Any:
    call.state.records.put(_favorite(call))


def remove_favorite(call: Call) -> Any:
    call.state.records.delete(_favorite(call))


def _udf(call: Call, action: str = "read") -> Record:
    record = find(call, ARRAY, call.path["namespace"], call.path["name"], action)
    if record.document.get("file_type") != "user_defined_function":
        raise missing(f"UDF {record.name}")
    return record


def get_udf(call: Call) -> Any:
    record = _udf(call)
    told = {"language": "python", "type": "generic", "readme": record.document.get("description", "")}
    return {"id": record.id, "name": f"{record.scope}/{record.name}", **told, "tags": record.document.get("tags", [])}


def delete_udf(call: Call) -> Any:
    call.state.records.delete(_udf(call, "own"))


def share_udf(call: Call) -> Any:
    record, given = _udf(call, "own"), call.object("namespace")
    actions = given.get("actions") or []
    if not set(actions) <= {"fetch_udf", "share_udf"}:
        raise invalid(actions="are of fetch_udf, share_udf")
    share(call, record, given["namespace"], ["read"] if actions else [])


def udf_sharing(call: Call) -> Any:
    return [{**one, "actions": ["fetch_udf"]} for one in sharing(_udf(call, "own"), call)]


def array_data(call: Call) -> Any:
    """Answer how an array opens, or what a query on it finds; what writes is refused."""
    record, query = _array(call), call.path.get("query", "")
    if query == "submit":
        note(call, record, "query_read")
    return data_answer(call, record.document["uri"], query)


_ARRAY = "/v1/arrays/{namespace}/{array}"
ROUTES = (
    Route("GET", "/v1/arrays", list_all),
    *(Route("GET", f"/v1/arrays/browser/{tab}", browse(tab)) for tab in TABS),
    *(Route("GET", f"/v1/arrays/browser/{tab}/sidebar", sidebar(tab)) for tab in TABS),
    Route("GET", "/v1/arrays/last_accessed", last_accessed),
    Route("GET", "/v1/arrays/favorites", list_favorites),
    Route("POST", "/v1/arrays/favorites/{namespace}/{name}", add_favorite),
    Route("DELETE", "/v1/arrays/favorites/{namespace}/{name}", remove_favorite),
    Route("GET", "/v1/arrays/{namespace}", list_namespace),
    Route("GET", _ARRAY, get_schema),
    Route("DELETE", _ARRAY, delete),
    Route("DELETE", f"{_ARRAY}/deregister", deregister),
    Route("POST", f"{_ARRAY}/register", register),
    Route("GET", f"{_ARRAY}/metadata", get_info),
    Route("PATCH", f"{_ARRAY}/metadata", update_info),
    Route("GET", f"{_ARRAY}/metadata_json", metadata_json),
    Route("GET", f"{_ARRAY}/non_empty_domain_json", non_empty_domain),
    Route("GET", f"{_ARRAY}/end_timestamps", end_timestamps),
    Route("GET", f"{_ARRAY}/activity", activity),
    Route("GET", "/v2/arrays/{namespace}/{array}/activity", activity_paged),
    *data_routes("/arrays/{namespace}/{array}", array_data),
    Route("GET", f"{_ARRAY}/share", get_sharing),
    Route("PATCH", f"{_ARRAY}/share", update_sharing),
    Route("GET", "/v1/udf/{namespace}/{name}", get_udf),
    Route("DELETE", "/v1/udf/{namespace}/{name}", delete_udf),
    Route("GET", "/v1/udf/{namespace}/{name}/share", udf_sharing),
    Route("PATCH", "/v1/udf/{namespace}/{name}/share", share_udf),
)
