"""The workspace and the teamspace that a call's path names, entered as whoever asks (contract §8)."""

from __future__ import annotations

from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.teamspaces import Teamspace
from tui.systems.tiledb.service_side.workspaces import Workspace


def entered_workspace(call: Call, role: str = "member") -> Workspace:
    """Return the workspace of the path, in which who asks has at least this role.

    Raises:
        Refusal: 404; 403, he is no member or his role is too low.
    """
    return call.state.workspaces.enter(call.person, call.path["workspace"], role)


def entered_teamspace(call: Call, rank: str = "viewer", name: str | None = None) -> Teamspace:
    """Return the teamspace of the path, or one that is named elsewhere, in which who asks may do what this role may.

    Raises:
        Refusal: 404; 403, his role is too low.
    """
    workspace = entered_workspace(call)
    return call.state.teamspaces.enter(call.person, workspace.id, name or call.path["teamspace"], rank)
