"""The demo: one command makes sample data and shows it; stopped, it leaves no trace."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.terminal.conftest import Start


def test_the_demo_shows_a_storage_and_is_gone_without_a_trace(start: Start, tmp_path: Path) -> None:
    program = start("demo", columns=100, rows=30, TMPDIR=str(tmp_path))
    program.see("collections 7", 60)
    program.see("nodes 3")
    program.press(":", "collections @weather", "enter")
    program.see("temperature")
    program.press("q")
    assert program.wait() == 0 and program.is_restored
    assert list(tmp_path.glob("arraydeck-demo-*")) == []


@contextmanager
def served(command: list[str], env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run a command, and end it whatever becomes of the test."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as serving:
        try:
            yield serving
        finally:
            serving.kill()


def test_served_it_prints_its_profiles_and_waits_and_does_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "tui.cli.main", "demo", "--serve", "--dir", str(folder)]
    for _ in range(2):
        with served(command) as serving:
            assert serving.stdout is not None
            told = json.loads(serving.stdout.readline())
            where = {profile["system"]: profile["uri"] for profile in told["profiles"]}
            assert where.keys() >= {"arakoon", "arraylake", "deker"}
            assert where["arakoon"].startswith("arakoon://") and where["arraylake"].startswith("arraylake://")
            assert (Path(where["deker"]) / "collections" / "temperature").is_dir()
            assert serving.poll() is None
            for words in (("orgs", "-p", "catalogue"), ("databases", "-p", "surveys")):
                get = [sys.executable, "-m", "tui.cli.main", "get", *words, "-o", "name"]
                said = subprocess.run(get, env={**os.environ, **told["environment"]}, capture_output=True, text=True)
                assert said.returncode == 0 and said.stdout, said.stderr
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(20) == 0
    assert (folder / "deker" / "collections").is_dir(), "a folder that was given is kept"


def answers(uri: str) -> bool:
    """Whether somebody listens at the first port of an address."""
    port = urlsplit(uri.split(",")[0].replace("arakoon_0=", "").replace("@", "")).port
    assert port is not None
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def comes_true(condition: Callable[[], bool]) -> bool:
    """Wait until a condition holds; False if it never does."""
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_with_faults_some_are_down_and_killed_it_still_leaves_no_trace(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "demo", "--serve", "--faults", "flaky,down=arakoon,weather"]
    with served(command, {**os.environ, "TMPDIR": str(tmp_path)}) as serving:
        assert serving.stdout is not None
        where = {profile["name"]: profile["uri"] for profile in json.loads(serving.stdout.readline())["profiles"]}
        assert not answers(where["cluster"]) and not Path(where["weather"]).exists()
        catalogue = where["catalogue"]
        assert answers(catalogue) and list(tmp_path.glob("arraydeck-demo-*"))
        serving.kill()
        assert comes_true(lambda: not list(tmp_path.glob("arraydeck-demo-*")) and not answers(catalogue))


@pytest.mark.parametrize(("faults", "word"), [("slw", "do you mean slow?"), ("down=nobody", "known are arakoon")])
def test_a_fault_that_nobody_knows_is_a_usage_error(start: Start, faults: str, word: str) -> None:
    program = start("demo", "--faults", faults, columns=200)
    program.see(word)
    assert program.wait() == 2
