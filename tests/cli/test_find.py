"""`arraydeck find` and aliases on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.deker.pristine import make_pristine


def test_rows_come_as_they_are_found_and_json_comes_ranked(call: Call, where: str, tmp_path: Path) -> None:
    storage = str(make_pristine(tmp_path / "storage").root)
    said = call("find", "a", "-p", where, "-p", storage)
    assert said.code == 0 and said.err == ""
    heading, *rows = said.out.splitlines()
    assert heading.split() == ["PROFILE", "TYPE", "NAME", "IN", "MATCH"]
    assert {"atlas", "borea", "arr", "plain", "packed", "va"} <= {row.split()[2] for row in rows}
    best = json.loads(call("find", "arr", "-p", where, "-p", storage, "-o", "json").out)
    assert best[0]["name"] == "arr" and best[0]["type"] == "collections" and best[0]["place"].endswith("@storage")
    lines = call("find", "red", "-p", where, "-o", "jsonl").out.splitlines()
    (borea,) = [json.loads(line) for line in lines]
    assert (borea["key"], borea["where"], borea["text"]) == ("borea", "colour", "red")
    assert len(call("find", "a", "-p", where, "--limit", "1").out.splitlines()) == 2


def test_who_stays_silent_is_named_and_nobody_at_all_is_an_error(call: Call, where: str, tmp_path: Path) -> None:
    gone = f"toy://{tmp_path}/gone.json"
    said = call("find", "atlas", "-p", where, "-p", gone)
    assert said.code == 0 and "atlas" in said.out and "gone.json is gone" in said.err
    assert call("find", "atlas", "-p", gone).code == 4
    assert call("find", " ", "-p", where).code == 2
    assert call("find", "atlas").code == 2, "there are no profiles yet"
    assert call("find", "nothing-at-all", "-p", where).code == 0


def test_an_alias_is_a_place_for_get_and_hides_no_list(call: Call, where: str, home: Path) -> None:
    call("profiles", "add", "lab", where)
    settings = home / "config" / "settings.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[aliases]\nmine = "boxes /red @lab"\nbox = "boxes /red @lab"\nround = "round"\n')
    assert call("get", "mine", "-o", "name").out.split() == ["borea"]
    assert call("get", "mine", "-o", "name", "--filter", "atlas").out.split() == ["atlas"]
    assert len(call("get", "box", "-p", "lab", "-o", "name").out.split()) == 3
    assert call("get", "round").code == 2
    assert "circle" in call("get", "round").err
