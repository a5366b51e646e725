"""Tasks, task graphs and notebook servers of the classic cloud (contract §10)."""

from __future__ import annotations

from typing import Any

from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    find,
    home,
    namespaces_of,
    role_in,
)
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import missing
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.task_documents import (
    NOTEBOOK,
    WINDOW,
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
from tui.systems.tiledb.service_side.tasks import Graph, Task

KEY = "namespace"


def _tenants(call: Call) -> dict[str, str]:
    """Return the namespaces whose tasks are asked for, which have no ids: one, or all that who asks is at home in."""
    namespace = call.text("namespace")
    found = [home(call, namespace)] if namespace else namespaces_of(call.state, call.person)
    return {name: name for name in found}


def list_tasks(call: Call) -> Any:
    namespace, _, name = call.text("array").partition("/")
    array = call.state.records.find(ARRAY, namespace, name) if name else None
    more = {"asset": array.id if array else namespace} if namespace else {}
    return listed(call, _tenants(call), 1, **more)


def sidebar(call: Call) -> Any:
    now = call.state.clock.now()
    counts: dict[str, int] = {}
    for namespace in _tenants(call):
        start, end = float(call.number("start", int(now - WINDOW))), float(call.number("end", int(now) + 1))
        _, counts[namespace] = call.state.tasks.find([namespace], start=start, end=end, limit=1, offset=0)
    return {
        "organizations": namespaces_of(call.state, call.person)[1:],
        "result_count_for_all": sum(counts.values()),
        "result_count_by_namespace": counts,
    }


def _task(call: Call) -> Task:
    task = call.state.tasks.get(call.path["id"])
    if role_in(call.state, call.person, task.tenant) is None:
        raise missing(f"task {task.id}")
    return task


def get_task(call: Call) -> Any:
    task = _task(call)
    told = task_document(call, task, task.tenant, with_logs=True)
    array = call.state.records.anywhere(ARRAY, task.asset) if task.asset else None
    if array is not None:
        told["array_metadata"] = {"id": array.id, "name": array.name, "namespace": array.scope}
    return told


def task_result(call: Call) -> Any:
    return result(_task(call))


def list_graphs(call: Call) -> Any:
    return listed_graphs(call, _tenants(call), KEY)


def _graph(call: Call, changing: bool = False) -> Graph:
    return call.state.tasks.graph(call.path["id"], home(call, call.path["namespace"], changing))


def get_graph(call: Call) -> Any:
    graph = _graph(call)
    return graph_document(call, graph, KEY, graph.tenant)


def stop_graph(call: Call) -> Any:
    call.state.tasks.stop(_graph(call, changing=True), call.person.username)


def retry_graph(call: Call) -> Any:
    graph = _graph(call, changing=True)
    return retried(call, graph, KEY, graph.tenant)


def submit_graph(call: Call) -> Any:
    graph = _graph(call, changing=True)
    return submitted(call, graph, KEY, graph.tenant)


def list_definitions(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    graphs = call.state.tasks.graphs([namespace])
    return {"graphs": [graph_definition(call, graph, KEY, graph.tenant) for graph in graphs]}


def get_definition(call: Call) -> Any:
    graph = _graph(call)
    return graph_definition(call, graph, KEY, graph.tenant)


def get_registered(call: Call) -> Any:
    """Answer a task graph that was registered by name."""
    record = find(call, ARRAY, call.path["namespace"], call.path["name"])
    if record.document.get("file_type") != "registered_task_graph":
        raise missing(f"task graph {record.name}")
    told = {"uuid": record.id, "namespace": record.scope, "name": record.name}
    return {**told, "readme": record.document.get("description", ""), "tags": [], "nodes": record.document["nodes"]}


def notebook_status(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    return notebook_document(call, _notebook(call, namespace), namespace)


def stop_notebook(call: Call) -> Any:
    call.state.records.delete(_notebook(call, home(call, call.path["namespace"], changing=True)))


def _notebook(call: Call, namespace: str) -> Record:
    return existing(call.state.records.find(NOTEBOOK, namespace, "server"), "notebook server")


_RUNS = "/v1/taskgraphs/{namespace}/executions/{id}"
ROUTES = (
    Route("GET", "/v1/tasks", list_tasks),
    Route("GET", "/v1/tasks/sidebar", sidebar),
    Route("GET", "/v1/task/{id}", get_task),
    Route("GET", "/v1/task/{id}/result", task_result),
    Route("GET", "/v1/taskgraphs/logs", list_graphs),
    Route("GET", "/v1/taskgraphs/{namespace}/logs/{id}", get_graph),
    Route("POST", f"{_RUNS}/stop", stop_graph),
    Route("POST", f"{_RUNS}/retry", retry_graph),
    Route("POST", f"{_RUNS}/resubmit", submit_graph),
    Route("GET", "/v1/taskgraphs/{namespace}/graphs", list_definitions),
    Route("GET", "/v1/taskgraphs/{namespace}/graphs/{id}", get_definition),
    Route("POST", "/v1/taskgraphs/{namespace}/graphs/{id}/submit", submit_graph),
    Route("GET", "/v1/taskgraphs/{namespace}/registered/{name}", get_registered),
    Route("GET", "/v1/notebooks/server/{namespace}/status", notebook_status),
    Route("DELETE", "/v1/notebooks/server/{namespace}", stop_notebook),
)
