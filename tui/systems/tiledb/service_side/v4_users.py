"""Users and tokens of the current platform (contract §8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call, created
from tui.systems.tiledb.service_side.people import ROLES, SCOPES
from tui.systems.tiledb.service_side.refusal import forbidden, invalid
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.times import epoch


def sign_up(call: Call) -> Any:
    given = call.object("email", "username", "password")
    person = call.state.people.add(
        given["username"], given["email"], given["password"], given.get("display_name") or given["username"]
    )
    return created({"data": person.document()})


def get_self(call: Call) -> Any:
    """Answer who asks and his workspaces."""
    workspaces = call.state.workspaces
    mine = [workspaces.document(workspace, call.person) for workspace in workspaces.of(call.person)]
    return {"data": {"user": call.person.document(), "workspaces": mine}}


def get_user(call: Call) -> Any:
    return {"data": call.state.people.get(call.path["user_id"]).document()}


def update_user(call: Call) -> Any:
    person = call.state.people.get(call.path["user_id"])
    given = call.object()
    if person.id != call.person.id or given.get("role"):
        call.require_admin()
    if given.get("role") and given["role"] not in ROLES:
        raise invalid(role=f"is none of {', '.join(ROLES)}")
    call.state.people.change(person, **{name: str(value) for name, value in given.items() if value is not None})


def delete_user(call: Call) -> Any:
    person = call.state.people.get(call.path["user_id"])
    if person.id != call.person.id:
        call.require_admin()
    call.state.people.delete(person)


def change_password(call: Call) -> Any:
    given = call.object("current_password", "new_password")
    if not call.state.people.has_password(call.person, given["current_password"]):
        raise forbidden("the current password is another")
    call.state.people.set_password(call.person, given["new_password"])


def reset_password(call: Call) -> Any:
    if call.person.scope not in ("password_reset", "*"):
        raise forbidden("the token is not for this")
    call.state.people.set_password(call.person, call.object("new_password")["new_password"])


def nothing(call: Call) -> Any:
    """Take a request whose outcome would be an e-mail, of which there is none here."""


def token_document(row: Mapping[str, Any], secret: str = "") -> dict[str, Any]:
    """Return a token as v4 has it; the secret is told once, when it is made."""
    return {
        "token_id": row["id"],
        "name": row["name"],
        "created_at": rfc3339(row["created"]),
        "expires_at": rfc3339(row["expires"]),
        "api_key": secret,
        "workspace_id": row["workspace"],
        "scope": row["scope"],
    }


def list_tokens(call: Call) -> Any:
    kind = call.word("type", ("api", "session"))
    if not kind:
        raise invalid(type="is required")
    tokens = [token_document(row) for row in call.state.people.tokens(call.person, kind)]
    return call.paged([{name: value for name, value in token.items() if value is not None} for token in tokens])


def create_token(call: Call) -> Any:
    """Make an API token, which is of a workspace and has a name, or a session token, which need not have one."""
    given = call.object("scope")
    if given["scope"] not in SCOPES:
        raise invalid(scope="is no scope")
    workspace = None
    if given.get("workspace_id"):
        workspace = call.state.workspaces.enter(call.person, given["workspace_id"]).id
        if not given.get("name"):
            raise invalid(name="is required")
    expires = epoch(given["expires_at"], "expires_at") if given.get("expires_at") else None
    if expires is not None and expires <= call.state.clock.now():
        raise invalid(expires_at="is past")
    row, secret = call.state.people.add_token(
        call.person, given.get("name") or "session", given["scope"], workspace, expires
    )
    if workspace:
        told = {"token_id": row["id"], "name": row["name"], "scope": row["scope"]}
        call.state.activities.record(call.person, "create", workspace, None, "token", row["id"], told)
    return created({"data": token_document(row, secret)})


def revoke_token(call: Call) -> Any:
    row = call.state.people.revoke(call.person, call.path["token_id"])
    if row["workspace"]:
        told = {"token_id": row["id"], "name": row["name"], "scope": row["scope"]}
        call.state.activities.record(call.person, "delete", row["workspace"], None, "token", row["id"], told)


ROUTES = (
    Route("POST", "/v4/actions/users/change_password", change_password),
    Route("POST", "/v4/actions/users/confirm_email", nothing),
    Route("POST", "/v4/actions/users/request_email_confirmation", nothing, anybody=True),
    Route("POST", "/v4/actions/users/request_password_reset", nothing, anybody=True),
    Route("POST", "/v4/actions/users/reset_password", reset_password),
    Route("POST", "/v4/users", sign_up, anybody=True),
    Route("GET", "/v4/users/self", get_self),
    Route("GET", "/v4/users/{user_id}", get_user),
    Route("PATCH", "/v4/users/{user_id}", update_user),
    Route("DELETE", "/v4/users/{user_id}", delete_user),
    Route("GET", "/v4/tokens", list_tokens),
    Route("POST", "/v4/tokens", create_token),
    Route("DELETE", "/v4/tokens/{token_id}", revoke_token),
)
