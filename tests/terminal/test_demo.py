"""The demo: one command makes sample data and shows it; stopped, it leaves no trace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def served(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command, and end it whatever becomes of the test."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
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
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(20) == 0
    assert (folder / "deker" / "collections").is_dir(), "a folder that was given is kept"
