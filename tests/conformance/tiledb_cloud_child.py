"""Runs beside the real tiledb-cloud, in its environment: asks the classic cloud as a user of it would."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

# A home of its own, so that nobody's log-in is read or written; no proxy, for the packages ask it for this machine too.
HOME = Path(tempfile.mkdtemp(prefix="tiledb-cloud-home-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("TILEDB_")]:
    del os.environ[name]
os.environ["HOME"] = str(HOME)
warnings.simplefilter("ignore")

import tiledb  # noqa: E402 - it reads the environment when it is imported
import tiledb.cloud  # noqa: E402
import tiledb.cloud._common.api_v2.api as api_v2  # noqa: E402
import tiledb.cloud._common.api_v2.models as models_v2  # noqa: E402
import tiledb.cloud.invites  # noqa: E402 - `tiledb.cloud` leaves it out
import tiledb.cloud.rest_api as api_v1  # noqa: E402
from tiledb_child_answers import answer_requests, named, rich, told  # noqa: E402

MODELS = (api_v1.models, models_v2)


def login(**where: Any) -> str | None:
    """Log in; return what the package keeps of it."""
    tiledb.cloud.login(**where)
    path = HOME / ".tiledb" / "cloud.json"
    return path.read_text() if path.exists() else None


def call(function: str, given: list[Any] | None = None, **keywords: Any) -> Any:
    """Call a function of `tiledb.cloud` by its dotted name and return what it returns."""
    keywords = {name: rich(value, MODELS) for name, value in keywords.items()}
    return named(tiledb.cloud, function)(*[rich(value, MODELS) for value in given or []], **keywords)


def api(group: str, method: str, given: list[Any] | None = None, **keywords: Any) -> Any:
    """Call a method of the generated client: of v1, or of v2 where the group's name says so."""
    found = getattr(api_v2, group.removesuffix("V2")) if group.endswith("V2") else getattr(api_v1, group)
    keywords = {name: rich(value, MODELS) for name, value in keywords.items()}
    built = tiledb.cloud.client.build(found)
    return getattr(built, method)(*[rich(value, MODELS) for value in given or []], **keywords)


def failure(what: str, **arguments: Any) -> dict[str, Any]:
    """Do one of the other operations, which is to fail, and return what it raises."""
    try:
        OPERATIONS[what](**arguments)
    except Exception as error:
        return told(error)
    raise AssertionError(f"{what} {arguments} did not fail")


def object_type(uri: str) -> str | None:
    """Return what libtiledb takes a URI for, with the log-in of the package."""
    return tiledb.object_type(uri, ctx=tiledb.cloud.Ctx())


def schema(uri: str) -> list[str]:
    """Return the dimensions and attributes that libtiledb reads of an array."""
    found = tiledb.ArraySchema.load(uri, ctx=tiledb.cloud.Ctx())
    names = [found.domain.dim(number).name for number in range(found.domain.ndim)]
    return names + [found.attr(number).name for number in range(found.nattr)]


OPERATIONS = {one.__name__: one for one in (login, call, api, object_type, schema)}


if __name__ == "__main__":
    answer_requests({name: version(name) for name in ("tiledb-cloud", "tiledb")}, (*OPERATIONS.values(), failure))
