"""Runs in an environment with the real tiledb: does to files of profiles what it is told, and says how it went."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import tiledb

REPOSITORY = Path(__file__).resolve().parents[2]


def write(folders: dict[str, list[list[Any]]]) -> dict[str, str]:
    """Save profiles, each a name and its settings, into folders; return the bytes of each file."""
    for folder, profiles in folders.items():
        for name, values in profiles:
            save(folder, name, values, overwrite=False)
    return {folder: encoded(folder) for folder in folders}


def encoded(folder: str) -> str:
    return base64.b64encode((Path(folder) / "profiles.json").read_bytes()).decode()


def save(folder: str, name: str, values: dict[str, str], overwrite: bool) -> None:
    profile = tiledb.Profile(name, folder)
    for key, value in values.items():
        profile[key] = value
    profile.save(overwrite=overwrite)


def read(folders: dict[str, list[str]]) -> dict[str, list[dict[str, str]]]:
    """Load profiles by name from folders; return their settings."""
    return {folder: [load(folder, name) for name in names] for folder, names in folders.items()}


def load(folder: str, name: str) -> dict[str, str]:
    content = json.loads(str(tiledb.Profile.load(name, folder)))
    [values] = content.values()
    return values or {}


def attempts(folder: str, texts: list[str]) -> list[dict[str, str | None]]:
    """Do to each text what a person might; for each return the file afterwards, None where it was refused."""
    path = Path(folder) / "profiles.json"
    changes = {
        "load": lambda: load(folder, "a"),
        "save": lambda: save(folder, "new", {"k": "v"}, overwrite=False),
        "replace": lambda: save(folder, "a", {"k": "v"}, overwrite=True),
        "remove": lambda: tiledb.Profile.remove("a", folder),
    }
    found: list[dict[str, str | None]] = []
    for text in texts:
        outcomes: dict[str, str | None] = {}
        for name, change in changes.items():
            path.write_text(text)
            try:
                change()
            except tiledb.TileDBError:
                outcomes[name] = None
                assert path.read_text() == text
            else:
                outcomes[name] = path.read_text()
        found.append(outcomes)
    return found


def config(token: str, given: dict[str, str]) -> dict[str, str]:
    """Return what our `Config` for a log-in amounts to in the real library."""
    sys.path.insert(0, str(REPOSITORY))
    from pydantic import SecretStr

    from tui.systems.tiledb.options import ServiceOptions
    from tui.systems.tiledb.reading.core import make_config

    options = ServiceOptions("https://h.example.com", SecretStr(token), ca_file=Path("/ca.pem"), verify=False)
    made = make_config(options, given)
    assert isinstance(made, tiledb.Config)
    return {name: made[name] for name in ("rest.server_address", "rest.token", "ssl.verify", "ssl.ca_file", *given)}


def context(token: str) -> str:
    """Open a local array with our `Ctx`; return what is in it."""
    sys.path.insert(0, str(REPOSITORY))
    import numpy
    from pydantic import SecretStr

    from tui.systems.tiledb.options import ServiceOptions
    from tui.systems.tiledb.reading.core import make_context

    made = make_context(ServiceOptions("https://h.example.com", SecretStr(token)))
    with tempfile.TemporaryDirectory() as folder:
        tiledb.from_numpy(folder + "/grid", numpy.arange(4))
        with tiledb.open(folder + "/grid", ctx=made) as array:
            return str(array[:].tolist())


OPERATIONS = {"write": write, "read": read, "attempts": attempts, "config": config, "context": context}


def main() -> None:
    print(json.dumps({"versions": {"tiledb": ".".join(map(str, tiledb.version()))}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": OPERATIONS[request.pop("operation")](**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
