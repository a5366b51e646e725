"""Workspaces, their members and the invitations to them, on the current platform (contract §8)."""

from __future__ import annotations

import base64
import json
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call, created
from tui.systems.tiledb.service_side.entering import entered_workspace
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.v4_storage import add_credential, add_storage_setting
from tui.systems.tiledb.service_side.workspaces import ROLES, Workspace

INVITATION = "invitation"


def create_workspace(call: Call) -> Any:
    given = call.object("name", "default_credential", "default_storage_setting")
    with call.state.database.together():
        workspace = call.state.workspaces.add(given["name"], given.get("description"), call.person)
        add_credential(call.state, workspace.id, "workspace", given["default_credential"])
        add_storage_setting(call.state, workspace.id, given["default_storage_setting"])
    return created({"data": call.state.workspaces.document(workspace, call.person)})


def get_workspace(call: Call) -> Any:
    workspace = entered_workspace(call)
    return {"data": call.state.workspaces.document(workspace, call.person)}


def update_workspace(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    given = call.object()
    call.state.workspaces.change(workspace, given.get("name"), given.get("description"))


def delete_workspace(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    if call.state.workspaces.members.role(workspace.id, call.person) != "owner":
        raise forbidden("only an owner deletes a workspace")
    call.state.workspaces.delete(workspace)


def list_members(call: Call) -> Any:
    workspace = entered_workspace(call)
    return call.paged(call.state.workspaces.members.all(workspace.id, call.text("search")))


def add_member(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    given = call.object("user_id", "role")
    person = call.state.people.get(given["user_id"])
    call.state.workspaces.add_member(workspace, person, given["role"], call.person)
    return created({"data": call.state.workspaces.members.get(workspace.id, person.id)})


def get_member(call: Call) -> Any:
    workspace = entered_workspace(call)
    return {"data": call.state.workspaces.members.get(workspace.id, call.path["user_id"])}


def update_member(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    call.state.workspaces.change_member(workspace, call.path["user_id"], call.object("role")["role"])


def remove_member(call: Call) -> Any:
    own = call.path["user_id"] == call.person.id
    workspace = entered_workspace(call, "member" if own else "admin")
    call.state.workspaces.remove_member(workspace, call.path["user_id"])


def _invitation(call: Call, record: Record) -> dict[str, Any]:
    """Return an invitation as v4 has it."""
    inviter = call.state.people.get(record.document["by"])
    workspace = call.state.workspaces.get(record.scope)
    role = call.state.workspaces.members.role(workspace.id, inviter) or "member"
    return {
        "invitation_id": record.id,
        "invitee_email": record.document["email"],
        "created_by": {
            "user_id": inviter.id,
            "display_name": inviter.display_name,
            "email": inviter.email,
            "workspace_role": role,
        },
        "created_at": rfc3339(record.created),
        "workspace_invitation": {
            "workspace_id": workspace.id,
            "name": workspace.name,
            "description": workspace.description or "",
            "prospective_role": record.document["role"],
        },
    }


def list_invitations(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    records = sorted(call.state.records.all(INVITATION, workspace.id), key=lambda record: -record.created)
    return call.paged([_invitation(call, record) for record in records])


def invite(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    for given in call.objects():
        email = str(given.get("invitee_email") or "")
        role = (given.get("workspace_invitation") or {}).get("prospective_role") or "member"
        if "@" not in email:
            raise invalid(invitee_email="is no address")
        if role not in ROLES:
            raise invalid(prospective_role="is no role")
        add_invitation(call, workspace, email, role, call.person)
    return created()


def add_invitation(call: Call, workspace: Workspace, email: str, role: str, by: Person) -> Record:
    """Remember an invitation; a second one to the same address takes the place of the first."""
    state = call.state
    document = {"email": email, "role": role, "by": by.id}
    record = Record(INVITATION, workspace.id, email, state.identities.id("inv"), state.clock.now(), document)
    return state.records.put(record)


def delete_invitation(call: Call) -> Any:
    workspace = entered_workspace(call, "admin")
    record = call.state.records.find(INVITATION, workspace.id, call.path["invitation_id"])
    call.state.records.delete(existing(record, "invitation"))


def _invited(call: Call) -> Record:
    """Return the invitation of a path, if the JWT of the e-mail is for it.

    Raises:
        Refusal: 404; 401, the JWT is another's.
    """
    record = existing(call.state.records.anywhere(INVITATION, call.path["invitation_id"]), "invitation")
    if call.object("jwt")["jwt"] != invitation_jwt(record):
        raise Refusal(401, "the invitation's token is another")
    return record


def invitation_jwt(record: Record) -> str:
    """Return what the e-mail of an invitation would hold. There is no e-mail here, so it follows from the id."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"invitation_id": record.id})
    return ".".join(
        [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts] + ["x"]
    )


def get_invitation(call: Call) -> Any:
    return {"data": _invitation(call, _invited(call))}


def respond(call: Call) -> Any:
    """Accept or reject an invitation that is to who asks."""
    record = _invited(call)
    response = call.object("response")["response"]
    if response not in ("accept", "reject"):
        raise invalid(response="is neither accept nor reject")
    if call.person.email != record.document["email"]:
        raise forbidden("the invitation is to another")
    with call.state.database.together():
        if response == "accept":
            workspace = call.state.workspaces.get(record.scope)
            call.state.workspaces.add_member(workspace, call.person, record.document["role"], call.person)
        call.state.records.delete(record)


ROUTES = (
    Route("POST", "/v4/workspaces", create_workspace),
    Route("GET", "/v4/workspaces/{workspace}", get_workspace),
    Route("PATCH", "/v4/workspaces/{workspace}", update_workspace),
    Route("DELETE", "/v4/workspaces/{workspace}", delete_workspace),
    Route("GET", "/v4/workspaceusers/{workspace}", list_members),
    Route("POST", "/v4/workspaceusers/{workspace}", add_member),
    Route("GET", "/v4/workspaceusers/{workspace}/{user_id}", get_member),
    Route("PATCH", "/v4/workspaceusers/{workspace}/{user_id}", update_member),
    Route("DELETE", "/v4/workspaceusers/{workspace}/{user_id}", remove_member),
    Route("GET", "/v4/invitations/admin/{workspace}", list_invitations),
    Route("POST", "/v4/invitations/admin/{workspace}", invite),
    Route("DELETE", "/v4/invitations/admin/{workspace}/{invitation_id}", delete_invitation),
    Route("POST", "/v4/invitations/{invitation_id}", get_invitation),
    Route("PATCH", "/v4/invitations/{invitation_id}", respond),
)
