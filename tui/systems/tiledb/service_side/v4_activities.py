"""The list of what was done in a workspace or teamspace (contract §8)."""

from __future__ import annotations

from typing import Any

from tui.systems.tiledb.service_side.activities import Activity, document
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.entering import entered_teamspace, entered_workspace
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.times import epoch


def of_workspace(call: Call) -> Any:
    workspace = entered_workspace(call)
    return _page(call, call.state.activities.find(workspace.id))


def of_teamspace(call: Call) -> Any:
    teamspace = entered_teamspace(call)
    return _page(call, call.state.activities.find(teamspace.workspace, teamspace.id))


def _page(call: Call, activities: list[Activity]) -> Any:
    subjects, kinds, actions = call.texts("subject"), call.texts("object_type"), call.texts("action_type")
    after, before = (
        epoch(call.text(name), name) if call.text(name) else default
        for name, default in (("recorded_after", 0.0), ("recorded_before", float("inf")))
    )
    workspace = call.state.workspaces.get(call.path["workspace"])
    seen = {space.id: space.light() for space in call.state.teamspaces.seen(call.person, workspace.id)}
    people = {person.id: person for person in call.state.people.everybody()}
    found = [
        activity
        for activity in activities
        if (activity.teamspace is None or activity.teamspace in seen)
        and (not subjects or activity.person in subjects)
        and (not kinds or activity.object_type in kinds)
        and (not actions or activity.action in actions)
        and call.text("object_id", activity.object_id) == activity.object_id
        and call.text("id", activity.id) == activity.id
        and after <= activity.recorded <= before
    ]
    if call.word("order", ("asc", "desc"), "desc") == "asc":
        found.reverse()
    _, size, offset = call.slice()
    told: list[dict[str, Any]] = []
    for activity in found[offset : offset + size]:
        person = people.get(activity.person, call.person)
        one = document(activity, person.document())
        one["workspace"] = workspace.light()
        if activity.teamspace in seen:
            one["teamspace"] = seen[activity.teamspace]
        told.append(one)
    return call.envelope(told, len(found))


ROUTES = (
    Route("GET", "/v4/activities/{workspace}", of_workspace),
    Route("GET", "/v4/activities/{workspace}/{teamspace}", of_teamspace),
)
