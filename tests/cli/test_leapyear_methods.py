"""Every published member of the LeapYear client is within reach: on the command line, and by a key on a screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Call
from tests.ui.leapyear_stage import hospital, no_secrets_left
from tests.unit.leapyear.servers import ROOT, ROOT_PASSWORD, Place
from tui.config.profiles import Profile, ProfileStore

PUBLISHED = json.loads((Path(__file__).parents[1] / "unit" / "published_methods.json").read_text())["leapyear"]
ALL: list[str] = [*PUBLISHED["methods"], *PUBLISHED["properties"], *PUBLISHED["io_properties"]]


class Where(NamedTuple):
    """Where a member is. `words` reach it; `sent` is what the server must get, as `METHOD path`; `said` is printed;
    `screen` is a list, and an action of it with a key, or "" for what the list itself is."""

    words: tuple[str, ...]
    sent: str
    said: str
    screen: tuple[str, str]


def run(*words: str) -> tuple[str, ...]:
    return ("run", *words)


YES = ("--yes", "--confirm")
ACCOUNT = run("databases", "account")
WHO = ("databases", "account")
PLACES: dict[str, Where] = {
    "close": Where(run("databases", "close"), "", "stays good", ("databases", "close")),
    "logout": Where(
        run("databases", "log-out", "--yes"), "DELETE /api/v1/session", "logged out", ("databases", "log-out")),
    "clear_analysis_cache": Where(
        run("caches", "clear-analysis", *YES, "clear-analysis"),
        "DELETE /api/v1/caches/analysis", "cleared", ("caches", "clear-analysis")),
    "clear_all_caches": Where(
        run("caches", "clear-all", *YES, "clear-all"), "DELETE /api/v1/caches", "cleared", ("caches", "clear-all")),
    "count_analysis_cache": Where(
        run("caches", "count"), "GET /api/v1/caches", "analyses are in the cache", ("caches", "count")),
    "unpersist_all_relations": Where(
        run("caches", "unpersist", "--yes"), "DELETE /api/v1/caches/relations", "cleared", ("caches", "unpersist")),
    "create": Where(
        run("databases", "create", "--name", "new"), "POST /api/v1/databases", "new", ("databases", "create")),
    "create_async": Where(
        run("tables", "create-async", "sales", "--name", "t", "--columns", "x REAL -3..3"),
        "POST /api/v1/databases/sales/tables", "job_", ("tables", "create-async")),
    "update": Where(
        run("databases", "edit", "empty", "--description", "d", "--yes"),
        "PATCH /api/v1/databases/empty", "changed", ("databases", "edit")),
    "drop": Where(
        run("databases", "drop", "empty", *YES, "empty"),
        "DELETE /api/v1/databases/empty", "dropped", ("databases", "drop")),
    "logger": Where(ACCOUNT, "", "arraydeck.leapyear.client", WHO),
    "url": Where(ACCOUNT, "", "http://127.0.0.1", WHO),
    "username": Where(ACCOUNT, "GET /api/v1/session", ROOT, WHO),
    "connected": Where(ACCOUNT, "GET /api/v1/session", "connected              yes", WHO),
    "status": Where(ACCOUNT, "GET /api/v1/version", "status                 connected", WHO),
    "current_user": Where(ACCOUNT, "GET /api/v1/session", "an administrator", WHO),
    "privacy_profiles": Where(
        ("get", "privacy-profiles"), "GET /api/v1/privacy-profiles", "Strict", ("privacy-profiles", "")),
    "databases": Where(("get", "databases"), "GET /api/v1/databases", "vital signs", ("databases", "")),
    "users": Where(("get", "users"), "GET /api/v1/users", "bram", ("users", "")),
    "groups": Where(("get", "groups"), "GET /api/v1/groups", "analysts", ("groups", "")),
    "jobs": Where(("get", "running-jobs"), "GET /api/v1/jobs", "", ("running-jobs", "")),
    "recent_finished_jobs": Where(("get", "finished-jobs"), "GET /api/v1/jobs", "set_privacy", ("finished-jobs", "")),
}  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Place]:
    """One server for all that only look or make something of their own."""
    with hospital() as place:
        place.service.backend.jobs.done(ROOT, "database.set_privacy_profile", {"type": "database", "name": "sales"})
        yield place


@pytest.fixture
def profile(home: Path, served: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A kept profile of the server's administrator."""
    monkeypatch.setenv("ARRAYDECK_WARD_PASSWORD", ROOT_PASSWORD)
    with no_secrets_left():
        ProfileStore().add(Profile(name="ward", system="leapyear", uri=served.service.uri, options={"username": ROOT}))
        served.service.requests.clear()
        yield "ward"


def test_every_member_has_a_place() -> None:
    assert sorted(PLACES) == sorted(ALL)


@pytest.mark.parametrize("member", PLACES)
def test_a_member_is_reached_from_the_command_line(call: Call, profile: str, served: Place, member: str) -> None:
    words, sent, told, _ = PLACES[member]
    said = call(*words, "-p", profile)
    assert said.code == 0, said.err
    assert told in said.out + said.err
    assert not sent or any(str(entry).startswith(sent) for entry in served.service.requests.entries()), sent
    assert ROOT_PASSWORD not in said.out + said.err


@pytest.mark.parametrize("member", PLACES)
def test_a_member_has_its_place_on_a_screen(listed: dict[str, dict[str, str]], member: str) -> None:
    kind, name = PLACES[member].screen
    assert kind in listed and (not name or listed[kind].get(name)), (kind, name)


def test_no_two_actions_of_a_list_share_a_key(listed: dict[str, dict[str, str]]) -> None:
    for kind, actions in listed.items():
        keys = [key for key in actions.values() if key]
        assert len(keys) == len(set(keys)), kind


@pytest.fixture
def listed(call: Call) -> dict[str, dict[str, str]]:
    """The keys of the actions by list and action."""
    types = json.loads(call("types", "-p", "leapyear+http://127.0.0.1:1", "-o", "json").out)[0]["types"]
    return {kind["name"]: {action["name"]: action["key"] for action in kind["actions"]} for kind in types}
