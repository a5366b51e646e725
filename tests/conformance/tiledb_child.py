"""Runs beside the real tiledb-client and tiledb, in their environment: asks a server as a user of theirs would."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

# A home of its own, so that nobody's log-in is read or written; no proxy, for the packages ask it for this machine too.
HOME = Path(tempfile.mkdtemp(prefix="tiledb-home-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("TILEDB_")]:
    del os.environ[name]
os.environ["HOME"] = str(HOME)

import tiledb  # noqa: E402 - it reads the environment when it is imported
import tiledb.client  # noqa: E402
import tiledb.client._common.api_v4 as api_v4  # noqa: E402
import tiledb.client.credentials  # noqa: E402 - `tiledb.client` leaves these two out
import tiledb.client.rest_api as api_v1  # noqa: E402
import tiledb.client.storagesettings  # noqa: E402
from tiledb_child_answers import answer_requests, named, rich, told  # noqa: E402

MODELS = (api_v4.models, api_v1.models)
warnings.simplefilter("ignore")


def configure(**settings: Any) -> str | None:
    """Store a profile in this child's home, in place of one of its name; return the profile file."""
    tiledb.client.configure(overwrite=True, **settings)
    path = HOME / ".tiledb" / "profiles.json"
    return path.read_text() if path.exists() else None


def login(retry_mode: str | None = None, **where: Any) -> None:
    """Log in with a stored profile. The retries are then those of a client that is built for it."""
    tiledb.client.login(**where)
    if retry_mode:
        tiledb.client.client.client.retry_mode(retry_mode)


def call(function: str, given: list[Any] | None = None, **keywords: Any) -> Any:
    """Call a function of `tiledb.client` by its dotted name and return what it returns."""
    keywords = {name: rich(value, MODELS) for name, value in keywords.items()}
    return named(tiledb.client, function)(*[rich(value, MODELS) for value in given or []], **keywords)


def api(group: str, method: str, given: list[Any] | None = None, **keywords: Any) -> Any:
    """Call a method of the generated client: of v4, or of v1 where v4 has no such group."""
    found = getattr(api_v4, group, None) or getattr(api_v1, group)
    keywords = {name: rich(value, MODELS) for name, value in keywords.items()}
    built = tiledb.client.client.build(found)
    return getattr(built, method)(*[rich(value, MODELS) for value in given or []], **keywords)


def failure(what: str, **arguments: Any) -> dict[str, Any]:
    """Do one of the other operations, which is to fail, and return what it raises."""
    try:
        outcome = OPERATIONS[what](**arguments)
        if what == "call":
            list(outcome) if hasattr(outcome, "call_page") else None
    except Exception as error:
        return told(error)
    raise AssertionError(f"{what} {arguments} did not fail")


def timed(what: str, **arguments: Any) -> dict[str, Any]:
    """Do an operation and return its outcome, or what it raises, and how many seconds it took."""
    began = time.monotonic()
    try:
        outcome: Any = {"returned": OPERATIONS[what](**arguments) is not None}
    except Exception as error:
        outcome = told(error)
    return {**outcome, "seconds": time.monotonic() - began}


def _context(url: str, token: str, settings: dict[str, str]) -> tiledb.Ctx:
    return tiledb.Ctx(tiledb.Config({"rest.server_address": url, "rest.token": token, **settings}))


def object_type(uri: str, url: str, token: str, **settings: str) -> str | None:
    """Return what libtiledb takes a URI for: `array`, `group` or nothing."""
    return tiledb.object_type(uri, ctx=_context(url, token, settings))


def schema(uri: str, url: str, token: str) -> dict[str, Any]:
    """Return what libtiledb reads of an array's schema."""
    found = tiledb.ArraySchema.load(uri, ctx=_context(url, token, {}))
    dimensions = [found.domain.dim(number) for number in range(found.domain.ndim)]
    return {
        "sparse": found.sparse,
        "dimensions": [
            [dim.name, str(dim.dtype), [str(end) for end in dim.domain], str(dim.tile)] for dim in dimensions
        ],
        "attributes": [[found.attr(n).name, str(found.attr(n).dtype)] for n in range(found.nattr)],
    }


def save_profiles(folder: str, profiles: dict[str, dict[str, str]], overwrite: bool = False) -> None:
    """Save profiles by name, one after another."""
    for name, values in profiles.items():
        profile = tiledb.Profile(name, folder)
        for key, value in values.items():
            profile[key] = value
        profile.save(overwrite=overwrite)


def load_profiles(folder: str, names: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    """Return the values of these keys of stored profiles."""
    found = {}
    for name, keys in names.items():
        profile = tiledb.Profile.load(name, folder)
        found[name] = {key: profile[key] for key in keys}
    return found


def remove_profile(folder: str, name: str) -> None:
    """Remove a stored profile."""
    tiledb.Profile.remove(name, folder)


def workspace_attributes() -> list[str]:
    """Return the attributes that a workspace has."""
    return [field.name for field in tiledb.client.client.Workspace.__attrs_attrs__]


PROFILES = (save_profiles, load_profiles, remove_profile)
OPERATIONS = {one.__name__: one for one in (*PROFILES, configure, login, call, api, object_type, schema)}


if __name__ == "__main__":
    versions = {name: version(name) for name in ("tiledb-client", "tiledb", "urllib3")}
    answer_requests(versions, (*OPERATIONS.values(), failure, timed, workspace_attributes))
