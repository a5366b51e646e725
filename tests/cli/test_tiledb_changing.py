"""TileDB by command line on the current platform: what changes, what is destroyed, and what is never sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.tiledb_platforms import address, forget, good, log_in_to, sent
from tests.unit.tiledb.conftest import Place, serving
from tui.systems.tiledb.models.task_models import GRAPH_RUNNING

ARRAY = "global/t2m_2026-01"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=12, tasks=12) as place:
        yield place


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Place) -> Place:
    """The platform, and a home that is logged in to it."""
    return log_in_to(running, tmp_path / "vendor", monkeypatch)


def test_a_teamspace_is_made_changed_and_deleted_and_its_storage_only_where_that_is_said(
    call: Call, platform: Place
) -> None:
    where = ("-p", address(platform))
    assert "created the private teamspace harbour" in good(
        call("run", "spaces", "create", "--name", "harbour", "--description", "Tides", *where)
    )
    good(call("run", "spaces", "edit", "harbour", "--visibility", "public", *where))
    (row,) = json.loads(good(call("get", "spaces", "--filter", "name = harbour", "-o", "json", *where)))
    assert row["visibility"] == "public" and row["description"] == "Tides"
    forget(platform)
    said = call("run", "spaces", "delete", "harbour", *where, "--yes", "--confirm", "other")
    assert said.code == 3 and sent(platform) == []
    said = call("run", "spaces", "delete", "harbour", *where, "--dry-run")
    assert "what is stored stays" in good(said) and "DELETES THE STORAGE" not in said.out
    said = call("run", "spaces", "delete", "harbour", "--storage", "delete", *where, "--dry-run")
    assert "DELETES THE STORAGE of the teamspace harbour" in good(said) and sent(platform) == []
    assert "still where it was" in good(
        call("run", "spaces", "delete", "harbour", *where, "--yes", "--confirm", "harbour")
    )
    (request,) = sent(platform)
    assert request.startswith("DELETE /v4/teamspaces/ws_") and "/ts_" in request and "delete-assets=false" in request


def test_folders_are_made_below_each_other_renamed_moved_and_taken_back(call: Call, platform: Place) -> None:
    where = ("-p", address(platform))
    good(call("run", "assets", "create-folder", "radar", "--path", "trials", *where))
    good(call("run", "assets", "create-folder", "radar", "--path", "trials/spring", "--description", "2026", *where))
    assert "u takes it back" in good(
        call("run", "assets", "rename", "radar", "trials/spring", "--name", "summer", *where)
    )
    assert (
        json.loads(good(call("describe", "assets", "radar", "trials/summer", "-o", "json", *where)))["body"]["name"]
        == "summer"
    )
    good(call("undo"))
    good(call("run", "assets", "describe-it", "radar", "trials/spring", "--description", "of 2027", *where))
    assert "2027" in good(call("describe", "assets", "radar", "trials/spring", *where))
    said = call("run", "assets", "move", "radar", "trials/spring", "--target", "nowcasts", *where)
    assert said.code == 3 and "moves trials/spring to nowcasts" in said.err
    good(call("run", "assets", "move", "radar", "trials/spring", "--target", "nowcasts", *where, "--yes"))
    assert "nowcasts/spring" in good(call("get", "assets", "radar", "nowcasts", "-o", "jsonl", *where))
    said = call("run", "assets", "create-folder", "radar", "--path", "a/../b", *where)
    assert said.code == 2 and "no slash" in said.err


def test_metadata_is_set_edited_taken_back_and_deleted(call: Call, platform: Place) -> None:
    where, place = ("-p", address(platform)), ("forecasting", ARRAY)
    good(call("run", "metadata", "set", *place, "--key", "cycle", "--value", "12", *where))
    good(call("run", "metadata", "edit", *place, "units", "--value", "degC", *where))
    rows = {row["key"]: row for row in json.loads(good(call("get", "metadata", *place, "-o", "json", *where)))}
    assert rows["cycle"]["type"] == "INT64" and rows["units"]["value"] == "degC"
    assert "says again" in good(call("undo"))
    assert "units" in good(call("get", "metadata", *place, "--filter", "value = K", "-o", "name", *where))
    forget(platform)
    good(call("run", "metadata", "delete", *place, "cycle", *where, "--yes", "--confirm", "cycle"))
    assert len(sent(platform)) == 1 and "metadata_key=cycle" in sent(platform)[0]


def test_deregistering_and_deleting_are_told_apart_and_each_sends_its_own_request(call: Call, platform: Place) -> None:
    where = ("-p", address(platform))
    one, other = "global/msl_2026-02", "global/u10_2026-03"
    said = good(call("run", "assets", "deregister", "forecasting", one, *where, "--dry-run"))
    assert "DEREGISTERS" in said and "STAYS where it is" in said and "s3://meteo-arrays" in said
    said = good(call("run", "assets", "delete-storage", "forecasting", other, *where, "--dry-run"))
    assert "DELETES THE STORAGE" in said and "gone for good" in said and "deregister it instead" in said
    refused = call("run", "assets", "delete-storage", "forecasting", other, *where, "--yes")
    assert refused.code == 3 and sent(platform) == []
    good(call("run", "assets", "deregister", "forecasting", one, *where, "--yes", "--confirm", one))
    good(call("run", "assets", "delete-storage", "forecasting", other, *where, "--yes", "--confirm", other))
    first, second = sent(platform)
    # By the id and not by the path: whatever took that path meanwhile is not meant.
    assert "/ast_" in first and "delete-assets=false" in first
    assert "/ast_" in second and "delete-assets=true" in second
    assert call("describe", "assets", "forecasting", one, *where).code == 1


def test_members_are_let_in_by_name_changed_taken_back_and_put_out(call: Call, platform: Place) -> None:
    where = ("-p", address(platform))
    good(call("run", "spaces", "create", "--name", "crew", *where))
    good(call("run", "team", "add", "crew", "--user", "hiro.tanaka", "--role", "viewer", *where))
    good(call("run", "team", "role", "crew", "hiro.tanaka", "--role", "editor", *where))
    assert "is viewer again" in good(call("undo"))
    (row,) = json.loads(good(call("get", "team", "crew", "--filter", "username = hiro.tanaka", "-o", "json", *where)))
    assert row["role"] == "viewer" and row["key"].startswith("usr_")
    said = call("run", "team", "add", "crew", "--user", "hiro.tanaka", "--role", "king", *where)
    assert said.code == 2 and "owner, editor, viewer" in said.err
    good(call("run", "team", "remove", "crew", "hiro.tanaka", *where, "--yes", "--confirm", "hiro.tanaka"))
    good(call("run", "members", "invite", "meteo-institute", "--email", "a@b.example", "--role", "member", *where))
    assert "a@b.example" in good(call("get", "invitations", "-o", "csv", *where))
    said = call("get", "members", "station-network", *where)
    assert said.code == 1 and "this log-in is for the workspace meteo-institute" in said.err


def test_a_key_goes_into_a_file_and_forgotten_ones_are_revoked_together(
    call: Call, platform: Place, tmp_path: Path
) -> None:
    where, file = ("-p", address(platform)), tmp_path / "key"
    said = call("run", "tokens", "create", "--name", "robot", "--file", str(file), "--days", "7", *where)
    key = file.read_text().strip()
    assert good(said) and key.startswith("tiledb-ws_") and key not in said.out + said.err
    assert file.stat().st_mode & 0o777 == 0o600
    again = call("run", "tokens", "create", "--name", "robot", "--file", str(file), *where)
    assert again.code == 1 and "there already" in again.err and file.read_text().strip() == key
    forgotten = json.loads(good(call("get", "tokens", "--filter", "state ~ forgotten", "-o", "json", *where)))
    assert len(forgotten) == 6, "the seventh is of today"
    forget(platform)
    said = call("run", "tokens", "clean-up", *where, "--dry-run")
    assert "revokes 6 keys" in good(said) and sent(platform) == []
    good(call("run", "tokens", "clean-up", *where, "--yes", "--confirm", "clean-up"))
    assert sent(platform) == [f"DELETE /v4/tokens/{row['key']} 204" for row in forgotten]


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A platform that has just begun: on one where much time passed no graph of the sample runs any more."""
    with serving(assets=12, tasks=12) as place:
        yield log_in_to(place, tmp_path / "vendor", monkeypatch)


