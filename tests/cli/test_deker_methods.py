"""Every published member of Deker's client is within reach: on the command line, and by a key on a screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Call
from tests.deker.pristine import Pristine, make_pristine
from tui.systems.deker.sample import make_sample

PUBLISHED = json.loads((Path(__file__).parents[1] / "unit" / "published_methods.json").read_text())["deker"]
ALL: list[str] = [*PUBLISHED["methods"], *PUBLISHED["properties"], *PUBLISHED["protocols"]]


class Where(NamedTuple):
    """Where a member is. `words` reach it, PATH being the storage; `said` is printed; `screen` is a list, and an action
    of it with a key, or "" for what the list itself or its details show."""

    words: tuple[str, ...]
    said: str
    screen: tuple[str, str]


def run(*words: str) -> tuple[str, ...]:
    return ("run", "collections", *words)


DETAILS = ("describe", "collections", "arr")
PLACES: dict[str, Where] = {
    "create_collection": Where(run("create", "--name", "rain", "--dimensions", "y 4; x 6"), "created collection rain",
                               ("collections", "create")),
    "get_collection": Where(DETAILS, "float32", ("collections", "")),
    "collection_from_dict": Where(run("create-from-file", "--path", "rain.json", "--yes"), "created collection rain",
                                  ("collections", "create-from-file")),
    "check_integrity": Where(run("check-integrity", "--level", "4"), "no errors in 12 arrays",
                             ("collections", "check-integrity")),
    "calculate_storage_size": Where(run("calculate-storage-size"), "47.41 KB in arrays",
                                    ("collections", "calculate-storage-size")),
    "clear_locks": Where(run("clear-locks", "arr", "--yes"), "lock", ("collections", "clear-locks")),
    "is_open": Where(("profiles", "test"), "online", ("profiles", "")),
    "is_closed": Where(("profiles", "test"), "online", ("profiles", "")),
    "meta_version": Where(DETAILS, "metadata version  0.2", ("collections", "")),
    "root_path": Where(DETAILS, "PATH/collections/arr", ("collections", "")),
    "async iteration over collections": Where(("get", "collections"), "packed", ("collections", "")),
}  # fmt: skip
BY_ITSELF = {
    "close": "each command and the dashboard close what they opened",
    "async context manager": "each command and the dashboard close what they opened",
}
"""What nobody calls, since it happens by itself."""


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pristine:
    """A healthy storage, and in the current folder the description of another collection."""
    made = make_pristine(tmp_path / "storage")
    described = json.loads(made.json_of("arr").read_text())
    (tmp_path / "rain.json").write_text(json.dumps({**described, "name": "rain"}))
    monkeypatch.chdir(tmp_path)
    return made


def test_every_member_has_a_place() -> None:
    assert {*PLACES, *BY_ITSELF} == set(ALL)
    assert not PLACES.keys() & BY_ITSELF.keys()


@pytest.mark.parametrize("member", PLACES)
def test_a_member_is_reached_from_the_command_line(call: Call, storage: Pristine, member: str) -> None:
    words, told, _ = PLACES[member]
    where = ("-p", str(storage.root))
    if words[0] == "profiles":
        assert call("profiles", "add", "lab", str(storage.root)).code == 0
        where = ("lab",)
    said = call(*words, *where)
    assert said.code == 0, said.err
    assert told.replace("PATH", str(storage.root)) in said.out + said.err


@pytest.mark.parametrize("member", [member for member, place in PLACES.items() if place.screen[0] != "profiles"])
def test_a_member_has_its_place_on_a_screen(call: Call, storage: Pristine, member: str) -> None:
    kind, name = PLACES[member].screen
    listed = json.loads(call("types", "-p", str(storage.root), "-o", "json").out)[0]["types"]
    (found,) = (each for each in listed if each["name"] == kind)
    assert not name or name in [action["name"] for action in found["actions"] if action["key"]]


def test_no_two_actions_of_a_list_share_a_key(call: Call, storage: Pristine) -> None:
    for kind in json.loads(call("types", "-p", str(storage.root), "-o", "json").out)[0]["types"]:
        taken = [action["key"] for action in kind["actions"] if action["key"]]
        assert len(taken) == len(set(taken)), kind["name"]


def test_a_moment_that_is_data_is_shown_as_itself_and_not_as_an_age(call: Call, tmp_path: Path) -> None:
    make_sample(tmp_path / "weather")
    said = call("get", "varrays", "temperature", "-p", str(tmp_path / "weather"), "--filter", "run >= 2024-02-27T12:00")
    assert "2024-02-27 12:00" in said.out and "2024-02-27 00:00" not in said.out and " d " not in said.out
