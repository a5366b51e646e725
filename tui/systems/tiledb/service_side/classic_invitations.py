"""Invitations of the classic cloud: to share an array or a group, or to join an organisation (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call, is_texts
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    GROUP,
    MEMBER,
    administered,
    find,
    role_in,
    share,
)
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import forbidden, invalid, missing
from tui.systems.tiledb.service_side.routing import Route

INVITATION = "classic_invitation"


def _invitation(record: Record) -> dict[str, Any]:
    kept = {name: value for name, value in record.document.items() if name != "accepted"}
    accepted = record.document.get("accepted")
    return {
        "id": record.id,
        "status": "ACCEPTED" if accepted else "PENDING",
        "created_at": rfc3339(record.created),
        "expires_at": rfc3339(record.created + 30 * 86400),
        **({"accepted_at": rfc3339(accepted)} if accepted else {}),
        **kept,
    }


def _concerns(call: Call, record: Record) -> bool:
    """Return whether an invitation is to who asks, or from a namespace that he administers."""
    mine = (call.person.email, call.person.username)
    return record.document["email"] in mine or role_in(call.state, call.person, record.scope) in ("owner", "admin")


def list_invitations(call: Call) -> Any:
    kind, status = call.text("type"), call.text("status")
    found = [
        _invitation(record)
        for record in sorted(call.state.records.all(INVITATION), key=lambda record: -record.created)
        if _concerns(call, record)
        and kind in ("", record.document["invitation_type"])
        and call.text("organization") in ("", record.document.get("organization_name"))
        and call.text("array") in ("", record.document.get("array_name"), record.document.get("array_uuid"))
    ]
    return call.paged([one for one in found if status in ("", one["status"])], key="invitations")


def _invite(call: Call, namespace: str, email: str, kind: str, **parts: Any) -> None:
    document = {"invitation_type": kind, "email": email, "inviter_uuid": call.person.id, **parts}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(INVITATION, namespace, identity, identity, call.state.clock.now(), document))


def _addresses(given: Mapping[str, Any]) -> list[str]:
    """Return who is invited.

    Raises:
        Refusal: 400, it is no list of addresses.
    """
    if not is_texts(given["invitee_email"]):
        raise invalid(invitee_email="is no list of texts")
    return given["invitee_email"]


def invite_to_array(call: Call) -> Any:
    record = find(call, ARRAY, call.path["namespace"], call.path["array"], "own")
    given = call.object("actions", "invitee_email")
    for email in _addresses(given):
        parts = {"array_uuid": record.id, "array_name": f"{record.scope}/{record.name}"}
        _invite(call, record.scope, email, "ARRAY_SHARE", **parts, actions=",".join(given["actions"]))


def invite_to_group(call: Call) -> Any:
    record = find(call, GROUP, call.path["namespace"], call.path["group"], "own")
    given = call.object("invitee_email_or_name")
    for email in given["invitee_email_or_name"]:
        actions = {"actions": given.get("array_actions") or [], "group_actions": given.get("group_actions") or []}
        told = {name: ",".join(words) for name, words in actions.items()}
        _invite(call, record.scope, email, "GROUP_SHARE", group_uuid=record.id, **told)


def invite_to_organization(call: Call) -> Any:
    name = administered(call, call.path["organization"])
    given = call.object("organization_role", "invitee_email")
    for email in _addresses(given):
        role = given["organization_role"]
        _invite(call, name, email, "JOIN_ORGANIZATION", organization_name=name, organization_role=role)


def accept(call: Call) -> Any:
    """Do what an invitation offers who asks."""
    record = call.state.records.anywhere(INVITATION, call.path["invitation"])
    if record is None or record.document.get("accepted"):
        raise missing("invitation")
    if record.document["email"] not in (call.person.email, call.person.username):
        raise forbidden("the invitation is to another")
    kept = record.document
    with call.state.database.together():
        if kept["invitation_type"] == "JOIN_ORGANIZATION":
            identity = f"{record.scope}/{call.person.username}"
            role = {"role": kept["organization_role"]}
            now = call.state.clock.now()
            call.state.records.put(Record(MEMBER, record.scope, call.person.username, identity, now, role))
        elif kept["invitation_type"] == "ARRAY_SHARE":
            array = existing(call.state.records.anywhere(ARRAY, kept["array_uuid"]), "array")
            share(call, array, call.person.username, kept["actions"].split(","))
        else:
            group = existing(call.state.records.anywhere(GROUP, kept["group_uuid"]), "group")
            share(call, group, call.person.username, kept["group_actions"].split(","))
        call.state.records.change(record, accepted=call.state.clock.now())


def cancel(call: Call) -> Any:
    """Take an invitation back."""
    record = existing(call.state.records.anywhere(INVITATION, call.path["invitation"]), "invitation")
    administered(call, record.scope)
    if record.document.get("accepted"):
        raise invalid(invitation="was accepted")
    call.state.records.delete(record)


ROUTES = (
    Route("GET", "/v1/invitations", list_invitations),
    Route("POST", "/v1/invitations/{invitation}", accept),
    Route("POST", "/v1/invitations/{namespace}/{array}/share", invite_to_array),
    Route("POST", "/v1/invitations/group/{namespace}/{group}/share", invite_to_group),
    Route("POST", "/v1/invitations/{organization}/join", invite_to_organization),
    Route("DELETE", "/v1/invitations/{invitation}/{namespace}/{array}/share", cancel),
    Route("DELETE", "/v1/invitations/group/{invitation}/{namespace}/{group}/share", cancel),
    Route("DELETE", "/v1/invitations/{invitation}/{organization}/join", cancel),
)
