"""`arraydeck doctor`: says what is wrong and how to mend it, waits for nobody for long, and tells by its exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.conftest import TOY

PROFILES = """[profiles.lab]
system = "toy"
uri = "toy://{boxes}"

[profiles.gone]
system = "toy"
uri = "toy:///nowhere/boxes.json"

[profiles.silent]
system = "arakoon"
uri = "arakoon://127.0.0.1:{port}/quiet"

[profiles.typo]
system = "deker"
url = "/data"
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of somebody who takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home and a current folder in which nothing is found."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)


def looked(call: Call, *words: str) -> tuple[int, dict[tuple[str, str], dict[str, Any]]]:
    """Return the exit code, and the findings by section and name."""
    said = call("doctor", "-o", "json", *words)
    return said.code, {(finding["section"], finding["name"]): finding for finding in json.loads(said.out)}


def test_a_healthy_machine_is_said_to_be_one(call: Call, home: Path) -> None:
    said = call("doctor")
    assert said.code == 0 and "all is well" in said.out
    assert str(home / "config") in said.out and "arraydeck demo" in said.out


def test_what_is_wrong_has_a_remedy_and_an_exit_code(
    call: Call, toy: None, boxes: Path, home: Path, silent: int
) -> None:
    (home / "config").mkdir(parents=True)
    path = home / "config" / "profiles.toml"
    path.write_text(PROFILES.format(boxes=boxes, port=silent))
    path.chmod(0o666)
    (home / "config" / "settings.toml").write_text("theme = 7\n")
    code, found = looked(call, "--seconds", "0.4")
    assert code == 1
    assert found["profiles", "lab"]["verdict"] == "fine" and "online" in found["profiles", "lab"]["text"]
    assert "boxes.json is gone" in found["profiles", "gone"]["text"]
    assert "no answer within 0.4 s" in found["profiles", "silent"]["text"]
    assert found["files", "settings.toml"]["text"].startswith(f"{home}/config/settings.toml:1: theme")
    wrong = [finding for finding in found.values() if finding["verdict"] == "wrong"]
    assert all(finding["mend"] for finding in wrong), wrong
    text = call("doctor", "--seconds", "0.4").out
    assert f"{path}:15: profiles.typo.url: unknown key" in text
    assert f"→ chmod 600 {path}" in text and "things are wrong" in text


def test_what_other_tools_left_is_told_with_the_command_that_keeps_it(call: Call, tmp_path: Path) -> None:
    (tmp_path / "storage" / "collections").mkdir(parents=True)
    code, found = looked(call)
    assert code == 0 and found["found", "storage"]["text"] == "deker, in ./storage/collections"
    assert found["found", "storage"]["mend"] == "arraydeck profiles import"
    call("profiles", "import")
    _, found = looked(call)
    assert ("found", "storage") not in found and ("profiles", "storage") in found


def test_folders_that_cannot_be_used_are_told_of_and_hide_nothing_else(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("ARRAYDECK_HOME", str(tmp_path / "taken"))
    code, found = looked(call)
    assert code == 1 and found["folders", "config"]["mend"] == "set ARRAYDECK_HOME to a folder of yours"
    assert ("versions", "textual") in found and ("terminal", "TERM") in found


def test_leftovers_are_told_of_and_what_is_in_use_is_none(call: Call, tmp_path: Path, home: Path) -> None:
    from tui.demo.leftovers import hold

    (home / "state").mkdir(parents=True)
    (home / "state" / "crash-1.log").write_text("")
    (home / "state" / "state.db.damaged-20260101").write_text("")
    for name in ("arraydeck-demo-dead", "arraydeck-demo-alive"):
        (tmp_path / name).mkdir()
        handle = hold(tmp_path / name)
        if name.endswith("dead"):
            os.close(handle)
    text = call("doctor").out
    os.close(handle)
    assert f"→ rm -r {tmp_path}/arraydeck-demo-dead" in text and "arraydeck-demo-alive" not in text
    assert "state.db.damaged-20260101" in text and "crash-1.log" in text


def asked_apart(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask the doctor in a process of its own."""
    command = [sys.executable, "-m", "tui.cli.main", "doctor", *words]
    environment = {**os.environ, "PYTHONPATH": f"{TOY}:{Path(__file__).parents[2]}", **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_a_terminal_that_nobody_knows_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "")
    _, found = looked(call)
    assert "no screen can be drawn" in found["terminal", "TERM"]["text"]
    # The library of terminals looks one up in each process.
    said = asked_apart(TERM="vt9999").stdout
    assert "vt9999: this machine does not know that terminal" in said and "→ export TERM=xterm-256color" in said


def test_a_read_that_never_ends_keeps_nobody_waiting(tmp_path: Path, home: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (home / "config").mkdir(parents=True)
    entry = f'[profiles.stuck]\nsystem = "toy"\nuri = "toy://{tmp_path}/pipe.json"\n'
    (home / "config" / "profiles.toml").write_text(entry)
    done = asked_apart("--seconds", "0.3")
    assert done.returncode == 1 and "no answer within 0.3 s" in done.stdout, done.stderr
