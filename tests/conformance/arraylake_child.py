"""Runs beside the real arraylake package, in its environment: asks a service what it is told to, as a user would."""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

# A home of its own, so that nobody's log-in is read or written; no proxy, for the package asks it for this machine too.
HOME = Path(tempfile.mkdtemp(prefix="arraylake-home-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("ARRAYLAKE_")]:
    del os.environ[name]
os.environ.update(HOME=str(HOME), ARRAYLAKE_CONFIG=str(HOME / "config"), ARRAYLAKE_USER__DIAGNOSTICS="False")
# The package reads these when it is imported; with its own, what fails for good takes a minute to be told.
os.environ.update(ARRAYLAKE_HTTP__MAX_RETRIES="3", ARRAYLAKE_HTTP__RETRIES="2")

import arraylake  # noqa: E402 - it reads the environment when it is imported
import numpy as np  # noqa: E402


@contextlib.contextmanager
def told(where: dict[str, Any]) -> Iterator[arraylake.Client]:
    """Yield a client of a service at `uri`; `token` is an API key, `authority` what TLS trusts, `settings` more."""
    if "authority" in where:
        os.environ["SSL_CERT_FILE"] = where["authority"]
    settings = {"service.uri": where["uri"], **where.get("settings", {})}
    with arraylake.config.set(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield arraylake.Client(token=where["token"]) if "token" in where else arraylake.Client()


def plain(value: Any) -> Any:
    """Return a value as JSON has it; of an opened repository its branches and tags."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if hasattr(value, "list_branches"):
        return {"branches": sorted(value.list_branches()), "tags": sorted(value.list_tags())}
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    if hasattr(value, "__iter__"):
        return [plain(part) for part in value]
    return repr(value)


def call(where: dict[str, Any], method: str, **keywords: Any) -> Any:
    """Call a method of the client and return what it returns."""
    with told(where) as client:
        return plain(getattr(client, method)(**keywords))


def failure(where: dict[str, Any], method: str, **keywords: Any) -> dict[str, Any]:
    """Call a method that is to fail and return what it raises: class, family, text, status."""
    with told(where) as client:
        try:
            plain(getattr(client, method)(**keywords))
        except Exception as error:
            return {
                "class": type(error).__name__,
                "value_error": isinstance(error, ValueError),
                "text": str(error),
                "status": getattr(error, "status_code", None),
                "request_id": getattr(error, "request_id", None),
            }
    raise AssertionError(f"{method} did not fail")


def write(where: dict[str, Any], name: str, array: str, shape: list[int], message: str, fill: float = 1.0) -> str:
    """Make an array (or take it) in an opened repository, fill it, commit; return the snapshot."""
    import zarr

    with told(where) as client:
        session = client.get_repo(name).writable_session("main")
        root = zarr.open_group(session.store, mode="a")
        made = root.require_array(array, shape=tuple(shape), chunks=tuple(shape), dtype="float64")
        made[...] = fill
        return session.commit(message)


def read(where: dict[str, Any], name: str, array: str, **version_of_it: str) -> dict[str, Any]:
    """Return an array of a repository: shape, dtype and the sum of its values; of `branch`, `tag` or `snapshot_id`."""
    import zarr

    with told(where) as client:
        session = client.get_repo(name).readonly_session(**(version_of_it or {"branch": "main"}))
        found = zarr.open_group(session.store, mode="r")[array]
        assert isinstance(found, zarr.Array)
        return {"shape": list(found.shape), "dtype": str(found.dtype), "sum": float(np.asarray(found[...]).sum())}


def history(where: dict[str, Any], name: str, branch: str = "main") -> list[dict[str, Any]]:
    """Return message, author and snapshot of a branch's commits, the last first."""
    with told(where) as client:
        repository = client.get_repo(name)
        return [
            {"id": commit.id, "message": commit.message, "author": commit.metadata.get("author_email")}
            for commit in repository.ancestry(branch=branch)
        ]


def mark(where: dict[str, Any], name: str, snapshot: str, tag: str = "", branch: str = "") -> dict[str, Any]:
    """Make a tag, a branch or both at a snapshot; return all that there are."""
    with told(where) as client:
        repository = client.get_repo(name)
        if tag:
            repository.create_tag(tag, snapshot_id=snapshot)
        if branch:
            repository.create_branch(branch, snapshot_id=snapshot)
        return plain(repository)


def difference(where: dict[str, Any], name: str, first: str, second: str) -> dict[str, Any]:
    """Return what came new and what changed between two snapshots."""
    with told(where) as client:
        found = client.get_repo(name).diff(from_snapshot_id=first, to_snapshot_id=second)
        return {"new_arrays": sorted(found.new_arrays), "updated_chunks": sorted(found.updated_chunks)}


def collide(where: dict[str, Any], name: str, array: str) -> str:
    """Commit from two sessions begun at the same snapshot; return what the second is told."""
    import zarr

    with told(where) as client:
        repository = client.get_repo(name)
        sessions = [repository.writable_session("main") for _ in range(2)]
        for number, session in enumerate(sessions):
            zarr.open_group(session.store, mode="r+")[array][...] = float(number)  # type: ignore[index]
        sessions[0].commit("the first")
        try:
            sessions[1].commit("the second")
        except Exception as error:
            return type(error).__name__
    return "both were committed"


def log_in(where: dict[str, Any]) -> str:
    """Log in without a browser; return what is printed for the user."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), told(where) as client:
        client.login(browser=False)
    return said.getvalue()


def log_out(where: dict[str, Any]) -> str:
    """Log out; return what is printed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), told(where) as client:
        client.logout()
    return said.getvalue()


def token_file(content: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Return what the package keeps of a log-in, None if nothing; `content` is written there before."""
    path = HOME / ".arraylake" / "token.json"
    if content is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    if not path.exists():
        return None
    return {**json.loads(path.read_text()), "mode": oct(path.stat().st_mode & 0o777)}


def remove_token() -> None:
    """Forget a log-in without telling anybody."""
    (HOME / ".arraylake" / "token.json").unlink(missing_ok=True)


def call_at_once(where: dict[str, Any], method: str, times: int, **keywords: Any) -> list[Any]:
    """Call a method from several threads at once; return every outcome."""
    outcomes: list[Any] = [None] * times
    with told(where):
        clients = [arraylake.Client(token=where["token"]) if "token" in where else arraylake.Client() for _ in outcomes]

        def run(number: int) -> None:
            try:
                outcomes[number] = plain(getattr(clients[number], method)(**keywords))
            except Exception as error:
                outcomes[number] = f"{type(error).__name__}: {error}"

        threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return outcomes


def command(arguments: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run the package's own command line with environment variables; return exit code and output."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("arraylake")), *arguments],
        env={**os.environ, "COLUMNS": "300", "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return {"code": done.returncode, "said": done.stdout + done.stderr}


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        call,
        failure,
        write,
        read,
        history,
        mark,
        difference,
        collide,
        log_in,
        log_out,
        token_file,
        remove_token,
        call_at_once,
        command,
    )
}


def main() -> None:
    """Answer requests until stdin ends."""
    # By their own way out: logging out starts a browser, and what that prints would be taken for an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    versions = {"arraylake": version("arraylake"), "zarr": version("zarr")}
    print(json.dumps({"versions": versions}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("operation")
        try:
            answer = {"result": OPERATIONS[operation](**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
