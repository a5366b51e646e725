"""User, session, tokens, organisations and storage credentials of the classic cloud (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    MEMBER,
    ORGANIZATION,
    ORGANIZATION_ROLES,
    administered,
    home,
    namespace_actions,
    namespaces_of,
    role_in,
)
from tui.systems.tiledb.service_side.people import SCOPES, Person
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid, missing, taken
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.times import epoch
from tui.systems.tiledb.service_side.v4_storage import PROVIDERS, SHAPES, without_secrets

REMEMBERED_SECONDS, SESSION_SECONDS = 30 * 86400.0, 1800.0
AWS, CREDENTIAL = "aws_credential", "credential"


def user_document(call: Call, person: Person) -> dict[str, Any]:
    """Return a user as v1 has him, with his organisations."""
    names = namespaces_of(call.state, person)[1:]
    return {
        "id": person.id,
        "username": person.username,
        "name": person.display_name,
        "email": person.email,
        "is_valid_email": True,
        "timezone": person.timezone,
        "organizations": [member_document(call, name, person.username) for name in names],
        "allowed_actions": namespace_actions("owner"),
        "enabled_features": [],
        "unpaid_subscription": False,
        "default_s3_path": f"s3://meteo-arrays/{person.username}",
        "default_namespace_charged": person.username,
    }


def get_user(call: Call) -> Any:
    return user_document(call, call.person)


def get_user_by_name(call: Call) -> Any:
    return user_document(call, call.state.people.get(call.path["username"]))


def update_user(call: Call) -> Any:
    person, given = call.state.people.get(call.path["username"]), call.object()
    if person.id != call.person.id:
        raise forbidden("another user")
    columns = {"display_name": given.get("name"), "email": given.get("email"), "timezone": given.get("timezone")}
    call.state.people.change(person, **{name: str(value) for name, value in columns.items() if value})


def token_document(row: Mapping[str, Any], secret: str | None = None) -> dict[str, Any]:
    """Return a token as v1 has it; its value is told once, when it is made."""
    found = {
        "name": row["name"],
        "issued_at": rfc3339(row["created"]),
        "expires_at": rfc3339(row["expires"]),
        "scope": row["scope"].split(),
    }
    return found if secret is None else {**found, "token": secret}


def session(call: Call) -> Any:
    """Answer a session token, for 30 days if it is to be remembered."""
    seconds = REMEMBERED_SECONDS if call.flag("remember_me") else SESSION_SECONDS
    expires = call.state.clock.now() + seconds
    name = f"session-{call.state.identities.text(12)}"
    row, secret = call.state.people.add_token(call.person, name, expires=expires, kind="session")
    return token_document(row, secret)


def create_token(call: Call) -> Any:
    """Make a token; a name that there is already gets a number."""
    given = call.object()
    scopes = given.get("scope") or ["*"]
    if not isinstance(scopes, list) or not set(scopes) <= set(SCOPES):
        raise invalid(scope="has what is no scope")
    names = {row["name"] for row in call.state.people.tokens(call.person, "api")}
    wanted = name = str(given.get("name") or "token")
    number = 0
    while name in names:
        number += 1
        name = f"{wanted}-{number}"
    expires = epoch(given["expires"], "expires") if given.get("expires") else None
    row, secret = call.state.people.add_token(call.person, name, " ".join(scopes), expires=expires, kind="api")
    return token_document(row, secret)


def list_tokens(call: Call) -> Any:
    return [token_document(row) for row in call.state.people.tokens(call.person, "api")]


def list_sessions(call: Call) -> Any:
    return [token_document(row) for row in call.state.people.tokens(call.person, "session")]


def list_scopes(call: Call) -> Any:
    return list(SCOPES)


def revoke_token(call: Call) -> Any:
    call.state.people.revoke(call.person, call.path["token"])


# Organisations


def _organization(call: Call, name: str) -> Record:
    record = call.state.records.find(ORGANIZATION, "", name)
    if record is None or (
        role_in(call.state, call.person, record.name) is None and call.person.role not in ("owner", "admin")
    ):
        raise missing(f"organization {name}")
    return record


def organization_document(call: Call, record: Record) -> dict[str, Any]:
    """Return an organisation as v1 has it, with its users."""
    role = role_in(call.state, call.person, record.name)
    users = [member_document(call, record.name, member.name) for member in call.state.records.all(MEMBER, record.name)]
    return {
        "id": record.id,
        "name": record.name,
        "role": role,
        "created_at": rfc3339(record.created),
        "updated_at": rfc3339(record.created),
        "users": users,
        "allowed_actions": namespace_actions(role),
        "num_of_arrays": len(call.state.records.all(ARRAY, record.name)),
        "enabled_features": [],
        "unpaid_subscription": False,
        **record.document,
    }


def member_document(call: Call, organization: str, username: str) -> dict[str, Any]:
    """Return a member of an organisation as v1 has it.

    Raises:
        Refusal: 404.
    """
    member = call.state.records.find(MEMBER, organization, username)
    record = call.state.records.find(ORGANIZATION, "", organization)
    if member is None or record is None:
        raise missing(f"user {username} of {organization}")
    person = call.state.people.get(username)
    return {
        "user_id": person.id,
        "organization_id": record.id,
        "username": person.username,
        "user_full_name": person.display_name,
        "user_email": person.email,
        "organization_name": organization,
        "role": member.document["role"],
        "allowed_actions": namespace_actions(member.document["role"]),
    }


def list_organizations(call: Call) -> Any:
    names = namespaces_of(call.state, call.person)[1:]
    return [organization_document(call, _organization(call, name)) for name in names]


def create_organization(call: Call) -> Any:
    given = call.object("name")
    name = str(given["name"])
    if call.state.records.find(ORGANIZATION, "", name):
        raise taken(f"organization {name}")
    kept = {key: given[key] for key in ("description", "logo", "default_s3_path") if given.get(key)}
    call.state.records.put(Record(ORGANIZATION, "", name, call.state.identities.uuid(), call.state.clock.now(), kept))
    _join(call, name, call.person.username, "owner")


def _join(call: Call, organization: str, username: str, role: str) -> None:
    if role not in ORGANIZATION_ROLES:
        raise invalid(role=f"is none of {', '.join(ORGANIZATION_ROLES)}")
    identity = f"{organization}/{username}"
    record = Record(MEMBER, organization, username, identity, call.state.clock.now(), {"role": role})
    call.state.records.put(record)


def get_organization(call: Call) -> Any:
    return organization_document(call, _organization(call, call.path["organization"]))


def update_organization(call: Call) -> Any:
    record = _organization(call, administered(call, call.path["organization"]))
    given = call.object()
    call.state.records.change(
        record, **{key: given[key] for key in ("description", "logo", "default_s3_path") if given.get(key) is not None}
    )


def delete_organization(call: Call) -> Any:
    record = _organization(call, administered(call, call.path["organization"]))
    if call.state.records.all(ARRAY, record.name):
        raise Refusal(409, "the organization still has arrays")
    with call.state.database.together():
        for member in call.state.records.all(MEMBER, record.name):
            call.state.records.delete(member)
        call.state.records.delete(record)


def add_member(call: Call) -> Any:
    name, given = administered(call, call.path["organization"]), call.object("username")
    person = call.state.people.get(given["username"])
    if call.state.records.find(MEMBER, name, person.username):
        raise taken(f"user {person.username} of {name}")
    _join(call, name, person.username, given.get("role") or "read_only")


def get_member(call: Call) -> Any:
    record = _organization(call, call.path["organization"])
    return member_document(call, record.name, call.path["username"])


def update_member(call: Call) -> Any:
    name = administered(call, call.path["organization"])
    member_document(call, name, call.path["username"])
    _join(call, name, call.path["username"], str(call.object("role")["role"]))


def delete_member(call: Call) -> Any:
    name, username = call.path["organization"], call.path["username"]
    if username != call.person.username:
        administered(call, name)
    member = call.state.records.find(MEMBER, name, username)
    if member is None:
        raise missing(f"user {username} of {name}")
    call.state.records.delete(member)


# Credentials of storages


def list_aws(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    return [_aws_document(record) for record in call.state.records.all(AWS, namespace)]


def _aws_document(record: Record) -> dict[str, Any]:
    times = {"created_at": rfc3339(record.created), "updated_at": rfc3339(record.created)}
    return {"name": record.name, **times, **record.document}


def create_aws(call: Call) -> Any:
    namespace, given = administered(call, call.path["namespace"]), call.object("name")
    if call.state.records.find(AWS, namespace, given["name"]):
        raise taken(f"credential {given['name']}")
    kept = {key: given[key] for key in ("access_key_id", "service_role_arn", "default", "buckets") if given.get(key)}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(AWS, namespace, given["name"], identity, call.state.clock.now(), kept))


def _aws(call: Call, namespace: str) -> Record:
    record = call.state.records.find(AWS, namespace, call.path["name"])
    if record is None:
        raise missing(f"credential {call.path['name']}")
    return record


def get_aws(call: Call) -> Any:
    return _aws_document(_aws(call, home(call, call.path["namespace"])))


def delete_aws(call: Call) -> Any:
    call.state.records.delete(_aws(call, administered(call, call.path["namespace"])))


def list_credentials(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    provider = call.text("provider")
    found = [
        _credential_document(record)
        for record in call.state.records.all(CREDENTIAL, namespace)
        if provider in ("", record.document["provider"])
    ]
    return call.paged(found, key="credentials")


def _credential_document(record: Record) -> dict[str, Any]:
    times = {"created_at": rfc3339(record.created), "updated_at": rfc3339(record.created)}
    return {"uuid": record.id, "name": record.name, **times, **record.document}


def create_credential(call: Call) -> Any:
    namespace, given = administered(call, call.path["namespace"]), call.object("name", "provider")
    if given["provider"] not in PROVIDERS[:3]:
        raise invalid(provider=f"is none of {', '.join(PROVIDERS[:3])}")
    if call.state.records.find(CREDENTIAL, namespace, given["name"]):
        raise taken(f"credential {given['name']}")
    kept = {key: given[key] for key in ("provider", "provider_default", "allowed_in_tasks") if key in given}
    kept |= {shape: without_secrets(given[shape]) for shape in SHAPES if given.get(shape) is not None}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(CREDENTIAL, namespace, given["name"], identity, call.state.clock.now(), kept))


def _credential(call: Call, namespace: str) -> Record:
    record = call.state.records.find(CREDENTIAL, namespace, call.path["name"])
    if record is None:
        raise missing(f"credential {call.path['name']}")
    return record


def get_credential(call: Call) -> Any:
    return _credential_document(_credential(call, home(call, call.path["namespace"])))


def delete_credential(call: Call) -> Any:
    call.state.records.delete(_credential(call, administered(call, call.path["namespace"])))


ROUTES = (
    Route("GET", "/v1/user", get_user),
    Route("GET", "/v1/users/{username}", get_user_by_name),
    Route("PATCH", "/v1/users/{username}", update_user),
    Route("GET", "/v1/session", session),
    Route("POST", "/v1/token", create_token),
    Route("GET", "/v1/tokens", list_tokens),
    Route("GET", "/v1/tokens/scopes", list_scopes),
    Route("GET", "/v1/tokens/session", list_sessions),
    Route("DELETE", "/v1/tokens/{token}", revoke_token),
    Route("GET", "/v1/organizations", list_organizations),
    Route("POST", "/v1/organization", create_organization),
    Route("GET", "/v1/organizations/{organization}", get_organization),
    Route("PATCH", "/v1/organizations/{organization}", update_organization),
    Route("DELETE", "/v1/organizations/{organization}", delete_organization),
    Route("POST", "/v1/organizations/{organization}/user", add_member),
    Route("GET", "/v1/organizations/{organization}/{username}", get_member),
    Route("PATCH", "/v1/organizations/{organization}/{username}", update_member),
    Route("DELETE", "/v1/organizations/{organization}/{username}", delete_member),
    Route("GET", "/v1/credentials/{namespace}/aws", list_aws),
    Route("POST", "/v1/credentials/{namespace}/aws", create_aws),
    Route("GET", "/v1/credentials/{namespace}/aws/{name}", get_aws),
    Route("DELETE", "/v1/credentials/{namespace}/aws/{name}", delete_aws),
    Route("GET", "/v2/credentials/{namespace}", list_credentials),
    Route("POST", "/v2/credentials/{namespace}", create_credential),
    Route("GET", "/v2/credentials/{namespace}/{name}", get_credential),
    Route("DELETE", "/v2/credentials/{namespace}/{name}", delete_credential),
)
