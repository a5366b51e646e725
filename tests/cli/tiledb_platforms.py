"""Embedded servers of both platforms for the tests of command lines and screens, and a home with a log-in to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Said
from tests.unit.tiledb.conftest import Place, empty_home
from tui.services.serving.request_log import LoggedRequest
from tui.systems.tiledb.profiles.profile_file import ProfileFile


def store_login(place: Place, name: str = "stored", folder: Path | None = None, **more: str) -> None:
    """Keep a log-in to a server in a profile file, by default the home's, as TileDB's own tools do."""
    values = {"rest.server_address": place.server.url, "rest.token": place.credentials["token"]}
    if place.credentials["workspace"]:
        values["rest.workspace"] = place.credentials["workspace"]
    ProfileFile(folder).save(name, {**values, **more}, overwrite=True)


def address(place: Place) -> str:
    """Return a server's address as it is typed."""
    workspace = place.credentials["workspace"] or place.credentials["username"]
    return f"tiledb://{workspace}@{place.server.url.partition('://')[2]}"


def log_in_to(place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Make a home that is logged in to a server and to nothing else, and let the count of requests begin."""
    empty_home(folder, monkeypatch)
    store_login(place)
    forget(place)
    return place


def good(said: Said) -> str:
    """Return what a command said that did what it should."""
    assert said.code == 0, said.err
    return said.out


def changes(place: Place) -> Sequence[LoggedRequest]:
    """Return the requests that asked for a change so far."""
    return place.server.state.log.changing()


def sent(place: Place) -> list[str]:
    """Return the requests that asked for a change so far, as `METHOD path?query status`."""
    return [str(entry) for entry in changes(place)]


def forget(place: Place) -> None:
    """Let the next count of requests begin."""
    place.server.state.log.clear()
