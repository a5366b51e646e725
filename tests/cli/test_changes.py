"""`run`, `undo`, `journal`, `jobs` and `profiles`: the same gate as the screen, with nobody at the keyboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call


def names_in(path: Path) -> list[str]:
    return [box["name"] for box in json.loads(path.read_text())]


def test_create_by_fields(call: Call, where: str, boxes: Path) -> None:
    said = call("run", "boxes", "create", "--name", "dione", "--size=7", "-p", where)
    assert (said.code, said.out) == (0, "made box dione\n")
    assert names_in(boxes)[-1] == "dione"
    assert call("run", "boxes", "create", "--name", "dione", "-p", where).code == 1
    wrong = call("run", "boxes", "create", "--name", "eos", "--size", "much", "-p", where)
    assert wrong.code == 2 and "size" in wrong.err
    assert call("run", "boxes", "create", "-p", where).code == 2
    assert call("run", "boxes", "create", "--weight", "7", "-p", where).code == 2
    assert "--colour" in call("run", "boxes", "create", "--help-fields", "-p", where).out


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--yes",),
        ("--confirm", "borea"),
        ("--yes", "--confirm", "atlas"),
        ("--yes", "--confirm", "borea", "--confirm", "x"),
    ],
)
def test_nothing_is_destroyed_unconfirmed(call: Call, where: str, boxes: Path, options: tuple[str, ...]) -> None:
    said = call("run", "boxes", "delete", "borea", "-p", where, *options)
    assert said.code == 3 and said.out == ""
    assert names_in(boxes) == ["atlas", "borea", "ceres"]


def test_delete_undo_and_the_journal(call: Call, where: str, boxes: Path) -> None:
    dry = call("run", "boxes", "delete", "borea", "-p", where, "--dry-run")
    assert dry.code == 0 and "2000 bytes" in dry.out and names_in(boxes) == ["atlas", "borea", "ceres"]
    assert call("run", "boxes", "delete", "borea", "-p", where, "--yes", "--confirm", "borea").code == 0
    assert names_in(boxes) == ["atlas", "ceres"]
    (entry,) = json.loads(call("journal", "-o", "json").out)
    assert (entry["action"], entry["target"], entry["ending"], entry["can_undo"]) == ("delete", "borea", "ok", True)
    assert call("undo", str(entry["id"])).out == "brought back box borea\n"
    assert call("undo").code == 1, "there is nothing left"
    (entry,) = json.loads(call("journal", "-o", "json").out)
    assert "brought back" in entry["undone"]


def test_many_at_once_want_their_number(call: Call, where: str, boxes: Path) -> None:
    words = ("run", "boxes", "delete", "atlas", "ceres", "-p", where, "--yes", "--confirm")
    assert call(*words, "atlas").code == 3
    assert call(*words, "2").code == 0 and names_in(boxes) == ["borea"]


def test_profiles_are_kept_tested_and_removed(call: Call, where: str, boxes: Path, home: Path) -> None:
    assert call("profiles", "add", "lab", where).code == 0
    assert call("profiles", "add", "lab", where).code == 1
    assert call("profiles", "add", "vault", where, "--tag", "prod").code == 0
    kept = {row["name"]: row for row in json.loads(call("profiles", "list", "-o", "json").out)}
    assert not kept["lab"]["read_only"] and kept["vault"]["read_only"]
    assert (home / "config" / "profiles.toml").stat().st_mode & 0o777 == 0o600
    assert "lab: online" in call("profiles", "test", "lab").out
    refused = call("run", "boxes", "create", "--name", "eos", "-p", "vault")
    assert refused.code == 1 and "read-only" in refused.err
    assert call("profiles", "remove", "lab").code == 3
    assert call("profiles", "remove", "lab", "--yes", "--confirm", "lab").code == 0
    assert names_in(boxes) == ["atlas", "borea", "ceres"]
    assert call("get", "boxes", "-p", "lab").code == 1
    assert call("undo").code == 0
    assert call("get", "boxes", "-p", "lab", "-o", "name").out.split() == ["atlas", "borea", "ceres"]


def test_a_secret_in_an_address_is_refused_and_not_repeated(call: Call, toy: None, home: Path) -> None:
    said = call("profiles", "add", "lab", "toy://me:hunter2@host/boxes.json")
    assert said.code == 2 and "hunter2" not in said.err + said.out
    assert not (home / "config" / "profiles.toml").exists()


def test_what_other_tools_left_is_imported(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "storage" / "collections").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert "storage" in call("profiles", "import", "--dry-run").out
    assert json.loads(call("profiles", "list", "-o", "json").out) == []
    call("profiles", "import")
    (kept,) = json.loads(call("profiles", "list", "-o", "json").out)
    assert (kept["name"], kept["system"]) == ("storage", "deker")


def test_a_job_is_followed_to_its_end_and_remembered(call: Call, where: str) -> None:
    assert json.loads(call("jobs", "-o", "json").out) == []
    said = call("run", "boxes", "weigh", "-p", where, "-o", "json")
    assert said.code == 0 and json.loads(said.out) == {"bytes": 2010}
    (job,) = json.loads(call("jobs", "-o", "json").out)
    assert (job["state"], job["done"], job["total"], job["result"]) == ("succeeded", 3, 3, {"bytes": 2010})


def test_a_job_that_fails_says_so(call: Call, where: str, boxes: Path) -> None:
    boxes.write_text("[{}]")
    said = call("run", "boxes", "weigh", "-p", where)
    assert said.code == 1 and "weigh" in said.err
    (job,) = json.loads(call("jobs", "-o", "json").out)
    assert job["state"] == "failed" and job["message"]


def test_a_job_that_cannot_reach_the_store_says_so_by_its_exit_code(call: Call, where: str, boxes: Path) -> None:
    boxes.unlink()
    said = call("run", "boxes", "weigh", "-p", where)
    assert said.code == 4
    assert "boxes.json is gone" in said.err


def test_a_system_that_cannot_look_hides_nothing_that_others_find(
    call: Call, toy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from arraydeck_toy import Toy

    def broken(system: Toy) -> None:
        raise RuntimeError("a broken plug-in")

    monkeypatch.setattr(Toy, "discover", broken)
    (tmp_path / "storage" / "collections").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    said = call("profiles", "import", "--dry-run")
    assert said.code == 0 and "storage" in said.out
