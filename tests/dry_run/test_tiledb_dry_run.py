"""What a dry run says of every change of both TileDB platforms is what is sent, and it sends none itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tiledb_platforms import changes
from tests.dry_run.proof import Tap, Try, agree, prove_all, request_for, untried
from tests.ui.tiledb_stage import profile_of
from tests.unit.tiledb.conftest import Place, empty_home, serving
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.systems.tiledb import system
from tui.systems.tiledb.profiles.profile_file import ProfileFile

ONE, OTHER, THIRD = "global/t2m_2026-01", "global/msl_2026-02", "global/u10_2026-03"
SPACE, WORKSPACE, ORG = "forecasting", "meteo-institute", "meteo-institute"
ROW = {"name": "fresh", "path": "s3://f/", "credential": "new-key", "test": "false"}
CURRENT: dict[tuple[str, str], Try] = {
    ("spaces", "create"): Try("create", (), "", {"name": "harbour", "description": "Tides"}),
    ("spaces", "edit"): Try("edit", (), "harbour", {"name": "harbour", "visibility": "public"}),
    ("spaces", "leave"): Try("leave", (), "radar"),
    ("spaces", "join"): Try("join", (), "radar"),
    ("assets", "create-folder"): Try("create-folder", ("radar",), "", {"path": "trials"}),
    ("assets", "register"): Try("register", ("radar",), "", {"path": "found", "uri": "s3://meteo-arrays/found"}),
    ("assets", "describe-it"): Try("describe-it", (SPACE,), ONE, {"description": "pressure"}),
    ("assets", "set-metadata"): Try("set-metadata", (SPACE,), ONE, {"key": "cycle", "value": "12"}),
    ("metadata", "set"): Try("set", (SPACE, ONE), "", {"key": "run", "value": "6"}),
    ("metadata", "edit"): Try("edit", (SPACE, ONE), "run", {"value": "7"}),
    ("metadata", "delete"): Try("delete", (SPACE, ONE), "run"),
    ("assets", "rename"): Try("rename", ("radar",), "trials", {"name": "tests"}),
    ("assets", "move"): Try("move", ("radar",), "tests", {"target": "nowcasts"}),
    ("assets", "deregister"): Try("deregister", (SPACE,), OTHER),
    ("assets", "delete-storage"): Try("delete-storage", (SPACE,), THIRD),
    ("team", "add"): Try("add", ("harbour",), "", {"user": "hiro.tanaka", "role": "viewer"}),
    ("team", "role"): Try("role", ("harbour",), "hiro.tanaka", {"role": "editor"}),
    ("team", "remove"): Try("remove", ("harbour",), "hiro.tanaka"),
    ("members", "invite"): Try("invite", (WORKSPACE,), "", {"email": "a@b.example", "role": "member"}),
    ("invitations", "withdraw"): Try("withdraw"),
    ("credentials", "create"): Try("create", (), "", {"name": "new-key", "provider": "AWS"}),
    ("storage", "create"): Try("create", (), "", ROW),
    ("storage", "edit"): Try("edit", (), "fresh", {**ROW, "path": "s3://g/"}),
    ("storage", "set-default"): Try("set-default", (), "fresh"),
    ("storage", "delete"): Try("delete"),
    ("credentials", "delete"): Try("delete"),
    ("tokens", "clean-up"): Try("clean-up", (), ""),
    ("tokens", "revoke"): Try("revoke"),
    ("graphs", "stop"): Try("stop"),
    ("graphs", "retry"): Try("retry"),
    ("graphs", "resubmit"): Try("resubmit"),
    ("workspaces", "edit"): Try("edit", (), "*", {"description": "of the weather"}),
    ("identity", "shut-down-notebook"): Try("shut-down-notebook"),
    ("spaces", "delete"): Try("delete", (), "harbour"),
}
NEW = (("tokens", "create"), ("graphs", "submit"))
"""What is tried with values that only a running server has."""
ARRAY = "radar-velocity-2023"
CLASSIC: dict[tuple[str, str], Try] = {
    ("assets", "describe-it"): Try("describe-it", (ORG,), ARRAY, {"description": "of the year"}),
    ("assets", "register"): Try("register", (ORG,), "", {"path": "brought", "uri": "s3://meteo-arrays/brought"}),
    ("assets", "rename"): Try("rename", (ORG,), "climate-pr-2024", {"name": "renamed"}),
    ("assets", "share"): Try("share", (ORG,), ARRAY, {"to": "public", "actions": "read"}),
    ("shares", "share"): Try("share", (ORG, ARRAY), "", {"to": "ben.okafor", "actions": "read,write"}),
    ("shares", "edit"): Try("edit", (ORG, ARRAY), "ben.okafor", {"actions": "read"}),
    ("shares", "unshare"): Try("unshare", (ORG, ARRAY), "ben.okafor"),
    ("assets", "deregister"): Try("deregister", (ORG,), "climate-pr-2022"),
    ("assets", "delete-storage"): Try("delete-storage", (ORG,), "climate-pr-2023"),
    ("members", "role"): Try("role", (ORG,), "hiro.tanaka", {"role": "admin"}),
    ("members", "invite"): Try("invite", (ORG,), "", {"email": "a@b.example", "role": "read_only"}),
    ("members", "remove"): Try("remove", (ORG,), "hiro.tanaka"),
    ("invitations", "accept"): Try("accept"),
    ("invitations", "withdraw"): Try("withdraw"),
    ("credentials", "delete"): Try("delete"),
    ("tokens", "revoke"): Try("revoke", (), "laptop-ada"),
    ("graphs", "stop"): Try("stop"),
    ("graphs", "retry"): Try("retry"),
    ("identity", "shut-down-notebook"): Try("shut-down-notebook"),
}


FILES: dict[tuple[str, str], tuple[Try, tuple[str, ...]]] = {
    ("stored-profiles", "configure"): (
        Try("configure", (), "", {"host": "https://h.example", "token": "tiledb-ws_9-marker", "name": "mine"}),
        ("added: the profile mine", "rest.token = [hidden]", "rest.workspace = ws_9"),
    ),
    ("stored-profiles", "edit"): (
        Try("edit", (), "mine", {"workspace": "ws_7", "token": "tiledb-ws_7-marker"}),
        ("changed: the profile mine", "rest.token = [hidden]", "rest.workspace = ws_7, before ws_9"),
    ),
    ("stored-profiles", "rename"): (
        Try("rename", (), "mine", {"name": "ours"}),
        ("added: the profile ours", "removed: the profile mine"),
    ),
    ("stored-profiles", "set-default"): (Try("set-default", (), "ours"), ("added: the profile default",)),
    ("stored-profiles", "remove"): (Try("remove", (), "ours"), ("removed: the profile ours",)),
}
"""Changes of the profile file, of which nothing is sent, and what is told of each."""


@pytest.fixture(params=["current", "classic"])
def platform(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    empty_home(tmp_path / "vendor", monkeypatch)
    with serving(classic=request.param == "classic", assets=12, tasks=12) as place:
        yield place


def test_every_change_is_tried() -> None:
    assert untried(system, (*CURRENT, *CLASSIC, *FILES, *NEW)) == set()


async def test_a_change_of_the_profile_file_is_told_in_words(deck: Deck, tmp_path: Path) -> None:
    file = ProfileFile(tmp_path)
    file.save("stored", {"rest.server_address": "http://127.0.0.1:9", "rest.token": "marker", "rest.workspace": "w"})
    options = {"profile_dir": str(tmp_path), "profile_name": "stored"}
    deck.add_temporary(Profile(name="lab", system="tiledb", uri="tiledb://w@127.0.0.1:9", options=options))
    connection = deck.connection("lab")
    for (kind, action), (tried, words) in FILES.items():
        request, before = await request_for(deck, connection, system.types[kind], tried), file.path.read_bytes()
        (held,) = (sending := await deck.gate.sending(request)).held
        assert held.text.startswith(f"nothing is sent; this file is changed: {file.path}\n") and not held.method
        assert not sending.note and "marker" not in sending.text, action
        assert all(word in held.text for word in words), (action, held.text)
        assert file.path.read_bytes() == before, action
        await deck.gate.run(request, agree)
        told = {line.split()[-1] for line in held.text.splitlines() if line.startswith(("added", "changed"))}
        assert file.path.read_bytes() != before and told <= set(file.names()), action


async def test_a_dry_run_tells_what_is_sent(
    deck: Deck, platform: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tap = Tap(monkeypatch, ("/session",))
    deck.add_temporary(profile_of(platform, tmp_path / "profiles"))
    key = tmp_path / "aws.json"
    key.write_text(json.dumps({"aws": {"access_key_id": "AKIAX", "secret_access_key": "marker"}}))
    connection, tries = deck.connection("lab"), dict(CLASSIC if platform.server.classic else CURRENT)
    robot = {"name": "robot", "file": str(tmp_path / "robot.key"), "scope": "array:read"}
    tries["tokens", "create"] = Try("create", (), "", robot)
    if not platform.server.classic:
        graph = platform.server.state.database.row("SELECT id FROM graph ORDER BY submitted LIMIT 1")
        assert graph is not None
        tries["graphs", "submit"] = Try("submit", (), "", {"graph": str(graph["id"])})
        form = {"name": "new-key", "provider": "AWS", "file": str(key)}
        tries["credentials", "create"] = Try("create", (), "", form)
    await prove_all(deck, connection, tries, tap, lambda: changes(platform))
