"""`get`, `describe` and `types`: stdout is data, stderr is talk, and the exit code says how it went."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call

TOY = Path(__file__).parents[1] / "toy"


def test_a_table_for_people(call: Call, where: str) -> None:
    said = call("get", "boxes", "-p", where)
    assert said.code == 0 and said.err == ""
    heading, *rows = said.out.splitlines()
    assert heading.split() == ["NAME", "COLOUR", "SIZE"]
    assert [row.split()[0] for row in rows] == ["atlas", "borea", "ceres"]
    assert call("get", "box", "-p", where).out == said.out, "an alias is as good"


def test_data_for_programs(call: Call, where: str) -> None:
    whole = json.loads(call("get", "boxes", "-p", where, "-o", "json").out)
    assert whole[1] == {"name": "borea", "colour": "red", "size": 2000}
    lines = call("get", "boxes", "-p", where, "-o", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == whole
    rows = list(csv.DictReader(io.StringIO(call("get", "boxes", "-p", where, "-o", "csv").out)))
    assert [(row["name"], row["size"]) for row in rows] == [("atlas", "10"), ("borea", "2000"), ("ceres", "0")]
    assert call("get", "boxes", "-p", where, "-o", "name").out.split() == ["atlas", "borea", "ceres"]


@pytest.mark.parametrize("output", ["name", "json"])
def test_filter_sort_and_limit(call: Call, where: str, output: str) -> None:
    def names(*options: str) -> list[str]:
        out = call("get", "boxes", "-p", where, "-o", output, *options).out
        return out.split() if output == "name" else [box["name"] for box in json.loads(out)]

    assert names("--filter", "size > 5") == ["atlas", "borea"]
    assert names("--filter", "!atlas", "--limit", "1") == ["borea"]
    assert names("--sort", "size") == ["ceres", "atlas", "borea"]
    assert names("--sort", "-size", "--limit", "2") == ["borea", "atlas"]


def test_what_cannot_be_meant_is_a_usage_error(call: Call, where: str) -> None:
    for words in (
        ("get", "boxes", "extra", "-p", where),
        ("get", "boxes", "-p", where, "--sort", "weight"),
        ("get", "boxes", "-p", where, "--filter", "size >"),
        ("get", "boxes", "-p", "gopher://x"),
        ("get", "boxes", "-p", where, "-o", "xml"),
        ("describe", "boxes", "-p", where),
        ("get", "boxes"),
        ("nonsense",),
    ):
        said = call(*words)
        assert (said.code, said.out) == (2, ""), words
        assert said.err and "Traceback" not in said.err


def test_no_and_nobody_there_are_told_apart(call: Call, where: str, tmp_path: Path) -> None:
    refused = call("get", "shelves", "-p", where)
    assert refused.code == 1 and "boxes" in refused.err
    assert call("describe", "boxes", "nope", "-p", where).code == 1
    assert call("get", "boxes", "-p", f"toy://{tmp_path}/gone.json").code == 4


def test_describe_tells_all(call: Call, where: str) -> None:
    said = call("describe", "boxes", "borea", "-p", where)
    assert said.code == 0 and "colour  red" in said.out
    detail = json.loads(call("describe", "boxes", "borea", "-p", where, "-o", "json").out)
    assert detail["title"] == "borea" and detail["body"]["size"] == 2000


def test_types_say_what_there_is(call: Call, where: str) -> None:
    said = call("types", "-p", where)
    assert "boxes  (box)" in said.out and "delete (ctrl+d)" in said.out
    systems = {system["system"]: system for system in json.loads(call("types", "-o", "json").out)}
    assert {"deker", "toy"} <= systems.keys()
    arrays = next(kind for kind in systems["deker"]["types"] if kind["name"] == "arrays")
    assert arrays["parents"] == ["collections"]


def test_watch_writes_what_changes(boxes: Path) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "get", "boxes", "-p", f"toy://{boxes}", "-o", "jsonl", "--watch"]
    environment = {"PYTHONPATH": f"{TOY}:{TOY.parents[1]}", "ARRAYDECK_HOME": str(boxes.parent / "home"), "PATH": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as watching:
        assert watching.stdout is not None
        assert [json.loads(watching.stdout.readline())["name"] for _ in range(3)] == ["atlas", "borea", "ceres"]
        boxes.write_text(json.dumps([{"name": "atlas", "size": 11}, {"name": "borea", "colour": "red", "size": 2000}]))
        events = [json.loads(watching.stdout.readline()) for _ in range(2)]
        assert [(event["event"], event["item"]["name"]) for event in events] == [
            ("changed", "atlas"),
            ("removed", "ceres"),
        ]
        watching.terminate()


def test_the_shell_gets_its_completion(call: Call) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert "_ARRAYDECK_COMPLETE" in call("completion", shell).out


def test_doctor_tells_versions_folders_and_problems(call: Call, toy: None, home: Path) -> None:
    said = call("doctor")
    assert said.code == 1 and "textual" in said.out and str(home) in said.out
    assert "system broken cannot be loaded" in said.out


def test_an_unexpected_error_is_one_line_and_its_story_a_file(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh \x1b[2J dear")

    monkeypatch.setattr("tui.cli.target.with_deck", broken)
    monkeypatch.setattr("tui.cli.types.with_deck", broken)
    said = call("types")
    assert said.code == 1 and "unexpected ZeroDivisionError" in said.err
    assert "\x1b" not in said.err and "Traceback" not in said.err
    call("--debug", "types")
    (story,) = (home / "state").glob("crash-*.log")
    assert "ZeroDivisionError" in story.read_text()