def test_a_running_graph_is_stopped_tried_again_followed_and_drawn(call: Call, begun: Place) -> None:
    where = ("-p", address(begun))
    runs = json.loads(good(call("get", "graphs", "-o", "json", *where)))
    running = next(row for row in runs if row["status"] in GRAPH_RUNNING)["uuid"]
    picture = good(call("run", "graphs", "picture", running, *where))
    first = picture.splitlines()[0]
    assert first.index("fetch") < first.index("regrid part 0") < first.index("join") < first.index("statistics")
    steps = json.loads(good(call("get", "steps", running, "-o", "json", *where)))
    assert [step["layer"] for step in steps] == [1, 2, 2, 2, 2, 3, 4, 4]
    assert next(step for step in steps if step["name"] == "join")["after"] == [f"regrid part {n}" for n in range(4)]
    assert call("run", "graphs", "retry", running, *where).code == 1
    assert call("run", "graphs", "stop", running, *where).code == 3
    good(call("run", "graphs", "stop", running, *where, "--yes"))
    said = call("run", "graphs", "stop", running, *where, "--yes")
    assert said.code == 1 and "it is over" in said.err
    done = next(row for row in runs if row["status"] == "succeeded")["uuid"]
    followed = call("run", "graphs", "follow", done, *where)
    assert followed.code == 0 and "succeeded" in followed.out + followed.err
    failed = next(row for row in runs if row["status"] == "failed")["uuid"]
    followed = call("run", "graphs", "follow", failed, *where)
    assert followed.code == 1 and "failed at" in followed.err
    good(call("run", "graphs", "retry", failed, *where))
    assert f"/executions/{failed}/retry" in sent(begun)[-1]


