"""Teamspaces and their members, the general space and users' own spaces, on the current platform (contract §8)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call, created
from tui.systems.tiledb.service_side.entering import entered_teamspace, entered_workspace
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid, missing, taken
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.teamspaces import Teamspace
from tui.systems.tiledb.service_side.v4_storage import add_credential, add_storage_setting, default_setting

ORDERS = {"name": "name", "created_at": "created", "updated_at": "updated", "": "created"}


def document(call: Call, teamspace: Teamspace) -> dict[str, Any]:
    """Return a teamspace as v4 has it, with who asks as `self` if he is a member."""
    workspaces, teamspaces = call.state.workspaces, call.state.teamspaces
    # Who made it may have left it.
    maker = workspaces.member(workspaces.get(teamspace.workspace), teamspace.created_by, call.person)
    found = {
        **teamspace.light(),
        "description": teamspace.description or "",
        "visibility": teamspace.visibility,
        "created_at": rfc3339(teamspace.created),
        "updated_at": rfc3339(teamspace.updated or teamspace.created),
        "created_by": {**maker, "role": "owner"},
        "default_storage_setting": default_setting(call.state, teamspace),
    }
    if teamspaces.role(call.person, teamspace):
        found["self"] = teamspaces.members.get(teamspace.id, call.person.id)
    return found


def list_teamspaces(call: Call) -> Any:
    """Answer what who asks may open: all, or those he is a member of, or public ones he has not joined."""
    workspace = entered_workspace(call)
    order, direction = call.word("order_by", list(ORDERS)), call.word("order", ("asc", "desc"), "desc")
    memberships = call.flag("memberships")
    found: list[Teamspace] = []
    for teamspace in call.state.teamspaces.all(workspace.id):
        role = call.state.teamspaces.role(call.person, teamspace)
        shown = call.state.teamspaces.rank(call.person, teamspace) > 0
        if memberships is not None:
            shown = bool(role) if memberships else not role and teamspace.visibility == "public"
        if shown:
            found.append(teamspace)
    found.sort(key=lambda one: getattr(one, ORDERS[order]) or one.created)
    if direction == "desc":
        # Turned round, and not sorted in reverse, for of two of the same time the later is the newer.
        found.reverse()
    return {"data": [document(call, teamspace) for teamspace in found]}


def create_teamspace(call: Call) -> Any:
    given = call.object("name", "visibility")
    state = call.state
    workspace = entered_workspace(call)
    with state.database.together():
        teamspace = state.teamspaces.add(
            workspace.id,
            str(given["name"]),
            call.person,
            description=given.get("description"),
            visibility=given["visibility"],
            icon=given.get("icon"),
        )
        scope = f"{workspace.id}/{teamspace.id}"
        default = given.get("default_credential") or {}
        credential = default.get("existing_credential_name") or ""
        if default.get("new_credential"):
            credential = add_credential(state, scope, "teamspace", default["new_credential"]).name
        if given.get("default_storage_setting"):
            setting = {"credentials_name": credential, **given["default_storage_setting"]}
            add_storage_setting(state, scope, setting)
    return created({"data": document(call, teamspace)})


def delete_all(call: Call) -> Any:
    """Let go of every teamspace of a workspace, as the real service would."""
    workspace = entered_workspace(call, "admin")
    with call.state.database.together():
        for teamspace in call.state.teamspaces.all(workspace.id):
            if teamspace.kind == "teamspace":
                call.state.teamspaces.delete(teamspace)


def get_teamspace(call: Call) -> Any:
    return {"data": document(call, entered_teamspace(call))}


def update_teamspace(call: Call) -> Any:
    teamspace, given = entered_teamspace(call, "owner"), call.object()
    columns = {name: given.get(name) for name in ("name", "description", "icon")}
    call.state.teamspaces.change(teamspace, {**columns, "visibility": given.get("visibility_level")})


def delete_teamspace(call: Call) -> Any:
    """Let go of a teamspace; its storage goes too only where `delete-assets` is true."""
    teamspace = entered_teamspace(call, "owner")
    if teamspace.kind != "teamspace":
        raise Refusal(400, f"a {teamspace.kind} cannot be deleted")
    with call.state.database.together():
        if call.flag("delete-assets"):
            for asset in call.state.assets.in_workspace(teamspace.workspace, [teamspace.id]):
                call.state.storage_gone(asset.uri)
        call.state.teamspaces.delete(teamspace)


def list_members(call: Call) -> Any:
    teamspace = entered_teamspace(call)
    return call.paged(call.state.teamspaces.members.all(teamspace.id, call.text("search"), call.text("role")))


def add_members(call: Call) -> Any:
    teamspace = entered_teamspace(call, "owner")
    with call.state.database.together():
        added = [
            call.state.teamspaces.add_member(
                teamspace, str(given.get("user_id") or ""), str(given.get("role") or ""), call.person
            )
            for given in call.objects()
        ]
    return created({"data": added})


def get_member(call: Call) -> Any:
    return {"data": call.state.teamspaces.members.get(entered_teamspace(call).id, call.path["user_id"])}


def update_member(call: Call) -> Any:
    teamspace = entered_teamspace(call, "owner")
    call.state.teamspaces.members.change(teamspace.id, call.path["user_id"], call.object("role")["role"])


def remove_member(call: Call) -> Any:
    call.state.teamspaces.members.remove(entered_teamspace(call, "owner").id, call.path["user_id"])


def update_members(call: Call) -> Any:
    teamspace = entered_teamspace(call, "owner")
    with call.state.database.together():
        for given in call.objects():
            call.state.teamspaces.members.change(
                teamspace.id, str(given.get("user_id") or ""), str(given.get("role") or "")
            )


def remove_members(call: Call) -> Any:
    """Let several members go; the body is a bare list of their ids."""
    teamspace = entered_teamspace(call, "owner")
    if not isinstance(call.body, list):
        raise Refusal(400, "the body must be a JSON list of user ids")
    with call.state.database.together():
        for identity in call.body:
            call.state.teamspaces.members.remove(teamspace.id, str(identity))


def join(call: Call) -> Any:
    """Make who asks a viewer of a public teamspace."""
    teamspace = entered_teamspace(call)
    if teamspace.visibility != "public":
        raise forbidden("only a public teamspace is joined")
    if call.state.teamspaces.role(call.person, teamspace):
        raise taken("membership")
    joined = call.state.teamspaces.add_member(teamspace, call.person.id, "viewer", call.person)
    return created({"data": joined})


def leave(call: Call) -> Any:
    teamspace = entered_teamspace(call)
    if not call.state.teamspaces.role(call.person, teamspace):
        raise missing("membership")
    call.state.teamspaces.members.remove(teamspace.id, call.person.id)


def _space(call: Call, kind: str, name: str | None) -> Teamspace:
    """Return the general space, or the user's space of a name.

    Raises:
        Refusal: 404.
    """
    workspace = entered_workspace(call)
    for teamspace in call.state.teamspaces.seen(call.person, workspace.id):
        if teamspace.kind == kind and name in (None, teamspace.id, teamspace.name):
            return teamspace
    raise missing(kind)


def _space_document(teamspace: Teamspace) -> dict[str, Any]:
    return {
        f"{teamspace.kind}_id": teamspace.id,
        "name": teamspace.name,
        "icon": teamspace.icon,
        "description": teamspace.description or "",
        "created_at": rfc3339(teamspace.created),
        "updated_at": rfc3339(teamspace.updated or teamspace.created),
    }


def get_generalspace(call: Call) -> Any:
    return {"data": _space_document(_space(call, "generalspace", call.path.get("generalspace")))}


def get_userspace(call: Call) -> Any:
    return {"data": _space_document(_space(call, "userspace", call.path["userspace"]))}


def update_generalspace(call: Call) -> Any:
    entered_workspace(call, "admin")
    _update_space(call, _space(call, "generalspace", call.path.get("generalspace")))


def update_userspace(call: Call) -> Any:
    _update_space(call, _space(call, "userspace", call.path["userspace"]))


def _update_space(call: Call, teamspace: Teamspace) -> None:
    given = call.object()
    if "/" in (given.get("name") or ""):
        raise invalid(name="must not hold a slash")
    call.state.teamspaces.change(teamspace, {name: given.get(name) for name in ("name", "description", "icon")})


_ONE = "/v4/teamspaces/{workspace}/{teamspace}"
_ACTIONS = "/v4/actions/teamspaces/{workspace}/{teamspace}/users"
ROUTES = (
    Route("GET", "/v4/teamspaces/{workspace}", list_teamspaces),
    Route("POST", "/v4/teamspaces/{workspace}", create_teamspace),
    Route("DELETE", "/v4/teamspaces/{workspace}", delete_all),
    Route("GET", _ONE, get_teamspace),
    Route("PATCH", _ONE, update_teamspace),
    Route("DELETE", _ONE, delete_teamspace),
    Route("GET", f"{_ONE}/users", list_members),
    Route("POST", f"{_ONE}/users", add_members),
    Route("GET", f"{_ONE}/users/{{user_id}}", get_member),
    Route("PATCH", f"{_ONE}/users/{{user_id}}", update_member),
    Route("DELETE", f"{_ONE}/users/{{user_id}}", remove_member),
    Route("PATCH", f"{_ACTIONS}/bulk_update", update_members),
    Route("POST", f"{_ACTIONS}/bulk_delete", remove_members),
    Route("POST", f"{_ACTIONS}/join", join),
    Route("POST", f"{_ACTIONS}/leave", leave),
    Route("GET", "/v4/generalspaces/{workspace}", get_generalspace),
    Route("PATCH", "/v4/generalspaces/{workspace}", update_generalspace),
    Route("GET", "/v4/generalspaces/{workspace}/{generalspace}", get_generalspace),
    Route("PATCH", "/v4/generalspaces/{workspace}/{generalspace}", update_generalspace),
    Route("GET", "/v4/userspaces/{workspace}/{userspace}", get_userspace),
    Route("PATCH", "/v4/userspaces/{workspace}/{userspace}", update_userspace),
)
