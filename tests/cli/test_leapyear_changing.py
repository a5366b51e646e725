"""Changes of a LeapYear server from the shell: looked at first, confirmed, made once, refused where they must be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.ui.leapyear_stage import SOURCE, changes, hospital, no_secrets_left
from tests.unit.leapyear.servers import ROOT, ROOT_PASSWORD, Asker, Place
from tui.config.profiles import Profile, ProfileStore
from tui.services.errors import ServiceError
from tui.systems.leapyear.resources.column_text import read_columns, write_columns
from tui.systems.leapyear.resources.level_text import changed_levels, read_levels, write_levels

PASSWORD = "MARKERPASSWORDKEY"


@pytest.fixture
def served(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A server, with a profile `ward` of its administrator and a read-only one, `look`."""
    for name in ("WARD", "LOOK"):
        monkeypatch.setenv(f"ARRAYDECK_{name}_PASSWORD", ROOT_PASSWORD)
    with no_secrets_left(), hospital() as place:
        options = {"username": ROOT}
        for name, read_only in (("ward", False), ("look", True)):
            profile = Profile(name=name, system="leapyear", uri=place.service.uri, options=options, read_only=read_only)
            ProfileStore().add(profile)
        yield place


def test_a_table_with_columns_is_shown_created_and_dropped_by_its_name(call: Call, served: Place) -> None:
    columns = (
        'age INT 0..120; sex FACTOR f|m|x; "last visit" DATE 2020-01-01..2026-01-01; note TEXT nullable "as typed"'
    )
    words = ("run", "tables", "create", "sales", "--name", "visits", "--columns", columns, "--credentials", SOURCE)
    dry = call(*words, "--dry-run", "-p", "ward")
    assert dry.code == 0 and '"last visit" DATE 2020-01-01..2026-01-01' in dry.out and changes(served) == []
    assert call(*words, "-p", "ward").code == 0
    shown = json.loads(call("get", "columns", "sales", "visits", "-p", "ward", "-o", "json").out)
    assert [column["name"] for column in shown] == ["age", "sex", "last visit", "note"]
    assert shown[0]["bounds"] == [0, 120] and shown[1]["options"] == ["f", "m", "x"] and shown[3]["nullable"]
    refused = call("run", "tables", "drop", "sales", "visits", "--yes", "--confirm", "visit", "-p", "ward")
    assert refused.code == 3 and len(changes(served)) == 1
    assert call("run", "tables", "drop", "sales", "visits", "--yes", "--confirm", "visits", "-p", "ward").code == 0
    assert changes(served)[-1].startswith("DELETE /api/v1/databases/sales/tables/visits")
    assert "if-match" in served.service.requests.changing()[-1].headers
    journal = call("journal", "-o", "json").out
    assert "visits" in journal and "MARKERSOURCEKEY" not in journal + shown.__repr__()


def test_a_database_that_is_not_empty_says_what_goes_with_it(call: Call, served: Place) -> None:
    dry = call("run", "databases", "drop", "sales", "--dry-run", "-p", "ward")
    assert "2 tables" in dry.out and "orders, people" in dry.out and "adults" in dry.out and changes(served) == []
    assert call("run", "databases", "drop", "sales", "--yes", "--confirm", "sales", "-p", "ward").code == 0
    assert "sales" not in call("get", "databases", "-p", "ward", "-o", "name").out


GRANTS: list[tuple[tuple[str, ...], str, str]] = [
    (
        ("grants", "edit", "group:analysts", "--levels", 'sales administer; "vital signs" view'),
        "sales: view → administer\n  vital signs: none → view",
        '"access": "administer"',
    ),
    (
        ("table-grants", "edit", "group:analysts", "sales/orders", "--levels", "age precise"),
        "age: private → precise\n  sex: private → none",
        '"age": "precise"',
    ),
    (
        ("column-grants", "set-level", "group:analysts", "sales/orders", "note", "--level", "private"),
        "note: none → private",
        '"note": "private"',
    ),
    (
        ("table-grants", "level", "group:analysts", "sales/people", "--level", "precise"),
        "all columns → precise",
        '"note": "precise"',
    ),
]


@pytest.mark.parametrize(("words", "shown", "held"), GRANTS, ids=[" ".join(words[:2]) for words, _, _ in GRANTS])
def test_a_change_of_grants_is_shown_whole_before_any_of_it_is_sent(
    call: Call, served: Place, words: tuple[str, ...], shown: str, held: str
) -> None:
    dry = call("run", *words, "--dry-run", "-p", "ward")
    assert dry.code == 0 and shown in dry.out, dry
    unconfirmed = call("run", *words, "-p", "ward")
    assert unconfirmed.code == 3 and changes(served) == []
    done = call("run", *words, "--yes", "-p", "ward")
    assert done.code == 0, done.err
    sent = shown.count("→") if words[0] == "grants" else 1
    assert len(changes(served)) == sent and all(line.startswith("PUT ") for line in changes(served))
    with Asker.of(served.url) as root:
        assert held in json.dumps(root.done("GET", "/groups/analysts/access"))


