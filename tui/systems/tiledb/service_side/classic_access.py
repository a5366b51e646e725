"""Namespaces of the classic cloud, what is in them, and who may do what (contract §10).

A namespace is a user or an organisation. Nothing is known of a real server's rules. Here: who owns a namespace (a user
his own, an organisation's member as far as his role goes) may do all to its arrays and groups; others what was shared
with them, with an organisation of theirs, or with `public`.
"""

from __future__ import annotations

from typing import Any

from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import forbidden, missing
from tui.systems.tiledb.service_side.state import State

ORGANIZATION, MEMBER, ARRAY, GROUP = "organization", "organization_user", "array", "group"
ORGANIZATION_ROLES = ("owner", "admin", "read_write_delete", "read_write", "read_only")
ARRAY_ACTIONS = ("read", "write", "edit", "read_array_logs", "read_array_info", "read_array_schema")
GROUP_ACTIONS = ("read", "write", "edit")
NAMESPACE_ACTIONS = (
    "read",
    "write",
    "create",
    "delete",
    "edit",
    "read_array_logs",
    "read_job_logs",
    "read_object_logs",
    "run_job",
    "delete_organization",
    "edit_organization",
    "edit_billing",
)
PUBLIC = "public"


def role_in(state: State, person: Person, namespace: str) -> str | None:
    """Return a user's role in a namespace: owner of his own, else of the organisation, None: no member."""
    if namespace == person.username:
        return "owner"
    record = state.records.find(MEMBER, namespace, person.username)
    return record.document["role"] if record else None


def namespace_actions(role: str | None) -> list[str]:
    """Return what a role may do in a namespace."""
    count = {"owner": 12, "admin": 9, "read_write_delete": 9, "read_write": 3}.get(role or "", 0)
    return list(NAMESPACE_ACTIONS[:count]) or (["read", "read_array_logs"] if role else [])


def namespaces_of(state: State, person: Person) -> list[str]:
    """Return the namespaces that a user is at home in: his own first, then his organisations."""
    mine = [record.scope for record in state.records.all(MEMBER) if record.name == person.username]
    return [person.username, *sorted(mine)]


def known_namespace(state: State, namespace: str) -> None:
    """Let pass what is a user or an organisation.

    Raises:
        Refusal: 404.
    """
    if state.records.find(ORGANIZATION, "", namespace) is None:
        state.people.get(namespace)


def home(call: Call, namespace: str, changing: bool = False) -> str:
    """Return a namespace that who asks is at home in, and may change if he wants to.

    Raises:
        Refusal: 404, 403.
    """
    known_namespace(call.state, namespace)
    role = role_in(call.state, call.person, namespace)
    if role is None or (changing and role == "read_only"):
        raise forbidden(f"namespace {namespace}")
    return namespace


def administered(call: Call, namespace: str) -> str:
    """Return a namespace whose members and credentials who asks may change.

    Raises:
        Refusal: 404, 403.
    """
    known_namespace(call.state, namespace)
    if role_in(call.state, call.person, namespace) not in ("owner", "admin"):
        raise forbidden(f"only an owner or admin of {namespace} may")
    return namespace


def actions_on(state: State, person: Person, record: Record) -> list[str]:
    """Return what a user may do to an array or a group."""
    every = ARRAY_ACTIONS if record.kind == ARRAY else GROUP_ACTIONS
    role = role_in(state, person, record.scope)
    if role in ("owner", "admin", "read_write_delete"):
        return list(every)
    if role == "read_write":
        return [action for action in every if action != "edit"]
    shares: dict[str, list[str]] = record.document["shares"]
    given = {action for name in (*namespaces_of(state, person), PUBLIC) for action in shares.get(name, [])}
    if role == "read_only":
        given |= {action for action in every if action.startswith("read")}
    return [action for action in every if action in given]


def find(call: Call, kind: str, namespace: str, name: str, action: str = "read") -> Record:
    """Return an array or group by name, UUID or URI, to which who asks may do this.

    Raises:
        Refusal: 404, there is none that he sees; 403, he may not.
    """
    record = call.state.records.find(kind, namespace, name)
    if record is None and "://" in name:
        same = [one for one in call.state.records.all(kind, namespace) if one.document["uri"] == name]
        record = same[0] if same else None
    may = actions_on(call.state, call.person, record) if record else []
    if record is None or not may:
        raise missing(f"{kind} {namespace}/{name}")
    if action == "own":
        if role_in(call.state, call.person, namespace) not in ("owner", "admin", "read_write_delete"):
            raise forbidden(f"{kind} {namespace}/{name} is another's")
    elif action not in may:
        raise forbidden(f"{action} of {kind} {namespace}/{name}")
    return record


def seen(state: State, person: Person, record: Record, tab: str) -> bool:
    """Return whether an array or group belongs to a tab: `owned`, `shared` or `public`."""
    shares: dict[str, list[str]] = record.document["shares"]
    mine = namespaces_of(state, person)
    if tab == "owned":
        return record.scope in mine
    if tab == "public":
        return bool(shares.get(PUBLIC))
    return record.scope not in mine and any(shares.get(name) for name in mine)


def sharing(record: Record, call: Call) -> list[dict[str, Any]]:
    """Return with whom an array or group is shared, as an array's sharing is told."""
    return [
        {"namespace": name, "namespace_type": namespace_type(call.state, name), "actions": actions}
        for name, actions in sorted(record.document["shares"].items())
    ]


def namespace_type(state: State, name: str) -> str:
    """Return `organization` or `user`."""
    return "organization" if state.records.find(ORGANIZATION, "", name) or name == PUBLIC else "user"


def share(call: Call, record: Record, namespace: str, actions: list[str]) -> None:
    """Let a namespace do this to an array or group, and nothing else any more; nothing at all: unshare.

    Raises:
        Refusal: 404, there is no such namespace.
    """
    if namespace != PUBLIC:
        known_namespace(call.state, namespace)
    shares = {name: given for name, given in record.document["shares"].items() if name != namespace}
    if actions:
        shares[namespace] = actions
    call.state.records.change(record, shares=shares)
