"""Tasks, task graphs, notebook servers and invitations of the classic cloud (contract §10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Answer, Call, is_texts
from tui.systems.tiledb.service_side.classic_access import (
    ARRAY,
    GROUP,
    MEMBER,
    administered,
    find,
    home,
    namespaces_of,
    role_in,
    share,
)
from tui.systems.tiledb.service_side.records import Record
from tui.systems.tiledb.service_side.refusal import forbidden, invalid, missing
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.task_documents import (
    WINDOW,
    graph_definition,
    graph_document,
    listed,
    logs,
    submitted,
    task_document,
)
from tui.systems.tiledb.service_side.tasks import Graph, Task
from tui.systems.tiledb.service_side.times import epoch

INVITATION, NOTEBOOK = "classic_invitation", "notebook_server"


def _tenants(call: Call) -> Sequence[str]:
    """Return the namespaces whose tasks are asked for: one, or all that who asks is at home in."""
    namespace = call.text("namespace")
    return [home(call, namespace)] if namespace else namespaces_of(call.state, call.person)


def list_tasks(call: Call) -> Any:
    tenants = _tenants(call)
    namespace, _, name = call.text("array").partition("/")
    array = call.state.records.find(ARRAY, namespace, name) if name else None
    more = {"asset": array.id if array else namespace} if namespace else {}
    return listed(call, tenants, {tenant: tenant for tenant in tenants}, 1, **more)


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
    """Answer what a task returned: 202 while it runs, 404 if it left nothing."""
    task = _task(call)
    if task.status in ("QUEUED", "RUNNING"):
        return Answer({"status": task.status}, 202)
    if task.status != "COMPLETED":
        raise missing("result")
    return {"task": task.name, "rows": len(logs(task, task.ends).splitlines())}


def list_graphs(call: Call) -> Any:
    start = epoch(call.text("start_time"), "start_time") if call.text("start_time") else 0.0
    end = epoch(call.text("end_time"), "end_time") if call.text("end_time") else float("inf")
    status = call.text("status")
    documents = [
        graph_document(call, graph, "namespace", graph.tenant, False)
        for graph in call.state.tasks.graphs(_tenants(call))
        if start <= graph.submitted <= end
        and call.text("search").lower() in graph.name.lower()
        and call.text("created_by") in ("", call.state.people.get(graph.person).username)
    ]
    return call.paged([one for one in documents if status in ("", one["status"])], key="task_graph_logs")


def _graph(call: Call) -> Graph:
    return call.state.tasks.graph(call.path["id"], home(call, call.path["namespace"]))


def get_graph(call: Call) -> Any:
    graph = _graph(call)
    return graph_document(call, graph, "namespace", graph.tenant, True)


def stop_graph(call: Call) -> Any:
    home(call, call.path["namespace"], changing=True)
    call.state.tasks.stop(_graph(call), call.person.username)


def retry_graph(call: Call) -> Any:
    home(call, call.path["namespace"], changing=True)
    graph = _graph(call)
    call.state.tasks.retry(graph)
    return Answer(graph_document(call, call.state.tasks.graph(graph.id), "namespace", graph.tenant, True), 202)


def resubmit_graph(call: Call) -> Any:
    home(call, call.path["namespace"], changing=True)
    graph = _graph(call)
    new = call.state.tasks.graph(call.state.tasks.resubmit(graph, call.person.id))
    return Answer(graph_document(call, new, "namespace", graph.tenant, True), 202)


def list_definitions(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    graphs = call.state.tasks.graphs([namespace])
    return {"graphs": [graph_definition(call, graph, "namespace", graph.tenant) for graph in graphs]}


def get_definition(call: Call) -> Any:
    graph = _graph(call)
    return graph_definition(call, graph, "namespace", graph.tenant)


def submit_definition(call: Call) -> Any:
    home(call, call.path["namespace"], changing=True)
    return submitted(call, _graph(call), "namespace", call.path["namespace"])


def get_registered(call: Call) -> Any:
    """Answer a task graph that was registered by name."""
    record = find(call, ARRAY, call.path["namespace"], call.path["name"])
    if record.document.get("file_type") != "registered_task_graph":
        raise missing(f"task graph {record.name}")
    told = {"uuid": record.id, "namespace": record.scope, "name": record.name}
    return {**told, "readme": record.document.get("description", ""), "tags": [], "nodes": record.document["nodes"]}


def notebook_status(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    record = call.state.records.find(NOTEBOOK, namespace, "server")
    if record is None:
        raise missing("notebook server")
    uptime = int(call.state.clock.now() - record.created)
    return {"namespace": namespace, "uptime": uptime, "pod_status": "RUNNING", **record.document}


def stop_notebook(call: Call) -> Any:
    record = call.state.records.find(NOTEBOOK, home(call, call.path["namespace"], changing=True), "server")
    if record is None:
        raise missing("notebook server")
    call.state.records.delete(record)


# Invitations


def _invitation(record: Record) -> dict[str, Any]:
    kept = {name: value for name, value in record.document.items() if name != "accepted"}
    accepted = record.document.get("accepted")
    return {
        "id": record.id,
        "status": "ACCEPTED" if accepted else "PENDING",
        "created_at": rfc3339(record.created),
        "expires_at": rfc3339(record.created + 30 * 86400),
        **({"accepted_at": rfc3339(accepted)} if accepted else {}),
        **kept,
    }


def _concerns(call: Call, record: Record) -> bool:
    """Return whether an invitation is to who asks, or from a namespace that he administers."""
    mine = (call.person.email, call.person.username)
    return record.document["email"] in mine or role_in(call.state, call.person, record.scope) in ("owner", "admin")


def list_invitations(call: Call) -> Any:
    kind, status = call.text("type"), call.text("status")
    found = [
        _invitation(record)
        for record in sorted(call.state.records.all(INVITATION), key=lambda record: -record.created)
        if _concerns(call, record)
        and kind in ("", record.document["invitation_type"])
        and call.text("organization") in ("", record.document.get("organization_name"))
        and call.text("array") in ("", record.document.get("array_name"), record.document.get("array_uuid"))
    ]
    return call.paged([one for one in found if status in ("", one["status"])], key="invitations")


def _invite(call: Call, namespace: str, email: str, kind: str, **parts: Any) -> None:
    document = {"invitation_type": kind, "email": email, "inviter_uuid": call.person.id, **parts}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(INVITATION, namespace, identity, identity, call.state.clock.now(), document))


def _addresses(given: Mapping[str, Any]) -> list[str]:
    """Return who is invited.

    Raises:
        Refusal: 400, it is no list of addresses.
    """
    if not is_texts(given["invitee_email"]):
        raise invalid(invitee_email="is no list of texts")
    return given["invitee_email"]


def invite_to_array(call: Call) -> Any:
    record = find(call, ARRAY, call.path["namespace"], call.path["array"], "own")
    given = call.object("actions", "invitee_email")
    for email in _addresses(given):
        parts = {"array_uuid": record.id, "array_name": f"{record.scope}/{record.name}"}
        _invite(call, record.scope, email, "ARRAY_SHARE", **parts, actions=",".join(given["actions"]))


def invite_to_group(call: Call) -> Any:
    record = find(call, GROUP, call.path["namespace"], call.path["group"], "own")
    given = call.object("invitee_email_or_name")
    for email in given["invitee_email_or_name"]:
        actions = {"actions": given.get("array_actions") or [], "group_actions": given.get("group_actions") or []}
        told = {name: ",".join(words) for name, words in actions.items()}
        _invite(call, record.scope, email, "GROUP_SHARE", group_uuid=record.id, **told)


def invite_to_organization(call: Call) -> Any:
    name = administered(call, call.path["organization"])
    given = call.object("organization_role", "invitee_email")
    for email in _addresses(given):
        role = given["organization_role"]
        _invite(call, name, email, "JOIN_ORGANIZATION", organization_name=name, organization_role=role)


def accept(call: Call) -> Any:
    """Do what an invitation offers who asks."""
    record = call.state.records.anywhere(INVITATION, call.path["invitation"])
    if record is None or record.document.get("accepted"):
        raise missing("invitation")
    if record.document["email"] not in (call.person.email, call.person.username):
        raise forbidden("the invitation is to another")
    kept = record.document
    with call.state.database.together():
        if kept["invitation_type"] == "JOIN_ORGANIZATION":
            identity = f"{record.scope}/{call.person.username}"
            role = {"role": kept["organization_role"]}
            now = call.state.clock.now()
            call.state.records.put(Record(MEMBER, record.scope, call.person.username, identity, now, role))
        elif kept["invitation_type"] == "ARRAY_SHARE":
            array = call.state.records.anywhere(ARRAY, kept["array_uuid"])
            if array is None:
                raise missing("array")
            share(call, array, call.person.username, kept["actions"].split(","))
        else:
            group = call.state.records.anywhere(GROUP, kept["group_uuid"])
            if group is None:
                raise missing("group")
            share(call, group, call.person.username, kept["group_actions"].split(","))
        call.state.records.change(record, accepted=call.state.clock.now())


def cancel(call: Call) -> Any:
    """Take an invitation back."""
    record = call.state.records.anywhere(INVITATION, call.path["invitation"])
    if record is None:
        raise missing("invitation")
    administered(call, record.scope)
    if record.document.get("accepted"):
        raise invalid(invitation="was accepted")
    call.state.records.delete(record)


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
    Route("POST", f"{_RUNS}/resubmit", resubmit_graph),
    Route("GET", "/v1/taskgraphs/{namespace}/graphs", list_definitions),
    Route("GET", "/v1/taskgraphs/{namespace}/graphs/{id}", get_definition),
    Route("POST", "/v1/taskgraphs/{namespace}/graphs/{id}/submit", submit_definition),
    Route("GET", "/v1/taskgraphs/{namespace}/registered/{name}", get_registered),
    Route("GET", "/v1/notebooks/server/{namespace}/status", notebook_status),
    Route("DELETE", "/v1/notebooks/server/{namespace}", stop_notebook),
    Route("GET", "/v1/invitations", list_invitations),
    Route("POST", "/v1/invitations/{invitation}", accept),
    Route("POST", "/v1/invitations/{namespace}/{array}/share", invite_to_array),
    Route("POST", "/v1/invitations/group/{namespace}/{group}/share", invite_to_group),
    Route("POST", "/v1/invitations/{organization}/join", invite_to_organization),
    Route("DELETE", "/v1/invitations/{invitation}/{namespace}/{array}/share", cancel),
    Route("DELETE", "/v1/invitations/group/{invitation}/{namespace}/{group}/share", cancel),
    Route("DELETE", "/v1/invitations/{invitation}/{organization}/join", cancel),
)
