"""The real tiledb-cloud on the embedded server as the classic cloud: groups, assets, tasks, invitations, storage."""

from __future__ import annotations

import pytest

from tests.conformance.tiledb_server import NOW, RealTileDB
from tui.systems.tiledb.sample import USERNAME

pytestmark = pytest.mark.conformance

ORG = "meteo-institute"
GROUP = f"tiledb://{ORG}/radar"
ARRAY = f"tiledb://{ORG}/radar-velocity-2024"
OTHER = "chiara.lindqvist"


def test_groups(classic: RealTileDB) -> None:
    owned = classic.call("list_groups")["groups"]
    assert len(owned) == 9
    roots = classic.call("list_groups", flat=False)["groups"]
    assert [one["name"] for one in roots] == ["everything"]
    assert [one["name"] for one in classic.call("list_public_groups")["groups"]] == [
        "archive",
        "observations",
        "satellite",
    ]
    assert classic.call("list_shared_groups")["groups"] == []
    info = classic.call("groups.info", GROUP)
    assert (info["name"], info["asset_count"]) == ("radar", 12)
    contents = classic.call("groups.contents", GROUP, per_page=5)
    assert len(contents["entries"]) == 5
    assert contents["pagination_metadata"]["total_items"] == 8
    classic.call("groups.update_info", GROUP, description="Rain", tags=["wet"])
    assert classic.call("groups.info", GROUP)["description"] == "Rain"
    classic.api("GroupsApi", "groups_browser_owned_filters_get")
    classic.api("GroupsApi", "get_group_activity", ORG, "radar")
    assert classic.answered() == {
        *(f"GET /v1/groups/browser/{tab}" for tab in ("owned", "shared", "public")),
        "GET /v1/groups/browser/owned/filters",
        "GET /v1/groups/{namespace}/{name}",
        "PATCH /v1/groups/{namespace}/{name}",
        "GET /v1/groups/{namespace}/{name}/contents",
        "GET /v1/groups/{namespace}/{name}/content_activity",
    }


def test_sharing_and_letting_go_of_groups(classic: RealTileDB) -> None:
    classic.call("groups.share_group", GROUP, OTHER, ["read"])
    (share,) = classic.call("groups.list_shared_with", GROUP)
    assert (share["namespace"], share["group_actions"], share["array_actions"]) == (OTHER, ["read"], ["read"])
    classic.call("groups.unshare_group", GROUP, OTHER)
    assert classic.call("groups.list_shared_with", GROUP) == []
    classic.call("groups.deregister", GROUP)
    assert classic.refused("groups.info", GROUP)["status"] == 404
    assert classic.call("array.info", ARRAY)
    classic.call("groups.delete", f"tiledb://{ORG}/climate", recursive=True)
    assert classic.refused("array.info", f"tiledb://{ORG}/climate-pr-2024")["status"] == 404
    classic.api("GroupsApi", "delete_group", ORG, "archive")
    assert classic.answered() >= {
        "GET /v1/groups/{namespace}/{name}/share",
        "PATCH /v1/groups/{namespace}/{name}/share",
        "DELETE /v2/groups/{namespace}/{name}",
        "DELETE /v2/groups/{namespace}/{name}/delete",
        "DELETE /v1/groups/{namespace}/{name}",
    }


def test_assets(classic: RealTileDB) -> None:
    listed = classic.call("asset.list", namespace=USERNAME, type="notebook")
    assert [one["name"] for one in listed["data"]] == ["look-at-radar", "verification-report"]
    assert classic.call("asset.list_public", per_page=3)["pagination_metadata"]["total_items"] > 3
    assert classic.call("asset.info", GROUP)["name"] == "radar"
    assert classic.call("asset.info", ARRAY)["name"] == "radar-velocity-2024"
    classic.call("asset.share", ARRAY, OTHER, "read")
    assert OTHER in [one["namespace"] for one in classic.call("asset.list_shared_with", ARRAY)]
    classic.call("asset.unshare", ARRAY, OTHER)
    classic.call("asset.deregister", ARRAY)
    classic.call("asset.delete", f"tiledb://{ORG}/radar-velocity-2025")
    assert classic.answered() >= {"GET /v1/assets/{namespace}", "GET /v1/public_assets"}


def test_tasks(classic: RealTileDB) -> None:
    found = classic.call("tasks.fetch_tasks", end={"time": NOW + 10}, per_page=4)
    assert len(found["array_tasks"]) == 4
    failed = classic.call("tasks.fetch_tasks", end={"time": NOW + 10}, status="FAILED")["array_tasks"]
    assert {one["status"] for one in failed} <= {"FAILED"}
    one = found["array_tasks"][0]["id"]
    assert classic.call("tasks.task", one)["id"] == one
    classic.state.clock.advance(10_000)
    done = next(
        task["id"]
        for task in classic.api("TasksApi", "tasks_get", end=int(NOW + 20_000), per_page=100)["array_tasks"]
        if task["status"] == "COMPLETED"
    )
    assert classic.api("TasksApi", "task_id_result_get", done)
    sidebar = classic.api("ArrayTasksApi", "get_array_tasks_sidebar")
    assert sidebar["result_count_for_all"] > 12
    assert classic.answered() == {
        "GET /v1/tasks",
        "GET /v1/task/{id}",
        "GET /v1/task/{id}/result",
        "GET /v1/tasks/sidebar",
    }