def test_storage_settings_and_credentials_without_a_secret_anywhere(
    call: Call, platform: Place, tmp_path: Path, home: Path
) -> None:
    where, marker = ("-p", address(platform)), "MARKER-9e41c7"
    file = tmp_path / "aws.json"
    file.write_text(json.dumps({"aws": {"access_key_id": "AKIAX", "secret_access_key": marker}}))
    said = [call("run", "credentials", "create", "--name", "new-key", "--provider", "AWS", "--file", str(file), *where)]
    said.append(call("get", "credentials", "-o", "json", *where))
    said.append(call("describe", "credentials", "new-key", *where))
    said.append(
        call("run", "storage", "create", "--name", "fresh", "--path", "s3://f/", "--credential", "new-key", *where)
    )
    said.append(call("run", "storage", "set-default", "fresh", *where))
    said.append(call("get", "storage", "-o", "json", *where))
    said.append(call("journal"))
    assert [one.code for one in said] == [0] * len(said), [one.err for one in said]
    (default,) = [row["name"] for row in json.loads(said[-2].out) if row["is_default"]]
    assert default == "fresh"
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    for secret in (marker, platform.credentials["token"]):
        assert not any(secret in one.out + one.err for one in said)
        assert not any(secret.encode() in content for content in kept)
    good(call("run", "storage", "delete", "fresh", *where, "--yes", "--confirm", "fresh"))


def test_a_read_only_profile_refuses_each_change_and_sends_none(call: Call, platform: Place) -> None:
    good(call("profiles", "add", "glass", address(platform), "--read-only"))
    for kind, action, *words in (
        ("spaces", "create", "--name", "x"),
        ("spaces", "delete", "radar", "--yes", "--confirm", "radar"),
        ("assets", "create-folder", "radar", "--path", "x"),
        ("assets", "deregister", "forecasting", ARRAY, "--yes", "--confirm", ARRAY),
        ("assets", "delete-storage", "forecasting", ARRAY, "--yes", "--confirm", ARRAY),
        ("metadata", "set", "forecasting", ARRAY, "--key", "a", "--value", "b"),
        ("tokens", "clean-up", "--yes", "--confirm", "clean-up"),
        ("members", "remove", "meteo-institute", "noor.haddad", "--yes", "--confirm", "noor.haddad"),
    ):
        said = call("run", kind, action, *words, "-p", "glass")
        assert said.code == 1 and "read-only" in said.err, (kind, action, said.err)
    assert len(platform.server.state.log.entries()) > 5 and sent(platform) == []
