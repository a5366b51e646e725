"""Every published method of the TileDB client is within reach: on the command line, and by a key on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Call
from tests.cli.tiledb_platforms import address, log_in_to
from tests.unit.tiledb.conftest import Place, serving
from tui.systems.tiledb.reading.core import has_tiledb

PUBLISHED: list[str] = json.loads((Path(__file__).parents[1] / "unit" / "published_methods.json").read_text())[
    "tiledb"
]["methods"]
LIBRARY = ("Config", "Ctx")
"""Methods of which the extra `tiledb` is needed."""


class Where(NamedTuple):
    """Where a method is: the words that call it, what the server must get then, and what it must say."""

    words: tuple[str, ...]
    sent: str
    said: str


def run(kind: str, *words: str) -> tuple[str, ...]:
    return ("run", kind, *words)


PLACES: dict[str, Where] = {
    "build": Where(run("identity", "build", "--group", "tokens"), "", "revoke(token_id)"),
    "retry_mode": Where(run("identity", "retry-mode", "--mode", "forceful"), "", "in the mode forceful"),
    "set_threads": Where(run("identity", "set-threads", "--threads", "3"), "", "at most 3 calls"),
    "configure": Where(run("stored-profiles", "configure", "--name", "new", "--host", "127.0.0.1:1", "--workspace",
                           "w", "--token", "k"), "", "stored the profile new"),
    "default_user": Where(run("identity", "default-user"), "/v4/users/self", '"username": "ada.vogel"'),
    "get_self_user": Where(run("identity", "self-user"), "/v4/users/self", '"name": "station-network"'),
    "get_user": Where(run("identity", "user"), "/v4/users/self", '"username": "ada.vogel"'),
    "get_user_workspaces": Where(run("workspaces", "user-workspaces"), "/v4/users/self",
                                 '"workspace_role": "owner"'),
    "get_workspace": Where(run("workspaces", "workspace", "--workspace", "meteo-institute"),
                           "/v4/workspaces/meteo-institute", '"created_by": "ada.vogel"'),
    "get_workspace_id": Where(run("workspaces", "workspace-id"), "", "ws_"),
    "login": Where(run("stored-profiles", "login", "stored"), "/v4/users/self", "logged in as ada.vogel"),
    "Config": Where(run("identity", "config", "--config", '{"vfs.s3.region": "x"}'), "", '"rest.token": "[hidden]"'),
    "Ctx": Where(run("identity", "ctx"), "", '"rest.token": "[hidden]"'),
}  # fmt: skip


@pytest.fixture(scope="module")
def platform() -> Iterator[Place]:
    with serving(assets=1, tasks=4) as place:
        yield place


@pytest.fixture(autouse=True)
def logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: Place) -> None:
    log_in_to(platform, tmp_path / "vendor", monkeypatch)


def test_every_method_has_a_place() -> None:
    assert PLACES.keys() == set(PUBLISHED)


@pytest.mark.parametrize("method", PLACES)
def test_a_method_is_reached_from_the_command_line(call: Call, platform: Place, method: str) -> None:
    words, sent, told = PLACES[method]
    said = call(*words, "-p", address(platform))
    if method in LIBRARY and not has_tiledb():
        assert said.code == 1 and "pip install 'arraydeck[tiledb]'" in said.err
        return
    assert said.code == 0, said.err
    assert told in said.out + said.err
    assert not sent or platform.requests(1, f"GET {sent}")
    assert platform.credentials["token"] not in said.out + said.err


@pytest.mark.parametrize("method", PLACES)
def test_a_method_has_its_place_on_a_screen(call: Call, method: str) -> None:
    _, kind, name, *_ = PLACES[method].words
    listed = json.loads(call("types", "-p", "tiledb://any@127.0.0.1:1", "-o", "json").out)[0]["types"]
    (found,) = (each for each in listed if each["name"] == kind)
    assert name in [action["name"] for action in found["actions"] if action["key"]]


def test_no_two_actions_of_a_list_share_a_key_and_none_takes_one_of_every_list(call: Call) -> None:
    listed = json.loads(call("types", "-p", "tiledb://any@127.0.0.1:1", "-o", "json").out)[0]["types"]
    assert len(listed) >= 20
    for kind in listed:
        taken = [action["key"] for action in kind["actions"] if action["key"]]
        assert len(taken) == len(set(taken)), kind["name"]
        assert not set(taken) & set("dyoVvasScxrpJAuTqhljkgG0123456789"), kind["name"]
