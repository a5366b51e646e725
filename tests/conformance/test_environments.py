"""A child answers in order; when it hangs, ends or cannot be had, that is said and nothing is left running."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TextIO

import pytest

from tests.conformance import environments
from tests.conformance.environments import Child, ChildEnded, EnvironmentUnavailable

pytestmark = [pytest.mark.conformance, pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")]
SCRIPT = """
import fcntl, json, sys, time
held = open(__file__)
fcntl.flock(held, fcntl.LOCK_EX)
print(json.dumps({"versions": {}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["operation"] == "hang":
        time.sleep(600)
    if request["operation"] == "end":
        sys.exit("these are the last words")
    print(json.dumps({"result": request["operation"]}), flush=True)
"""


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Child]:
    def start(*requirements: str) -> Child:
        script = tmp_path / "script.py"
        script.write_text(SCRIPT)
        return Child(script, requirements)

    return start


def test_it_answers_in_order(start: Callable[..., Child]) -> None:
    with closing(start()) as child:
        assert [child.ask(word) for word in ("one", "two", "three")] == ["one", "two", "three"]


def test_it_says_how_it_ended(start: Callable[..., Child]) -> None:
    with closing(start()) as child:
        with pytest.raises(ChildEnded, match="these are the last words"):
            child.ask("end")
        with pytest.raises(ChildEnded, match="ended before one"):
            child.ask("one")


def is_free(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def test_who_hangs_is_ended(start: Callable[..., Child], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(start()) as child:
        monkeypatch.setattr(environments, "ANSWER_SECONDS", 0.2)
        with pytest.raises(ChildEnded, match="hang took longer"):
            child.ask("hang")
    # The script holds a lock on itself for as long as it lives.
    with (tmp_path / "script.py").open() as script:
        patience = time.monotonic() + 20
        while not is_free(script):
            assert time.monotonic() < patience, "it is left running"
            time.sleep(0.01)


def test_what_cannot_be_had_says_why(start: Callable[..., Child], tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnavailable, match="nowhere"):
        start(str(tmp_path / "nowhere"))
