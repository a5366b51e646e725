"""Workspaces, their members and the invitations to them, on the current platform (contract §8)."""

from __future__ import annotations

import base64
import json
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call, created
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid, missing
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.tenancy import WORKSPACE_ROLES, Workspace
from tui.systems.tiledb.service_side.v4_storage import add_credential, add_storage_setting

INVITATION = "invitation"


def create_workspace(call: Call) -> Any:
    given = call.object("name", "default_credential", "default_storage_setting")
    with call.state.database.together():
        workspace = call.state.tenancy.add_workspace(given["name"], given.get("description"), call.person)
        add_credential(call.state, workspace.id, "workspace", given["default_credential"])
        add_storage_setting(call.state, workspace.id, given["default_storage_setting"])
    return created({"data": call.state.tenancy.workspace_document(workspace, call.person)})


def get_workspace(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"])
    return {"data": call.state.tenancy.workspace_document(workspace, call.person)}


def update_workspace(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    given = call.object()
    call.state.tenancy.change_workspace(workspace, given.get("name"), given.get("description"))


def delete_workspace(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    if call.state.tenancy.member_role(workspace, call.person) != "owner":
        raise forbidden("only an owner deletes a workspace")
    call.state.tenancy.delete_workspace(workspace)


def list_members(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"])
    return call.paged(call.state.tenancy.members(workspace, call.text("search")))


def add_member(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    given = call.object("user_id", "role")
    person = call.state.people.get(given["user_id"])
    call.state.tenancy.add_member(workspace, person, given["role"], call.person)
    return created({"data": call.state.tenancy.member(workspace, person.id)})


def get_member(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"])
    return {"data": call.state.tenancy.member(workspace, call.path["user_id"])}


def update_member(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    call.state.tenancy.change_member(workspace, call.path["user_id"], call.object("role")["role"])


def remove_member(call: Call) -> Any:
    own = call.path["user_id"] == call.person.id
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "member" if own else "admin")
    call.state.tenancy.remove_member(workspace, call.path["user_id"])


def _invitation(call: Call, record: Record) -> dict[str, Any]:
    """Return an invitation as v4 has it."""
    inviter = call.state.people.get(record.document["by"])
    workspace = call.state.tenancy.workspace(record.scope)
    role = call.state.tenancy.member_role(workspace, inviter) or "member"
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
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    records = sorted(call.state.records.all(INVITATION, workspace.id), key=lambda record: -record.created)
    return call.paged([_invitation(call, record) for record in records])


def invite(call: Call) -> Any:
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    for given in call.objects():
        email = str(given.get("invitee_email") or "")
        role = (given.get("workspace_invitation") or {}).get("prospective_role") or "member"
        if "@" not in email:
            raise invalid(invitee_email="is no address")
        if role not in WORKSPACE_ROLES:
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
    workspace = call.state.tenancy.enter(call.person, call.path["workspace"], "admin")
    record = call.state.records.find(INVITATION, workspace.id, call.path["invitation_id"])
    if record is None:
        raise missing("invitation")
    call.state.records.delete(record)


def _invited(call: Call) -> Record:
    """Return the invitation of a path, if the JWT of the e-mail is for it.

    Raises:
        Refusal: 404; 401, the JWT is another's.
    """
    record = call.state.records.anywhere(INVITATION, call.path["invitation_id"])
    if record is None:
        raise missing("invitation")
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
            workspace = call.state.tenancy.workspace(record.scope)
            call.state.tenancy.add_member(workspace, call.person, record.document["role"], call.person)
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
