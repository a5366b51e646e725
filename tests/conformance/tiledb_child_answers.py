"""Runs beside TileDB's real packages, in their environments: what both children do alike."""

from __future__ import annotations

import datetime
import enum
import json
import re
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """Return a value as JSON has it: models as objects, iterables as lists, times as ISO texts."""
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if hasattr(value, "openapi_types"):
        return {name: plain(getattr(value, name)) for name in value.openapi_types if getattr(value, name) is not None}
    if hasattr(value, "__attrs_attrs__"):
        return {field.name: plain(getattr(value, field.name)) for field in value.__attrs_attrs__}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, Iterable):
        return [plain(part) for part in value]
    return repr(value)


def rich(value: Any, models: tuple[Any, ...]) -> Any:
    """Return an argument as the package wants it: `{"model": NAME, …}` becomes one, and a few words of their own."""
    if isinstance(value, list):
        return [rich(part, models) for part in value]
    if not isinstance(value, dict):
        return value
    value = {name: rich(part, models) for name, part in value.items()}
    if "model" in value:
        name = value.pop("model")
        found = next(getattr(module, name) for module in models if hasattr(module, name))
        return found(**value)
    if set(value) == {"uuid"}:
        return uuid.UUID(value["uuid"])
    if set(value) == {"time"}:
        return datetime.datetime.fromtimestamp(value["time"], datetime.UTC)
    if set(value) == {"pair"}:
        return tuple(value["pair"])
    return value


def named(root: Any, path: str) -> Any:
    """Return what a dotted name below a module means."""
    for part in path.split("."):
        root = getattr(root, part)
    return root


def told(error: BaseException) -> dict[str, Any]:
    """Return what is raised: class, what it derives from, text, and the HTTP status of it or of what caused it."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < 10:
        chain.append(cause)
    # Some wrap the answer and keep its status in their text alone.
    said = [re.search(r"- Code: (\d+)", str(one)) for one in chain]
    status = next((one.status for one in chain if isinstance(getattr(one, "status", None), int)), None)
    status = status or next((int(found[1]) for found in said if found), None)
    return {
        "class": type(error).__name__,
        "family": [kind.__name__ for kind in type(error).__mro__],
        "text": str(error),
        "status": status,
    }


def answer_requests(versions: Mapping[str, str], operations: Iterable[Callable[..., Any]]) -> None:
    """Answer the requests of stdin until it ends. What the package prints goes to stderr."""
    known = {operation.__name__: operation for operation in operations}
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"versions": versions}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("operation")
        try:
            answer = {"result": plain(known[operation](**request))}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