def test_grants_that_cannot_be_are_refused_before_anything_is_sent_and_edits_are_undone(
    call: Call, served: Place
) -> None:
    for levels, told in (("sales owner", "owner is no level"), ("nowhere view", "there is no database nowhere")):
        said = call("run", "grants", "edit", "user:bram", "--levels", levels, "--yes", "-p", "ward")
        assert said.code != 0 and told in said.err and changes(served) == []
    assert call("run", "grants", "edit", "user:bram", "--levels", "empty view", "--yes", "-p", "ward").code == 0
    assert call("undo").code == 0
    with Asker.of(served.url) as root:
        assert root.done("GET", "/users/bram/access")["databases"] == []


UNDONE: list[tuple[tuple[str, ...], str, str]] = [
    (
        ("databases", "edit", "empty", "--description", "new", "--max-exposure", "3"),
        "/databases/empty",
        "changed again",
    ),
    (("tables", "edit", "sales", "orders", "--description", "new"), "/databases/sales/tables/orders", "changed again"),
    (("users", "edit", "bram", "--is-admin", "true", "--description", "new"), "/users/bram", "changed again"),
    (("users", "disable", "bram"), "/users/bram", "changed again"),
    (("groups", "edit", "analysts", "--members", "root", "--description", "new"), "/groups/analysts", "changed again"),
    (
        ("privacy-profiles", "edit", "Custom profile 1", "--minimum-dataset-size", "70"),
        "/privacy-profiles/Custom%20profile%201",
        "changed again",
    ),
    (
        ("table-grants", "edit", "group:analysts", "sales/orders", "--levels", "note precise"),
        "/groups/analysts/access",
        "by now, not",
    ),
    (
        ("table-grants", "level", "group:analysts", "sales/orders", "--level", "precise"),
        "/groups/analysts/access",
        "by now, not",
    ),
    (
        ("column-grants", "set-level", "group:analysts", "sales/orders", "age", "--level", "none"),
        "/groups/analysts/access",
        "by now, not",
    ),
]
"""Edits that can be taken back, where the server tells how it stands, and what is said where it changed since."""


@pytest.mark.parametrize(("words", "path", "told"), UNDONE)
def test_an_edit_is_taken_back_unless_it_was_changed_since(
    call: Call, served: Place, words: tuple[str, ...], path: str, told: str
) -> None:
    with Asker.of(served.url) as root:

        def stands() -> object:
            return meant({name: value for name, value in root.done("GET", path).items() if name != "revision"})

        before = stands()
        said = call("run", *words, "--yes", "-p", "ward")
        assert said.code == 0 and "u takes it back" in said.out + said.err, said
        after = stands()
        assert after != before
        undone = call("undo")
        assert undone.code == 0, undone.err
        assert stands() == before
        assert call("run", *words, "--yes", "-p", "ward").code == 0
        assert call("run", *others(words), "--yes", "-p", "ward").code == 0
        sent = len(changes(served))
        entry = json.loads(call("journal", "-o", "json").out)[1]["id"]
        refused = call("undo", str(entry))
        assert refused.code == 1 and told in refused.err and len(changes(served)) == sent, refused


def meant(answer: object) -> object:
    """Return an answer without what says nothing: no limit at all and one that limits nothing are the same."""
    if isinstance(answer, dict):
        said = {name: meant(value) for name, value in answer.items()}
        return {name: value for name, value in said.items() if value not in (None, {})}
    return answer


