"""The worker of `deker_worker.py` as an object, and what a storage looks like from outside."""

from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

WORKER = Path(__file__).with_name("deker_worker.py")
ANSWER_SECONDS = 120.0
TRASH = ".arraydeck-trash"
EMPTY = hashlib.sha256(b"").hexdigest()


class Worker:
    """A process that works on storages in forks of its own, which end at the moment that they are told to."""

    def __enter__(self) -> Self:
        # A library's threads would not live on in the forks, and byte code that is kept would count as a change.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.faults.deker_worker"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True)
        self._read()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, work: str, arguments: dict[str, Any], **moment: Any) -> dict[str, Any]:
        """Return how the work ended. `moment` holds `kill`, `fail`, `error`, `stays` of the worker's request."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"work": work, "arguments": arguments, **moment}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def done(self, work: str, arguments: dict[str, Any]) -> Any:
        """Return the work's result; it must end well."""
        said = self.ask(work, arguments)
        assert said["ended"] == "done", said
        return said["result"]

    def changes(self, work: str, arguments: dict[str, Any]) -> int:
        """Return how many changes of the file system the whole work takes."""
        said = self.ask(work, arguments)
        assert said["ended"] == "done", said
        return said["changes"]

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], ANSWER_SECONDS)[0]:
            raise TimeoutError
        line = self._process.stdout.readline()
        assert line, "the worker ended"
        return json.loads(line)


def tree(root: Path, top: str = "collections") -> dict[str, str]:
    """Return everything below `root/top` by its path: what a file holds, where a link leads, `directory`."""
    found: dict[str, str] = {}
    for folder, directories, names in os.walk(root / top):
        for name in (*directories, *names):
            path = os.path.join(folder, name)  # noqa: PTH118 - names that are no text
            if os.path.islink(path):  # noqa: PTH114
                content = f"-> {os.readlink(path)}"  # noqa: PTH115
            elif os.path.isdir(path):  # noqa: PTH112
                content = "directory"
            else:
                with open(path, "rb") as file:  # noqa: PTH123
                    content = hashlib.sha256(file.read()).hexdigest()
            found[os.path.relpath(path, root)] = content
    return found


def contents(found: dict[str, str]) -> set[str]:
    """Return what the files and links of a tree hold."""
    return set(found.values()) - {"directory"}


def is_trash_empty(root: Path) -> bool:
    """Whether no change left more behind than directories and the mark of who works there."""
    left = tree(root, TRASH).items()
    return all(content == "directory" or (path.endswith("/lock") and content == EMPTY) for path, content in left)


def difference(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Return the paths at which two trees are not the same, with what is there in each."""
    return {
        path: (one.get(path), other.get(path))
        for path in sorted(one.keys() | other.keys())
        if one.get(path) != other.get(path)
    }
