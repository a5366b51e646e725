"""Organisations of the classic cloud and their members (contract §10)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    MEMBER,
    ORGANIZATION,
    ORGANIZATION_ROLES,
    administered,
    namespace_actions,
    namespaces_of,
    role_in,
)
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import Refusal, invalid, missing, taken
from tui.systems.tiledb.service_side.routing import Route


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
    call.state.records.delete(existing(call.state.records.find(MEMBER, name, username), f"user {username} of {name}"))


ROUTES = (
    Route("GET", "/v1/organizations", list_organizations),
    Route("POST", "/v1/organization", create_organization),
    Route("GET", "/v1/organizations/{organization}", get_organization),
    Route("PATCH", "/v1/organizations/{organization}", update_organization),
    Route("DELETE", "/v1/organizations/{organization}", delete_organization),
    Route("POST", "/v1/organizations/{organization}/user", add_member),
    Route("GET", "/v1/organizations/{organization}/{username}", get_member),
    Route("PATCH", "/v1/organizations/{organization}/{username}", update_member),
    Route("DELETE", "/v1/organizations/{organization}/{username}", delete_member),
)
