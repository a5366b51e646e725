"""Environments in which a system's real package runs, beside ours, as a child that answers JSON lines."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START_SECONDS = 300.0
"""The first start downloads the packages."""
ANSWER_SECONDS = 120.0


class EnvironmentUnavailable(Exception):
    """The environment cannot be made here; the message says why."""


class ChildEnded(Exception):
    """The child answers no more; the message says why."""


class Child:
    """The real package in a process of its own. `ask` sends one request and waits for its answer.

    The script runs with the `requirements` and nothing else. It says `{"versions": {…}}` when it is ready, then
    answers each line with `{"result": …}` or `{"error": "Class: text"}`.

    Raises:
        EnvironmentUnavailable: it cannot be had here.
    """

    def __init__(
        self,
        script: Path,
        requirements: Sequence[str],
        python: str = "3.11",
        answer_seconds: float | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """Start it. `command` runs what no index has, in place of a Python that uv makes."""
        self._answer_seconds = answer_seconds
        command = command or _uv_command(script, requirements, python)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            start_new_session=True,
        )
        try:
            ready = self._read(START_SECONDS)
        except TimeoutError as error:
            self.close()
            raise EnvironmentUnavailable(f"{requirements[0]} did not start in {START_SECONDS:.0f} s") from error
        except EOFError as error:
            self.close()
            raise EnvironmentUnavailable(f"{' '.join(requirements)} cannot be had: {self._last_words()}") from error
        self.versions: dict[str, str] = ready["versions"]

    def ask(self, operation: str, **arguments: Any) -> Any:
        """Return the answer to a request.

        Raises:
            RuntimeError: the real package raised; the text is its exception.
            ChildEnded: there is no answer and there will be none.
        """
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            raise ChildEnded(f"the child ended before {operation}")
        patience = self._answer_seconds or ANSWER_SECONDS
        try:
            self._process.stdin.write(json.dumps({"operation": operation, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._read(patience)
        except TimeoutError as error:
            # A late answer would be taken for the next one.
            self.close(0)
            raise ChildEnded(f"{operation} took longer than {patience:.0f} s") from error
        except (OSError, EOFError) as error:
            self.close()
            raise ChildEnded(f"the child ended in {operation}: {self._last_words()}") from error
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def close(self, grace: float = 5) -> None:
        """End the process, after so many seconds by force."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        # The session is its own, and uv is only the parent of who hangs in it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _read(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        line = self._process.stdout.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    def _last_words(self) -> str:
        self._errors.seek(0)
        words = self._errors.read().decode(errors="replace").strip().splitlines()
        return words[-1][:300] if words else "it said nothing"


def _uv_command(script: Path, requirements: Sequence[str], python: str) -> list[str]:
    uv = shutil.which("uv")
    if uv is None:
        raise EnvironmentUnavailable("uv is not installed")
    wanted = [word for requirement in requirements for word in ("--with", requirement)]
    isolated = ["--quiet", "--no-project", "--isolated", "--python", python]
    return [uv, "run", *isolated, *wanted, "python", str(script)]


def deker_child(answer_seconds: float | None = None) -> contextlib.closing[Child]:
    """Return the real deker, to be used in a `with`; an answer may take so many seconds.

    Raises:
        EnvironmentUnavailable: it cannot be had here.
    """
    script = Path(__file__).with_name("deker_child.py")
    return contextlib.closing(Child(script, ("deker==1.1.7", "numpy<2"), answer_seconds=answer_seconds))


def arraylake_child(answer_seconds: float | None = None) -> contextlib.closing[Child]:
    """Return the real arraylake with the icechunk and zarr that it brings, to be used in a `with`.

    Raises:
        EnvironmentUnavailable: it cannot be had here.
    """
    script = Path(__file__).with_name("arraylake_child.py")
    return contextlib.closing(Child(script, ("arraylake==0.33.0",), answer_seconds=answer_seconds))


def tiledb_child(answer_seconds: float | None = None) -> contextlib.closing[Child]:
    """Return the real tiledb-client of the current platform, and the tiledb that it needs, to be used in a `with`.

    Raises:
        EnvironmentUnavailable: it cannot be had here.
    """
    requirements = ("tiledb-client==3.0b12", "tiledb==0.36.1", "urllib3==2.5.0")
    script = Path(__file__).with_name("tiledb_child.py")
    return contextlib.closing(Child(script, requirements, answer_seconds=answer_seconds))


def tiledb_cloud_child(answer_seconds: float | None = None) -> contextlib.closing[Child]:
    """Return the real tiledb-cloud of the classic cloud, to be used in a `with`.

    Raises:
        EnvironmentUnavailable: it cannot be had here.
    """
    requirements = ("tiledb-cloud==0.14.4", "tiledb==0.36.1", "urllib3==2.5.0")
    script = Path(__file__).with_name("tiledb_cloud_child.py")
    return contextlib.closing(Child(script, requirements, answer_seconds=answer_seconds))