def others(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the same edit with another value for its last field."""
    if words[1] == "disable":
        return ("users", "enable", words[2])
    swaps = {
        "new": "newer",
        "3": "4",
        "70": "80",
        "note precise": "note private",
        "precise": "private",
        "none": "precise",
    }
    return (*words[:-1], swaps[words[-1]])


CHANGING: list[tuple[str, ...]] = [
    ("databases", "create", "--name", "x"),
    ("databases", "edit", "empty", "--description", "x"),
    ("databases", "replace", "empty"),
    ("databases", "drop", "empty"),
    ("tables", "create", "sales", "--name", "x", "--columns", "a BOOL"),
    ("tables", "create-async", "sales", "--name", "x", "--columns", "a BOOL"),
    ("tables", "add-slice", "sales", "orders", "--credentials", SOURCE),
    ("tables", "edit", "sales", "orders", "--description", "x"),
    ("tables", "replace", "sales", "orders"),
    ("tables", "drop", "sales", "orders"),
    ("views", "drop", "sales", "adults"),
    ("users", "create", "--username", "x", "--password", PASSWORD),
    ("users", "edit", "bram", "--is-admin", "true"),
    ("users", "password", "bram", "--password", PASSWORD),
    ("users", "disable", "bram"),
    ("users", "enable", "bram"),
    ("users", "drop", "bram"),
    ("keys", "create", "bram", "--name", "x", "--file", "none.pem"),
    ("groups", "create", "--name", "x"),
    ("groups", "edit", "analysts", "--description", "x"),
    ("groups", "drop", "analysts"),
    ("members", "add", "analysts", "--user", ROOT),
    ("members", "remove", "analysts", "bram"),
    ("grants", "edit", "user:bram", "--levels", "sales view"),
    ("table-grants", "edit", "user:bram", "sales/orders", "--levels", "age private"),
    ("table-grants", "level", "user:bram", "sales/orders", "--level", "private"),
    ("column-grants", "set-level", "user:bram", "sales/orders", "age", "--level", "private"),
    ("privacy-profiles", "create", "--name", "x", "--max-exposure-per-computation", "1", "--minimum-dataset-size", "1"),
    ("privacy-profiles", "edit", "Custom profile 1", "--description", "x"),
    ("privacy-profiles", "drop", "Custom profile 1"),
    ("caches", "clear-analysis"),
    ("caches", "clear-all"),
    ("caches", "unpersist"),
    ("remote-jobs", "cancel", "JOB"),
    ("running-jobs", "cancel", "JOB"),
    ("finished-jobs", "cancel", "JOB"),
]
"""Every action that changes anything, as it could be asked for; a user without a key has none to drop."""


def test_a_read_only_profile_sends_nothing_that_changes(call: Call, served: Place) -> None:
    types = json.loads(call("types", "-p", "look", "-o", "json").out)[0]["types"]
    changing = {
        (kind["name"], action["name"]) for kind in types for action in kind["actions"] if action["danger"] != "reads"
    }
    assert changing - {("keys", "drop")} == {(words[0], words[1]) for words in CHANGING}
    job = served.service.backend.jobs.done(ROOT, "analysis", {"type": "database", "name": "sales"})["id"]
    for words in CHANGING:
        said = call("run", *(job if word == "JOB" else word for word in words), "--yes", "--confirm", "x", "-p", "look")
        assert said.code == 1 and "read-only" in said.err, (words, said)
    assert changes(served) == []


def test_users_groups_and_profiles_by_words_alone(call: Call, served: Place, tmp_path: Path) -> None:
    user = ("run", "users", "create", "--username", "cleo", "--password", PASSWORD, "--description", "new")
    said = [call(*user, "-p", "ward")]
    said.append(call("run", "members", "add", "analysts", "--user", "cleo", "-p", "ward"))
    assert "cleo" in call("get", "members", "analysts", "-p", "ward", "-o", "name").out
    said.append(call("run", "users", "disable", "cleo", "--yes", "-p", "ward"))
    said.append(call("run", "groups", "edit", "analysts", "--members", "root", "--yes", "-p", "ward"))
    said.append(call("run", "privacy-profiles", "create", "--name", "own", "--max-exposure-per-computation", "0.1",
                     "--minimum-dataset-size", "20", "-p", "ward"))  # fmt: skip
    said.append(call("run", "databases", "edit", "empty", "--privacy-profile", "own", "--max-exposure", "3", "--yes",
                     "-p", "ward"))  # fmt: skip
    assert [one.code for one in said] == [0] * len(said), [one.err for one in said]
    lowered = call("run", "databases", "edit", "empty", "--max-exposure", "9", "--dry-run", "-p", "ward")
    assert "THIS LOWERS THE PROTECTION" in lowered.out
    oneself = call("run", "users", "drop", ROOT, "--yes", "--confirm", ROOT, "-p", "ward")
    assert oneself.code == 1 and f"you are logged in as {ROOT}" in oneself.err
    everything = call("journal", "-o", "json").out + "".join(one.out + one.err for one in said)
    assert PASSWORD not in everything and ROOT_PASSWORD not in everything
    key = tmp_path / "key.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\nMARKER\n")
    refused = call("run", "keys", "create", "cleo", "--name", "k", "--file", str(key), "-p", "ward")
    assert refused.code == 2 and "private key" in refused.err and "MARKER" not in refused.err


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("age INT", "between what"),
        ("age INT 5..1", "greater than the greatest"),
        ("age INT 0..x", "is not a whole number"),
        ("age", "what type"),
        ("age NUMBER 1..2", "is no type"),
        ("sex FACTOR", "which values"),
        ("sex FACTOR a|a", "different"),
        ("a BOOL 0..1", "means nothing after BOOL"),
        ("a BOOL; a TEXT", "the same name"),
        ('a TEXT "open', "is not closed"),
    ],
)
def test_the_grammar_of_columns_says_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises((ValueError, ServiceError), match=problem):
        read_columns(text)


def test_what_is_written_is_read_back_as_it_was() -> None:
    text = (
        'age INT -5..120; r NULL_REAL 0..1.5 "a \\"b\\"; c"; d DATE 2020-01-01..2021-01-01;'
        ' "t 1" DATETIME 2020-01-01T00:00:00Z..2021-01-01T00:00:00Z nullable\n'
        '"nullable" FACTOR "x y"|"a|b"|nullable; n NULL'
    )
    columns = read_columns(text)
    assert len(columns) == 6 and read_columns(write_columns(columns)) == columns
    levels = {"vital signs": "view", 'a";b': "administer"}
    assert read_levels(write_levels(levels)) == levels
    assert changed_levels({"a": "view"}, {"b": "view"}, "none") == {"a": ("view", "none"), "b": ("none", "view")}
