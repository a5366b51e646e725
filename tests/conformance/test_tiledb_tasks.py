"""The real tiledb-client on the embedded server: tasks and task graphs, which progress with the server's clock."""

from __future__ import annotations

import pytest

from tests.conformance.tiledb_server import NOW, RealTileDB

pytestmark = pytest.mark.conformance

END = {"time": NOW + 10}


def test_tasks_are_counted_from_page_0(carrara: RealTileDB) -> None:
    every = carrara.call("tasks.fetch_tasks", per_page=7, end=END)
    pages = [entry.query.split("page=")[1].split("&")[0] for entry in carrara.state.log.entries()]
    assert pages[:3] == ["0", "1.0", "2.0"]
    total = carrara.state.database.number("SELECT count(*) FROM task")
    assert len({task["id"] for task in every}) == total
    assert carrara.answered() == {"GET /v1/tasks/{workspace}"}


def test_filters_of_tasks(carrara: RealTileDB) -> None:
    def found(**asked: object) -> list[dict[str, object]]:
        return carrara.call("tasks.fetch_tasks", end=END, per_page=100, **asked)

    assert {task["status"] for task in found(status="FAILED")} <= {"FAILED"}
    assert {task["type"] for task in found(type="SQL")} <= {"SQL"}
    assert "SQL" not in {task["type"] for task in found(exclude_type=["SQL"])}
    assert {str(task["name"])[:6] for task in found(query="regrid")} == {"regrid"}
    assert found(start={"time": NOW - 1}) != found()
    radar = carrara.call("teamspaces.get_teamspace", "radar")["teamspace_id"]
    assert len(found(teamspace=radar)) < len(found())


def test_a_task_runs_and_ends(carrara: RealTileDB) -> None:
    owner = carrara.state.people.everybody()[0].id
    identity = carrara.state.tasks.submit(carrara.workspace, "regrid-new", owner, "UDF", 100, code="def f(): ...")

    def task() -> dict[str, object]:
        return carrara.call("tasks.task", identity)

    assert task()["status"] == "QUEUED"
    carrara.state.clock.advance(50)
    running = task()
    assert (running["status"], running["duration"]) == ("RUNNING", 48 * 10**9)
    carrara.state.clock.advance(60)
    done = task()
    assert done["status"] == "COMPLETED"
    assert str(done["logs"]).count("\n") > str(running["logs"]).count("\n")
    assert carrara.refused("tasks.task", "00000000-0000-0000-0000-000000000000")["status"] == 404
    assert carrara.answered() == {"GET /v1/task/{workspace}/{id}"}


def test_a_graph_fails_is_retried_stopped_and_resubmitted(carrara: RealTileDB) -> None:
    listed = carrara.api("TaskGraphLogsApi", "list_task_graph_logs", carrara.workspace)["task_graph_logs"]
    assert {one["status"] for one in listed} >= {"submitted", "failed", "succeeded"}
    failed = next(one for one in listed if one["status"] == "failed")["uuid"]

    def status() -> str:
        return carrara.api("TaskGraphLogsApi", "get_task_graph_log", carrara.workspace, failed)["status"]

    carrara.api("TaskGraphLogsApi", "retry_task_graph_execution", carrara.workspace, failed)
    carrara.state.clock.advance(5)
    assert status() == "running"
    carrara.api("TaskGraphLogsApi", "stop_task_graph_execution", carrara.workspace, failed)
    assert status() == "cancelled"
    again = carrara.refused("TaskGraphLogsApi.stop_task_graph_execution", carrara.workspace, failed)
    assert again["status"] == 409
    carrara.api("TaskGraphLogsApi", "retry_task_graph_execution", carrara.workspace, failed)
    carrara.state.clock.advance(3600)
    assert status() == "succeeded"
    new = carrara.api("TaskGraphLogsApi", "resubmit_task_graph_execution", carrara.workspace, failed)
    assert new["uuid"] != failed
    runs = "/v1/taskgraphs/{workspace}/executions/{id}"
    assert carrara.answered() == {
        "GET /v1/taskgraphs/{workspace}/logs",
        "GET /v1/taskgraphs/{workspace}/logs/{id}",
        f"POST {runs}/stop",
        f"POST {runs}/retry",
        f"POST {runs}/resubmit",
    }


def test_activity_of_an_array_and_no_notebook_server(carrara: RealTileDB) -> None:
    log = carrara.api("ArrayApi", "array_activity_log", carrara.workspace, "radar", "composite/reflectivity_2026-01")
    assert {one["action"] for one in log} >= {"query_read", "query_write"}
    told = carrara.refused("NotebookApi.get_notebook_server_status", carrara.workspace, "ada.vogel")
    assert told["status"] == 404
    assert carrara.answered() == {"GET /v1/arrays/{workspace}/{teamspace}/{array}/activity"}
