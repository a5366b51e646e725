"""What the current platform has below `/v1` and `/v2`: tasks, task graphs, array activity, probes (contract §9)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.assets import GROUP_TYPES, Asset
from tui.systems.tiledb.service_side.call import Answer, Call
from tui.systems.tiledb.service_side.cells import data_answer, data_routes, stored_schema, written_domain
from tui.systems.tiledb.service_side.entering import entered_workspace
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import Refusal, missing
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.task_documents import (
    NOTEBOOK,
    graph_definition,
    graph_document,
    listed,
    listed_graphs,
    notebook_document,
    result,
    retried,
    submitted,
    task_document,
)
from tui.systems.tiledb.service_side.tasks import Graph
from tui.systems.tiledb.service_side.v4_assets import found, noted
from tui.systems.tiledb.service_side.workspaces import Workspace

KEY = "workspace"
FIRST_PAGE = 0
"""Tasks are counted from page 0 here (contract §3)."""


def list_tasks(call: Call) -> Any:
    workspace = entered_workspace(call)
    space, array = call.text("teamspace"), call.text("array")
    more: dict[str, str] = {}
    if space:
        more["space"] = call.state.teamspaces.get(workspace.id, space).id
    if array:
        more["asset"] = call.state.assets.get(more["space"], array).id if space else array
    return listed(call, {workspace.id: workspace.name}, FIRST_PAGE, **more)


def sidebar(call: Call) -> Any:
    workspace = entered_workspace(call)
    now = call.state.tasks.now()
    start, end = float(call.number("start", int(now - 7 * 86400))), float(call.number("end", int(now) + 1))
    _, total = call.state.tasks.find([workspace.id], start=start, end=end, limit=1, offset=0)
    return {"organizations": [], "result_count_for_all": total, "result_count_by_namespace": {workspace.name: total}}


def get_task(call: Call) -> Any:
    workspace = entered_workspace(call)
    task = call.state.tasks.get(call.path["id"], workspace.id)
    told = task_document(call, task, workspace.name, with_logs=True)
    if task.asset and task.space:
        told["asset"] = _asset(call, workspace, task.space, task.asset)
    return told


def _asset(call: Call, workspace: Workspace, space: str, name: str) -> dict[str, Any] | None:
    """Return the asset that a task worked on, None if it is gone."""
    try:
        asset = call.state.assets.get(space, name)
    except Refusal:
        return None
    team = call.state.teamspaces.get(workspace.id, asset.teamspace).name
    return {
        "id": asset.id,
        "name": asset.name,
        "path": asset.path,
        "teamspace_name": team,
        "workspace_name": workspace.name,
    }


def task_result(call: Call) -> Any:
    return result(call.state.tasks.get(call.path["id"], entered_workspace(call).id))


def list_graphs(call: Call) -> Any:
    workspace = entered_workspace(call)
    return listed_graphs(call, {workspace.id: workspace.name}, KEY)


def _graph(call: Call) -> tuple[Workspace, Graph]:
    workspace = entered_workspace(call)
    return workspace, call.state.tasks.graph(call.path["id"], workspace.id)


def get_graph(call: Call) -> Any:
    workspace, graph = _graph(call)
    return graph_document(call, graph, KEY, workspace.name)


def stop_graph(call: Call) -> Any:
    _, graph = _graph(call)
    call.state.tasks.stop(graph, call.person.username)


def retry_graph(call: Call) -> Any:
    workspace, graph = _graph(call)
    return retried(call, graph, KEY, workspace.name)


def submit_graph(call: Call) -> Any:
    workspace, graph = _graph(call)
    return submitted(call, graph, KEY, workspace.name)


def list_definitions(call: Call) -> Any:
    workspace = entered_workspace(call)
    graphs = call.state.tasks.graphs([workspace.id])
    return {"graphs": [graph_definition(call, graph, KEY, workspace.name) for graph in graphs]}


def get_definition(call: Call) -> Any:
    workspace, graph = _graph(call)
    return graph_definition(call, graph, KEY, workspace.name)


def non_empty_domain(call: Call) -> Any:
    """Answer where an array has cells."""
    asset = found(call, name="array")
    return written_domain(call, asset.uri, asset.schema)


def array_activity(call: Call) -> Any:
    """Answer the log of an array, the newest first."""
    return [_log(call, asset) for asset in _activities(call, found(call, name="array"))]


def array_activity_paged(call: Call) -> Any:
    return call.paged(array_activity(call), key="activitylogs")


def _activities(call: Call, asset: Asset) -> list[Any]:
    now = call.state.tasks.now()
    start, end = call.number("start", int(now - 7 * 86400)), call.number("end", int(now) + 1)
    return [one for one in call.state.activities.find(asset.workspace, None, asset.id) if start <= one.recorded <= end]


_ACTIONS = {"query-read": "query_read", "query-write": "query_write", "read-metadata": "array_metadata_get"}


def _log(call: Call, activity: Any) -> dict[str, Any]:
    return {
        "id": activity.id,
        "event_at": rfc3339(activity.recorded),
        "action": _ACTIONS.get(activity.action, activity.action.replace("-", "_")),
        "username": call.state.people.get(activity.person).username,
        "bytes_sent": int(activity.document.get("bytes", 0)),
        "bytes_received": 0,
    }


def notebook_status(call: Call) -> Any:
    workspace = entered_workspace(call)
    return notebook_document(call, _notebook(call, workspace), workspace.name)


def stop_notebook(call: Call) -> Any:
    call.state.records.delete(_notebook(call, entered_workspace(call)))


def _notebook(call: Call, workspace: Workspace) -> Record:
    return existing(call.state.records.find(NOTEBOOK, workspace.id, call.path["user"]), "notebook server")


def get_array(call: Call) -> Any:
    """Answer an array's schema, in the form that the request is in; only the sample's arrays have one."""
    from tui.systems.tiledb.service_side.array_schemas import schema_answer

    asset = found(call, name="array")
    if asset.backing != "array":
        raise missing(f"array {asset.path}")
    noted(call, asset, "read")
    return stored_schema(call, asset.uri) or schema_answer(asset.schema, call.headers, call.path["array"])


def probe_group(call: Call) -> Any:
    """Answer 200 where there is a group, which libtiledb takes 204 for its absence (contract §11)."""
    asset = found(call, name="group")
    if asset.type not in (*GROUP_TYPES, "folder"):
        raise missing(f"group {asset.path}")
    return Answer(None, 200)


def array_data(call: Call) -> Any:
    """Answer how an array opens, or what a query on it finds; what writes is refused."""
    asset = found(call, name="array")
    query = call.path.get("query", "")
    if query == "submit":
        noted(call, asset, "query-read")
    return data_answer(call, asset.uri, query)


def refuse_group(call: Call) -> Any:
    """Refuse to open a group for its library: this server tells only that there is one."""
    raise Refusal(501, "the embedded server opens no groups")


_GRAPH = "/v1/taskgraphs/{workspace}"
_ARRAY = "/v1/arrays/{workspace}/{teamspace}/{array}"
_GROUP = "/v2/groups/{workspace}/{teamspace}/{group}"
ROUTES = (
    Route("GET", "/v1/tasks/{workspace}", list_tasks),
    Route("GET", "/v1/tasks/{workspace}/sidebar", sidebar),
    Route("GET", "/v1/task/{workspace}/{id}", get_task),
    Route("GET", "/v1/task/{workspace}/{id}/result", task_result),
    Route("GET", f"{_GRAPH}/logs", list_graphs),
    Route("GET", f"{_GRAPH}/logs/{{id}}", get_graph),
    Route("POST", f"{_GRAPH}/executions/{{id}}/stop", stop_graph),
    Route("POST", f"{_GRAPH}/executions/{{id}}/retry", retry_graph),
    Route("POST", f"{_GRAPH}/executions/{{id}}/resubmit", submit_graph),
    Route("GET", f"{_GRAPH}/graphs", list_definitions),
    Route("GET", f"{_GRAPH}/graphs/{{id}}", get_definition),
    Route("POST", f"{_GRAPH}/graphs/{{id}}/submit", submit_graph),
    Route("GET", "/v1/notebooks/server/{workspace}/{user}/status", notebook_status),
    Route("DELETE", "/v1/notebooks/server/{workspace}/{user}", stop_notebook),
    Route("GET", _ARRAY, get_array),
    Route("GET", f"{_ARRAY}/non_empty_domain_json", non_empty_domain),
    Route("GET", f"{_ARRAY}/activity", array_activity),
    Route("GET", "/v2/arrays/{workspace}/{teamspace}/{array}/activity", array_activity_paged),
    *data_routes("/arrays/{workspace}/{teamspace}/{array}", array_data),
    Route("OPTIONS", _GROUP, probe_group),
    Route("POST", f"{_GROUP}/contents", refuse_group),
)
