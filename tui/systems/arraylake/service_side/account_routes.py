"""The catalogue's routes of people, keys, organisations and policies (contract §4.3, §5.3)."""

from __future__ import annotations

from typing import Any

from tui.systems.arraylake.service_side.call import Answer, Call, Handler
from tui.systems.arraylake.service_side.logins import CLIENT_ID
from tui.systems.arraylake.service_side.refusal import invalid

API_VERSION = "embedded"
POLICY_PAGE = 100


def root(call: Call) -> Any:
    return {"arraylake_api_version": API_VERSION}


def auth_config(call: Call) -> Any:
    """Answer where the identity provider is and as whom a client goes there."""
    return {"domain": call.state.domain, "client_id": CLIENT_ID}


def user(call: Call) -> Any:
    return call.principal.document()


def diagnostics(call: Call) -> Any:
    """Take what a client tells of its machine, and keep nothing of it."""
    return Answer(None, 204)


def organisations(call: Call) -> Any:
    return call.state.accounts.organisations(call.principal)


def authenticate_key(call: Call) -> Any:
    return call.state.accounts.key_document(call.query.get("token", ""))


def check_permission(call: Call) -> Any:
    subject, resource, action = (call.query.get(name, "") for name in ("principal_id", "resource", "action"))
    if resource.partition("/")[0] != call.org:
        raise invalid(f"resource must be {call.org} or a repository of it")
    return {"has_permission": call.state.accounts.may(call.principal, subject, resource, action)}


def policies(call: Call) -> Any:
    org = call.require("reader")
    page, size = call.whole("page", 1, 10**9), call.whole("size", POLICY_PAGE, POLICY_PAGE)
    found = call.state.chunks.policies(org)
    items = found[(page - 1) * size : page * size]
    return {"items": items, "total": len(found), "page": page, "size": size, "pages": -(-len(found) // size)}


def put_policy(call: Call) -> Any:
    return call.state.chunks.put_policy(call.require("admin"), call.body, call.principal.email)


def delete_policy(call: Call) -> Any:
    call.state.chunks.delete_policy(call.require("admin"), call.body)
    return Answer(None, 204)


def services(call: Call) -> Any:
    """Answer the compute deployments: this service has none."""
    call.require("reader")
    return []


OPEN_ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/", {"GET": root}),
    ("/auth/config", {"GET": auth_config}),
    ("/orgs/{org}/api-clients/authenticate", {"GET": authenticate_key}),
)
"""Anybody may ask for these."""
ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/auth/update-user", {"POST": user}),
    ("/user", {"GET": user}),
    ("/user/diagnostics", {"POST": diagnostics}),
    ("/user/orgs", {"GET": organisations}),
    ("/orgs/{org}/permissions/check", {"GET": check_permission}),
    ("/orgs/{org}/api-clients/permissions/check", {"GET": check_permission}),
    (
        "/orgs/{org}/settings/virtual-chunk-access-policies",
        {"GET": policies, "PUT": put_policy, "DELETE": delete_policy},
    ),
    ("/compute/orgs/{org}/services", {"GET": services}),
)
