"""User, session and tokens of the classic cloud (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.classic_access import (
    namespace_actions,
    namespaces_of,
)
from tui.systems.tiledb.service_side.classic_organizations import member_document
from tui.systems.tiledb.service_side.people import SCOPES, Person
from tui.systems.tiledb.service_side.refusal import forbidden, invalid
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.times import epoch

REMEMBERED_SECONDS, SESSION_SECONDS = 30 * 86400.0, 1800.0


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
)
