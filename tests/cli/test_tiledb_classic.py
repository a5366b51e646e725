"""The classic cloud by command line: the same lists, its sharing, and what only the current platform has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.cli.tiledb_platforms import address, good, log_in_to, sent
from tests.unit.tiledb.conftest import Place, serving

ORG = "meteo-institute"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(classic=True, tasks=12) as place:
        yield place


@pytest.fixture
def classic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Place) -> Place:
    """The classic cloud, and a home that is logged in to it."""
    return log_in_to(running, tmp_path / "vendor", monkeypatch)


def names(call: Call, *words: str) -> list[str]:
    return good(call("get", *words, "-o", "name")).split()


def test_what_is_owned_shared_and_public_and_what_is_in_a_group(call: Call, classic: Place) -> None:
    where = ("-p", address(classic))
    assert names(call, "spaces", *where) == ["ada.vogel", ORG, "station-network", "@shared", "@public"]
    assert "forecasting-msl-2025" in names(call, "assets", ORG, *where)
    assert "chiara.lindqvist/pilot-1" in names(call, "assets", "@shared", *where)
    assert f"{ORG}/observations" in names(call, "assets", "@public", *where)
    inside = names(call, "assets", ORG, "radar", *where)
    assert "radar-velocity-2024" in inside and "climate-pr-2022" not in inside
    assert names(call, "found", ORG, "velocity-2024", *where) == ["radar-velocity-2024"]
    told = good(call("describe", "assets", "@shared", "chiara.lindqvist/pilot-1", *where))
    # What the log-in may not read says so, and hides nothing else.
    assert "s3://other/pilot-1" in told and "not allowed: " in told


def test_an_array_is_shared_changed_and_shared_no_more(call: Call, classic: Place) -> None:
    where, array = ("-p", address(classic)), "radar-velocity-2023"
    said = good(call("run", "assets", "share", ORG, array, "--to", "public", "--actions", "read", *where))
    assert "EVERYONE" in said
    good(call("run", "shares", "share", ORG, array, "--to", "ben.okafor", "--actions", "read,write", *where))
    rows = {
        row["namespace"]: row["actions"]
        for row in json.loads(good(call("get", "shares", ORG, array, "-o", "json", *where)))
    }
    assert rows["ben.okafor"] == ["read", "write"] and "public" in rows
    said = call("run", "shares", "share", ORG, array, "--to", "x", "--actions", "destroy", *where)
    assert said.code == 2 and len(sent(classic)) == 2
    assert call("run", "shares", "unshare", ORG, array, "ben.okafor", *where).code == 3
    good(call("run", "shares", "unshare", ORG, array, "ben.okafor", "--yes", *where))
    assert "ben.okafor" not in names(call, "shares", ORG, array, *where)


def test_deregistering_and_deleting_go_to_addresses_of_their_own(call: Call, classic: Place) -> None:
    where, one, other = ("-p", address(classic)), "climate-pr-2022", "climate-pr-2023"
    good(call("run", "assets", "deregister", ORG, one, "--yes", "--confirm", one, *where))
    good(call("run", "assets", "delete-storage", ORG, other, "--yes", "--confirm", other, *where))
    assert [line.rpartition(" ")[0] for line in sent(classic)] == [
        f"DELETE /v1/arrays/{ORG}/{one}/deregister",
        f"DELETE /v1/arrays/{ORG}/{other}",
    ]


def test_people_keys_tasks_and_invitations(call: Call, classic: Place) -> None:
    where = ("-p", address(classic))
    good(call("run", "members", "role", ORG, "hiro.tanaka", "--role", "admin", *where))
    assert "again" in good(call("undo"))
    good(call("run", "members", "invite", ORG, "--email", "a@b.example", "--role", "read_only", *where))
    (invited,) = json.loads(good(call("get", "invitations", "--filter", "email = a@b.example", "-o", "json", *where)))
    good(call("run", "invitations", "withdraw", invited["id"], "--yes", *where))
    mine = json.loads(good(call("get", "invitations", "--filter", "to = station-network", "-o", "json", *where)))
    good(call("run", "invitations", "accept", mine[0]["id"], *where))
    good(call("run", "tokens", "revoke", "laptop-ada", "--yes", "--confirm", "laptop-ada", *where))
    assert "laptop-ada" not in names(call, "tokens", *where)
    run = json.loads(good(call("get", "graphs", "--filter", "status = succeeded", "-o", "json", *where)))[0]["uuid"]
    assert "join" in good(call("run", "graphs", "picture", run, *where))
    task = names(call, "tasks", *where)[-1]
    assert "timings" in good(call("describe", "tasks", task, *where))
    said = good(call("run", "identity", "default-user", *where))
    assert '"username": "ada.vogel"' in said


def test_what_only_the_current_platform_has_is_said_and_nothing_is_sent(call: Call, classic: Place) -> None:
    where = ("-p", address(classic))
    for kind, action, *words in (
        ("spaces", "create", "--name", "x"),
        ("spaces", "delete", ORG, "--yes", "--confirm", ORG),
        ("assets", "create-folder", ORG, "--path", "x"),
        ("assets", "move", ORG, "radar-velocity-2023", "--target", "x", "--yes"),
        ("metadata", "set", ORG, "radar-velocity-2023", "--key", "a", "--value", "b"),
        ("storage", "create", "--name", "x", "--path", "s3://x", "--credential", "y"),
        ("identity", "self-user"),
    ):
        said = call("run", kind, action, *words, *where)
        assert said.code == 1 and said.err.startswith("arraydeck: "), (kind, action, said)
    assert sent(classic) == []
    said = call("get", "activity", *where)
    assert said.code == 1 and "the classic cloud has no activity" in said.err