def test_task_graphs(classic: RealTileDB) -> None:
    logs = classic.api("TaskGraphLogsApi", "list_task_graph_logs")["task_graph_logs"]
    failed = next(one for one in logs if one["status"] == "failed" and one["namespace"] == USERNAME)["uuid"]
    group = "TaskGraphLogsApi"
    assert classic.api(group, "get_task_graph_log", USERNAME, failed)["nodes"]
    classic.api(group, "retry_task_graph_execution", USERNAME, failed)
    classic.api(group, "stop_task_graph_execution", USERNAME, failed)
    assert classic.refused(f"{group}.stop_task_graph_execution", USERNAME, failed)["status"] == 409
    again = classic.api(group, "resubmit_task_graph_execution", USERNAME, failed)
    assert again["uuid"] != failed
    graphs = classic.api("TaskGraphsApi", "list_task_graphs", USERNAME)["graphs"]
    assert again["uuid"] in [one["uuid"] for one in graphs]
    registered = classic.api("RegisteredTaskGraphsApi", "get_registered_task_graph", USERNAME, "radar-composite")
    assert len(registered["nodes"]) == 8
    runs = "/v1/taskgraphs/{namespace}/executions/{id}"
    assert classic.answered() == {
        "GET /v1/taskgraphs/logs",
        "GET /v1/taskgraphs/{namespace}/logs/{id}",
        *(f"POST {runs}/{action}" for action in ("stop", "retry", "resubmit")),
        "GET /v1/taskgraphs/{namespace}/graphs",
        "GET /v1/taskgraphs/{namespace}/registered/{name}",
    }


def test_invitations(classic: RealTileDB) -> None:
    mine = classic.call("invites.fetch_invitations")["invitations"]
    pending = next(one for one in mine if one["organization_name"] == "station-network")
    classic.call("invites.accept_invitation", pending["id"])
    assert classic.call("organization", "station-network")["role"] == "admin"
    classic.call("invites.invite_to_array", ARRAY, recipients=["liv@fjord.example"], actions=["read"])
    classic.call("invites.invite_to_organization", ORG, recipients=["liv@fjord.example"], role="read_only")
    classic.call(
        "invites.invite_to_group",
        GROUP,
        recipients=["liv@fjord.example"],
        array_actions=["read"],
        group_actions=["read"],
    )
    sent = classic.call("invites.fetch_invitations", status="PENDING")["invitations"]
    new = {one["invitation_type"]: one["id"] for one in sent if one["email"] == "liv@fjord.example"}
    classic.call("invites.cancel_invite_to_array", ARRAY, invitation_id=new["ARRAY_SHARE"])
    classic.call("invites.cancel_invite_to_group", GROUP, invitation_id=new["GROUP_SHARE"])
    classic.call("invites.cancel_invite_to_organization", ORG, invitation_id=new["JOIN_ORGANIZATION"])
    assert classic.refused("invites.accept_invitation", new["ARRAY_SHARE"])["status"] == 404
    assert classic.answered() >= {"GET /v1/invitations", "POST /v1/invitations/{invitation}"}


def test_credentials_udfs_and_the_notebook_server(classic: RealTileDB) -> None:
    aws = classic.api("UserApi", "check_aws_access_credentials", ORG)
    assert [one["name"] for one in aws] == ["aws-frankfurt"]
    classic.api("UserApi", "delete_aws_access_credentials", USERNAME, "aws-legacy-key")
    assert len(classic.api("UserApi", "check_aws_access_credentials", USERNAME)) == 1
    second = classic.api("UserApiV2", "list_credentials", USERNAME)
    assert second["credentials"][0]["role"]["aws"]["external_id"] == "meteo"
    assert classic.call("udf.info", namespace=USERNAME, name="daily-mean")["name"] == f"{USERNAME}/daily-mean"
    classic.call("udf.share", name=f"{USERNAME}/daily-mean", namespace=OTHER)
    classic.call("udf.unshare", name=f"{USERNAME}/daily-mean", namespace=OTHER)
    classic.call("udf.delete", f"tiledb://{USERNAME}/daily-mean")
    assert classic.refused("udf.info", namespace=USERNAME, name="daily-mean")["status"] == 404
    assert classic.api("NotebookApi", "get_notebook_server_status", USERNAME)["pod_status"] == "RUNNING"
    classic.api("NotebookApi", "shutdown_notebook_server", USERNAME)
    assert classic.refused("NotebookApi.get_notebook_server_status", USERNAME)["status"] == 404
    assert classic.answered() >= {
        "GET /v1/credentials/{namespace}/aws",
        "DELETE /v1/credentials/{namespace}/aws/{name}",
        "GET /v2/credentials/{namespace}",
        "GET /v1/notebooks/server/{namespace}/status",
        "DELETE /v1/notebooks/server/{namespace}",
        "GET /v1/udf/{namespace}/{name}",
        "PATCH /v1/udf/{namespace}/{name}/share",
    }
