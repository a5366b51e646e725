"""Credentials and storage settings of the current platform (contract §8). Secrets are taken and never kept."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Answer, Call, check_kinds, created
from tui.systems.tiledb.service_side.entering import entered_teamspace, entered_workspace
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import invalid, taken
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.state import State
from tui.systems.tiledb.service_side.teamspaces import Teamspace

CREDENTIAL, SETTING = "credential", "storage_setting"
PROVIDERS = ("AWS", "AZURE", "GCP", "SNOWFLAKE", "DATABRICKS")
SECRETS = frozenset(
    {
        "secret_access_key",
        "account_key",
        "sas_token",
        "key_text",
        "client_secret",
        "private_key_raw",
        "private_key_passphrase",
    }
)
"""Fields whose value is never kept."""
SHAPES = ("credential", "role", "token")
"""Of these a credential has exactly one."""


def without_secrets(value: Any) -> Any:
    """Return a JSON value with its secrets blank: some clients need the fields, none may have what was in them."""
    if isinstance(value, dict):
        return {name: "" if name in SECRETS else without_secrets(part) for name, part in value.items()}
    return value


def checked(given: Any) -> dict[str, Any]:
    """Return a credential as it was sent, if it is one.

    Raises:
        Refusal: 400.
    """
    if not isinstance(given, dict):
        raise invalid(credential="is no object")
    check_kinds(given)
    if not given.get("name"):
        raise invalid(name="is required")
    if given.get("provider") not in PROVIDERS:
        raise invalid(provider=f"is none of {', '.join(PROVIDERS)}")
    if sum(given.get(shape) is not None for shape in SHAPES) != 1:
        raise invalid(credential="there must be exactly one of credential, role and token")
    return given


def add_credential(state: State, scope: str, kind: str, given: Any) -> Record:
    """Keep a credential of a workspace or teamspace (`kind`), without its secrets.

    Raises:
        Refusal: 400, it is none; 409, there is one of this name.
    """
    checked(given)
    if state.records.find(CREDENTIAL, scope, given["name"]):
        raise taken(f"credential {given['name']}")
    document = {
        "credential_type": kind,
        "provider": given["provider"],
        "provider_default": bool(given.get("provider_default")),
        "allowed_in_tasks": bool(given.get("allowed_in_tasks")),
        "status": "verified",
        **{shape: without_secrets(given[shape]) for shape in SHAPES if given.get(shape) is not None},
    }
    record = Record(CREDENTIAL, scope, given["name"], state.identities.id("cred"), state.clock.now(), document)
    return state.records.put(record)


def credential_document(record: Record) -> dict[str, Any]:
    """Return a credential as v4 has it."""
    changed = record.document.get("updated", record.created)
    kept = {name: value for name, value in record.document.items() if name != "updated"}
    times = {"created_at": rfc3339(record.created), "updated_at": rfc3339(changed)}
    return {"id": record.id, "name": record.name, **times, **kept}


def _scope(call: Call, changing: bool) -> tuple[str, str]:
    """Return the owner that is asked about, and whether it is a workspace or a teamspace.

    Raises:
        Refusal: 404, 403; 400, the teamspace is not named by its id.
    """
    identity = call.text("teamspace_id")
    if not identity:
        role = "admin" if changing else "member"
        return entered_workspace(call, role).id, "workspace"
    if not identity.startswith("ts_"):
        raise invalid(teamspace_id="is no teamspace's id")
    teamspace = entered_teamspace(call, "owner" if changing else "viewer", identity)
    return f"{teamspace.workspace}/{teamspace.id}", "teamspace"


def list_credentials(call: Call) -> Any:
    scope, _ = _scope(call, False)
    records = call.state.records.all(CREDENTIAL, scope)
    with_providers, without = call.texts("provider"), call.texts("excl_provider")
    found = [
        credential_document(record)
        for record in records
        if (not with_providers or record.document["provider"] in with_providers)
        and record.document["provider"] not in without
    ]
    return call.paged(found)


def create_credential(call: Call) -> Any:
    scope, kind = _scope(call, True)
    add_credential(call.state, scope, kind, call.object())
    return created()


def _credential(call: Call, changing: bool) -> Record:
    scope, _ = _scope(call, changing)
    return existing(call.state.records.find(CREDENTIAL, scope, call.path["name"]), f"credential {call.path['name']}")


def get_credential(call: Call) -> Any:
    return {"data": credential_document(_credential(call, False))}


def update_credential(call: Call) -> Any:
    record, given = _credential(call, True), call.object()
    parts = {
        name: given[name]
        for name in ("provider", "provider_default", "allowed_in_tasks")
        if given.get(name) is not None
    }
    document = dict(record.document)
    shapes = [shape for shape in SHAPES if given.get(shape) is not None]
    if len(shapes) > 1:
        raise invalid(credential="there must be at most one of credential, role and token")
    if shapes:
        document = {name: value for name, value in document.items() if name not in SHAPES}
        document[shapes[0]] = without_secrets(given[shapes[0]])
    document.update(parts, updated=call.state.clock.now())
    name = given.get("name") or record.name
    if name != record.name and call.state.records.find(CREDENTIAL, record.scope, name):
        raise taken(f"credential {name}")
    with call.state.database.together():
        call.state.records.delete(record)
        call.state.records.put(Record(CREDENTIAL, record.scope, name, record.id, record.created, document))


def delete_credential(call: Call) -> Any:
    call.state.records.delete(_credential(call, True))


def verify_credential(call: Call) -> Any:
    """Answer that a credential is good, for its shape is: there is no storage to try it on."""
    checked(call.object())
    return Answer(None, 200)


def add_storage_setting(state: State, scope: str, given: Any) -> Record:
    """Keep a storage setting; where it is the default, no other is any more.

    Raises:
        Refusal: 400, it is none; 409, there is one of this name.
    """
    if not isinstance(given, dict):
        raise invalid(storage_setting="is no object")
    check_kinds(given)
    for name in ("name", "path"):
        if not given.get(name):
            raise invalid(**{name: "is required"})
    if "://" not in str(given["path"]):
        raise invalid(path="is no URI")
    if state.records.find(SETTING, scope, given["name"]):
        raise taken(f"storage setting {given['name']}")
    if given.get("is_default"):
        _no_default(state, scope)
    document = {
        "is_default": bool(given.get("is_default")),
        "path": given["path"],
        "credentials_name": given.get("credentials_name") or "",
    }
    record = Record(SETTING, scope, given["name"], state.identities.id("stset"), state.clock.now(), document)
    return state.records.put(record)


def _no_default(state: State, scope: str) -> None:
    for record in state.records.all(SETTING, scope):
        if record.document["is_default"]:
            state.records.change(record, is_default=False)


def setting_document(state: State, record: Record) -> dict[str, Any]:
    """Return a storage setting as v4 has it; it is invalid where its credential is not there."""
    name = record.document["credentials_name"]
    workspace = record.scope.partition("/")[0]
    known = any(state.records.find(CREDENTIAL, scope, name) for scope in (record.scope, workspace))
    found = {"storage_setting_id": record.id, "name": record.name, **record.document, "invalid": not known}
    return found if known else {**found, "reason": f"there is no credential {name!r}"}


def default_setting(state: State, teamspace: Teamspace) -> dict[str, Any] | None:
    """Return a teamspace's default storage setting, else its workspace's, if there is one."""
    for scope in (f"{teamspace.workspace}/{teamspace.id}", teamspace.workspace):
        for record in state.records.all(SETTING, scope):
            if record.document["is_default"]:
                return setting_document(state, record)
    return None


def list_settings(call: Call) -> Any:
    scope, _ = _scope(call, False)
    return call.paged([setting_document(call.state, record) for record in call.state.records.all(SETTING, scope)])


def create_setting(call: Call) -> Any:
    scope, _ = _scope(call, True)
    given = call.object("name", "path", "credentials_name")
    return created({"data": setting_document(call.state, add_storage_setting(call.state, scope, given))})


def _setting(call: Call, changing: bool) -> Record:
    scope, _ = _scope(call, changing)
    return existing(call.state.records.find(SETTING, scope, call.path["stset_id"]), "storage setting")


def get_setting(call: Call) -> Any:
    return {"data": setting_document(call.state, _setting(call, False))}


def update_setting(call: Call) -> Any:
    record, given = _setting(call, True), call.object()
    name = given.get("name") or record.name
    if name != record.name and call.state.records.find(SETTING, record.scope, name):
        raise taken(f"storage setting {name}")
    parts = {key: given[key] for key in ("is_default", "path", "credentials_name") if given.get(key) is not None}
    with call.state.database.together():
        if parts.get("is_default"):
            _no_default(call.state, record.scope)
        call.state.records.rename(call.state.records.change(record, **parts), name)


def delete_setting(call: Call) -> Any:
    call.state.records.delete(_setting(call, True))


ROUTES = (
    Route("POST", "/v4/actions/credentials/verify", verify_credential),
    Route("GET", "/v4/credentials/{workspace}", list_credentials),
    Route("POST", "/v4/credentials/{workspace}", create_credential),
    Route("GET", "/v4/credentials/{workspace}/{name}", get_credential),
    Route("PATCH", "/v4/credentials/{workspace}/{name}", update_credential),
    Route("DELETE", "/v4/credentials/{workspace}/{name}", delete_credential),
    Route("GET", "/v4/storagesettings/{workspace}", list_settings),
    Route("POST", "/v4/storagesettings/{workspace}", create_setting),
    Route("GET", "/v4/storagesettings/{workspace}/{stset_id}", get_setting),
    Route("PATCH", "/v4/storagesettings/{workspace}/{stset_id}", update_setting),
    Route("DELETE", "/v4/storagesettings/{workspace}/{stset_id}", delete_setting),
)
