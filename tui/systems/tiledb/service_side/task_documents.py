"""Tasks, task graphs and notebook servers as both generations' v1 has them (contract §10, models).

`tenants` are the workspaces or namespaces that something is asked of: what they are called, by their ids. `key` is what
the platform calls whose something is: `workspace` or `namespace`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Answer, Call
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import missing
from tui.systems.tiledb.service_side.tasks import Graph, Task
from tui.systems.tiledb.service_side.times import epoch

DOLLARS = 0.000_04
"""What a second of a whole processor costs."""
NOTEBOOK = "notebook_server"
"""The kind of record that stands for a notebook server."""
WINDOW = 7 * 86400.0
"""Seconds back that are listed where no time is named."""
_STARTED = ("RUNNING", "COMPLETED", "FAILED", "CANCELLED")


def task_document(call: Call, task: Task, namespace: str, with_logs: bool = False) -> dict[str, Any]:
    """Return an ArrayTask; times and duration (ns) only as far as it has come."""
    now = call.state.tasks.now()
    person = call.state.people.get(task.person)
    until = min(now, task.ends)
    seconds = max(until - task.starts, 0.0)
    found: dict[str, Any] = {
        "id": task.id,
        "name": task.name,
        "username": person.username,
        "description": "",
        "namespace": namespace,
        "memory": task.memory,
        "cpu": task.cpu,
        "status": task.status,
        "status_message": task.message if task.status in ("FAILED", "CANCELLED") else "",
        "type": task.kind,
        "duration": int(seconds * 1e9),
        "cost": round(seconds * task.cpu / 1000 * DOLLARS, 6),
        "egress_cost": 0.0,
        "access_cost": 0.0,
        "result_format": "json",
        "cloud_provider": "AWS",
        "cloud_region": "eu-central-1",
    }
    if task.status in _STARTED and seconds > 0:
        found["start_time"] = rfc3339(task.starts)
    if task.status not in ("QUEUED", "RUNNING"):
        found["finish_time"] = rfc3339(task.ends)
    if task.code:
        found["sql_query" if task.kind == "SQL" else "udf_code"] = task.code
    if task.kind.endswith("UDF"):
        found["udf_language"] = "python"
    if task.graph:
        found |= {"task_graph_uuid": task.graph, "client_node_uuid": task.node}
    if with_logs:
        found["logs"] = logs(task, now)
    return found


def logs(task: Task, now: float) -> str:
    """Return what a task has said so far: a line at each fifth of its time."""
    lines = [f"{rfc3339(task.submitted)} queued"]
    if now >= task.starts and task.ends > task.starts:
        lines.append(f"{rfc3339(task.starts)} started on 1 worker, {task.cpu} mCPU")
        step = (task.ends - task.starts) / 5
        for part in range(1, 5):
            if task.starts + part * step <= now:
                lines.append(f"{rfc3339(task.starts + part * step)} {task.name}: {part * 20} %")
    if now >= task.ends:
        ending = {"COMPLETED": "finished", "FAILED": f"error: {task.message}"}.get(task.outcome, task.message)
        lines.append(f"{rfc3339(task.ends)} {ending}")
    return "\n".join(lines) + "\n"


def graph_document(call: Call, graph: Graph, key: str, tenant: str, with_nodes: bool = True) -> dict[str, Any]:
    """Return a TaskGraphLog. Only one that is asked for alone has nodes."""
    executions = call.state.tasks.executions(graph)
    status = call.state.tasks.graph_status(graph, executions)
    documents = [task_document(call, task, tenant) for task in executions]
    begun = [task.starts for task in executions if task.status in _STARTED]
    found: dict[str, Any] = {
        "uuid": graph.id,
        key: tenant,
        "created_by": call.state.people.get(graph.person).username,
        "name": graph.name,
        "created_at": rfc3339(graph.submitted),
        "status": status,
        "total_cost": round(sum(document["cost"] for document in documents), 6),
        "access_cost": 0.0,
        "egress_cost": 0.0,
        "task_graph_type": graph.kind,
        "task_graph_id": graph.id,
        "cloud_provider": "AWS",
        "cloud_region": "eu-central-1",
        "status_count": _counted(graph, executions),
    }
    if begun:
        found["start_time"] = rfc3339(min(begun))
        found["execution_time"] = _iso(sum(document["duration"] for document in documents) / 1e9)
    if status in ("succeeded", "failed", "cancelled") and executions:
        found["end_time"] = rfc3339(max(task.ends for task in executions))
    if with_nodes:
        found["nodes"] = [
            _node_document(graph, node.id, executions, documents) | {"name": node.name} for node in graph.nodes
        ]
    return found


def _iso(seconds: float) -> str:
    """Return a time as ISO 8601 has durations, in hours, minutes and seconds, as the published model describes it."""
    whole = round(seconds)
    return f"PT{whole // 3600}H{whole // 60 % 60}M{whole % 60}S"


def _node_document(
    graph: Graph, identity: str, executions: Sequence[Task], documents: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    node = next(node for node in graph.nodes if node.id == identity)
    own = [document for task, document in zip(executions, documents, strict=True) if task.node == identity]
    last = own[-1] if own else {"status": "CANCELLED" if graph.stopped else "UNKNOWN", "status_message": ""}
    return {
        "client_node_uuid": identity,
        "depends_on": list(node.depends_on),
        "run_location": node.location,
        "status": last["status"],
        "status_message": last["status_message"],
        "executions": own,
    }


def _counted(graph: Graph, executions: Sequence[Task]) -> dict[str, int]:
    """Return how many nodes are in each state."""
    last = {task.node: task.status for task in executions}
    counts: dict[str, int] = {}
    for node in graph.nodes:
        status = last.get(node.id, "UNKNOWN")
        counts[status] = counts.get(status, 0) + 1
    return counts


def listed(call: Call, tenants: Mapping[str, str], first: int, **more: str) -> dict[str, Any]:
    """Return the page of the tasks of some tenants that a query asks for.

    Raises:
        Refusal: 400.
    """
    now = call.state.tasks.now()
    _, size, offset = call.slice(first)
    person = call.text("created_by")
    tasks, total = call.state.tasks.find(
        list(tenants),
        start=float(call.number("start", int(now - WINDOW))),
        end=float(call.number("end", int(now) + 1)),
        limit=size,
        offset=offset,
        status=call.text("status"),
        kinds=call.texts("type"),
        not_kinds=call.texts("exclude_type"),
        person=call.state.people.get(person).id if person else "",
        search=call.text("search"),
        order=call.text("orderby"),
        **more,
    )
    return call.envelope(
        [task_document(call, task, tenants[task.tenant]) for task in tasks], total, first, "array_tasks"
    )


def result(task: Task) -> Any:
    """Answer what a task returned: 202 while it runs.

    Raises:
        Refusal: 404, it left nothing.
    """
    if task.status in ("QUEUED", "RUNNING"):
        return Answer({"status": task.status}, 202)
    if task.status != "COMPLETED":
        raise missing("result")
    return {"task": task.name, "rows": len(logs(task, task.ends).splitlines())}


def listed_graphs(call: Call, tenants: Mapping[str, str], key: str) -> dict[str, Any]:
    """Return the page of the runs of task graphs of some tenants that a query asks for.

    Raises:
        Refusal: 400.
    """
    start = epoch(call.text("start_time"), "start_time") if call.text("start_time") else 0.0
    end = epoch(call.text("end_time"), "end_time") if call.text("end_time") else float("inf")
    status = call.text("status")
    documents = [
        graph_document(call, graph, key, tenants[graph.tenant], with_nodes=False)
        for graph in call.state.tasks.graphs(list(tenants))
        if start <= graph.submitted <= end
        and call.text("search").lower() in graph.name.lower()
        and call.text("created_by") in ("", call.state.people.get(graph.person).username)
    ]
    return call.paged([one for one in documents if status in ("", one["status"])], key="task_graph_logs")


def graph_definition(call: Call, graph: Graph, key: str, tenant: str) -> dict[str, Any]:
    """Return a task graph as it was uploaded."""
    nodes = [
        {"client_node_id": node.id, "name": node.name, "depends_on": list(node.depends_on)} for node in graph.nodes
    ]
    return {
        "uuid": graph.id,
        key: tenant,
        "created_by": call.state.people.get(graph.person).username,
        "name": graph.name,
        "created_at": rfc3339(graph.submitted),
        "nodes": nodes,
        "task_graph_type": graph.kind,
    }


def retried(call: Call, graph: Graph, key: str, tenant: str) -> Answer:
    """Run what failed of a task graph once more, and answer its run."""
    call.state.tasks.retry(graph)
    return Answer(graph_document(call, call.state.tasks.graph(graph.id), key, tenant), 202)


def submitted(call: Call, graph: Graph, key: str, tenant: str) -> Answer:
    """Run a task graph that was uploaded, or that ran before, and answer the new run."""
    run = call.state.tasks.graph(call.state.tasks.resubmit(graph, call.person.id))
    return Answer(graph_document(call, run, key, tenant), 202)


def notebook_document(call: Call, server: Record, tenant: str) -> dict[str, Any]:
    """Return a notebook server that runs."""
    uptime = int(call.state.clock.now() - server.created)
    return {"namespace": tenant, "uptime": uptime, "pod_status": "RUNNING", **server.document}
