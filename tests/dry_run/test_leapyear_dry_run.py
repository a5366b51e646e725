"""What a dry run says of every change of LeapYear is what is sent, and it sends none itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dry_run.proof import Tap, Try, prove_all, untried
from tests.ui.leapyear_stage import changes, hospital, no_secrets_left, profile_of
from tests.unit.leapyear.servers import Place
from tui.resources.deck import Deck
from tui.systems.leapyear import system

SOURCE = "hdfs://lake/secret.parq"
SLOW = "emulate:slow"
ANALYSTS = "group:analysts"
PUBLIC = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
TABLE = {"columns": "x REAL -3..3", "credentials": SOURCE}
STRICT = {"max_exposure_per_computation": "0.1", "minimum_dataset_size": "10"}
TRIES: dict[tuple[str, str], Try] = {
    ("databases", "create"): Try("create", (), "", {"name": "fresh"}),
    ("databases", "edit"): Try("edit", (), "empty", {"description": "new words", "privacy_profile": "Standard"}),
    ("tables", "create"): Try("create", ("sales",), "", {"name": "visits", **TABLE}),
    ("tables", "create-async"): Try("create-async", ("sales",), "", {**TABLE, "name": "later", "credentials": SLOW}),
    ("running-jobs", "cancel"): Try("cancel"),
    ("tables", "add-slice"): Try("add-slice", ("sales",), "people", {"credentials": SOURCE}),
    ("tables", "drop"): Try("drop", ("sales",), "visits"),
    ("tables", "edit"): Try("edit", ("sales",), "people", {"description": "who came"}),
    ("views", "drop"): Try("drop", ("sales",)),
    ("privacy-profiles", "create"): Try("create", (), "", {"name": "own", **STRICT}),
    ("privacy-profiles", "edit"): Try("edit", (), "own", {**STRICT, "minimum_dataset_size": "20"}),
    ("privacy-profiles", "drop"): Try("drop", (), "own"),
    ("users", "create"): Try("create", (), "", {"username": "cleo", "password": "marker-password-1"}),
    ("users", "edit"): Try("edit", (), "cleo", {"description": "of the ward"}),
    ("users", "password"): Try("password", (), "cleo", {"password": "marker-password-2"}),
    ("users", "disable"): Try("disable", (), "cleo"),
    ("users", "enable"): Try("enable", (), "cleo"),
    ("groups", "create"): Try("create", (), "", {"name": "nurses"}),
    ("groups", "edit"): Try("edit", (), "nurses", {"description": "by day", "members": "bram"}),
    ("members", "add"): Try("add", ("nurses",), "", {"user": "cleo"}),
    ("members", "remove"): Try("remove", ("nurses",), "cleo"),
    ("groups", "drop"): Try("drop", (), "nurses"),
    ("caches", "unpersist"): Try("unpersist", (), ""),
    ("caches", "clear-analysis"): Try("clear-analysis", (), ""),
    ("caches", "clear-all"): Try("clear-all", (), ""),
    ("grants", "edit"): Try("edit", (), "group:analysts", {"levels": 'sales administer; "vital signs" view'}),
    ("table-grants", "edit"): Try("edit", (ANALYSTS,), "sales/orders", {"levels": "age precise"}),
    ("table-grants", "level"): Try("level", (ANALYSTS,), "sales/orders", {"level": "private"}),
    ("column-grants", "set-level"): Try("set-level", (ANALYSTS, "sales/orders"), "note", {"level": "precise"}),
    ("tables", "replace"): Try("replace", ("sales",), "orders", TABLE),
    ("keys", "create"): Try("create", ("cleo",), "", {"name": "laptop"}),
    ("keys", "drop"): Try("drop", ("cleo",), "laptop"),
    ("users", "drop"): Try("drop", (), "cleo"),
    ("databases", "replace"): Try("replace", (), "empty", {"privacy_profile": "Standard"}),
    ("databases", "drop"): Try("drop", (), "vital signs"),
}


@pytest.fixture
def ward() -> Iterator[Place]:
    with no_secrets_left(), hospital() as place:
        yield place


def test_every_change_is_tried() -> None:
    assert untried(system, TRIES) == set()


async def test_a_dry_run_tells_what_is_sent(
    deck: Deck, ward: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tap = Tap(monkeypatch, ("/session",))
    deck.add_temporary(profile_of(ward))
    key = tmp_path / "key.pem"
    key.write_text(PUBLIC)
    tries = {**TRIES, ("keys", "create"): Try("create", ("cleo",), "", {"name": "laptop", "file": str(key)})}
    await prove_all(deck, deck.connection("ward"), tries, tap, lambda: changes(ward))
