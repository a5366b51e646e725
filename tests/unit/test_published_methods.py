"""The clients have what their systems' own clients publish: every method, property, parameter and error by its name."""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

PUBLISHED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("published_methods.json").read_text())
MODULES = {
    "deker": ("tui.systems.deker.client", "tui.systems.deker.sync_client", "tui.services.errors"),
    "arraylake": (
        "tui.systems.arraylake.client",
        "tui.systems.arraylake.sync",
        "tui.systems.arraylake.errors",
    ),
    "arakoon": ("tui.systems.arakoon.client", "tui.systems.arakoon.sync", "tui.systems.arakoon.errors"),
    "tiledb": ("tui.systems.tiledb.client", "tui.systems.tiledb.sync", "tui.systems.tiledb.errors"),
    "leapyear": ("tui.systems.leapyear.client", "tui.systems.leapyear.sync", "tui.systems.leapyear.errors"),
}
"""Where a system's client, its synchronous one and its errors are."""
SPECIAL = {
    "async context manager": ("__aenter__", "__aexit__"),
    "async iteration over collections": ("__aiter__",),
}
"""What a protocol asks of a class."""


def client_of(system: str) -> type[Any]:
    return getattr(importlib.import_module(MODULES[system][0]), PUBLISHED[system]["class"])


@pytest.mark.parametrize(
    ("system", "method"),
    # A property that does I/O is a method here, by the same name.
    [
        (system, name)
        for system, what in PUBLISHED.items()
        for name in (*what["methods"], *what.get("io_properties", ()))
    ],
)
def test_a_method_is_there_and_documented(system: str, method: str) -> None:
    found = getattr(client_of(system), method)
    assert inspect.iscoroutinefunction(found)
    assert inspect.getdoc(found)


@pytest.mark.parametrize("system", PUBLISHED)
def test_what_else_the_client_has(system: str) -> None:
    client, what = client_of(system), PUBLISHED[system]
    for name in what.get("properties", ()):
        assert isinstance(inspect.getattr_static(client, name), property), name
    for protocol in what.get("protocols", ()):
        for name in SPECIAL[protocol]:
            assert hasattr(client, name), name
    parameters = inspect.signature(client).parameters
    for name in what.get("constructor", ()):
        assert name in parameters, name
    errors = importlib.import_module(MODULES[system][2])
    for name in what.get("errors", ()):
        assert issubclass(getattr(errors, name), Exception), name


@pytest.mark.parametrize("system", PUBLISHED)
def test_the_synchronous_client_has_the_same(system: str) -> None:
    what = PUBLISHED[system]
    client = getattr(importlib.import_module(MODULES[system][1]), what["sync"])
    for name in what["methods"]:
        found = getattr(client, name)
        assert inspect.getdoc(found) and not inspect.iscoroutinefunction(found), name
    for name in (*what.get("properties", ()), *what.get("io_properties", ())):
        assert isinstance(inspect.getattr_static(client, name), property), name
    for name in what.get("constructor", ()):
        assert name in inspect.signature(client).parameters, name
