"""Embedded servers of both platforms for the tests of command lines and screens, and a home with a log-in to them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.tiledb.conftest import VARIABLES, Place
from tui.services.serving.request_log import LoggedRequest
from tui.systems.tiledb.profiles.profile_file import ProfileFile


def empty_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a home in which TileDB's own tools left nothing, and an environment that says nothing of them."""
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(folder))
    for name in list(os.environ):
        if name.startswith(VARIABLES):
            monkeypatch.delenv(name)
    return folder


def store_login(place: Place, name: str = "stored", **more: str) -> None:
    """Keep a log-in to a server in the home's profile file, as TileDB's own tools do."""
    values = {"rest.server_address": place.server.url, "rest.token": place.credentials["token"]}
    if place.credentials["workspace"]:
        values["rest.workspace"] = place.credentials["workspace"]
    ProfileFile().save(name, {**values, **more}, overwrite=True)


def address(place: Place) -> str:
    """Return a server's address as it is typed."""
    workspace = place.credentials["workspace"] or place.credentials["username"]
    return f"tiledb://{workspace}@{place.server.url.partition('://')[2]}"


def changes(place: Place) -> Sequence[LoggedRequest]:
    """Return the requests that asked for a change so far."""
    return place.server.state.log.changing()


def forget(place: Place) -> None:
    """Let the next count of requests begin."""
    place.server.state.log.clear()
