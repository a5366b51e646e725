"""Several profiles at once from a shell: one list, a comparison, and what is said of a profile that is down."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.ui.several_stage import Boxes, stores

__all__ = ["stores"]


@pytest.fixture
def kept(call: Call, stores: Boxes, home: Path) -> Boxes:
    """The three profiles, kept in the file."""
    for name in ("lab", "mirror", "old"):
        said = call("profiles", "add", name, f"toy://{stores.path(name)}")
        assert said.code == 0, said.err
    return stores


@pytest.mark.parametrize("where", ["@*", "*"])
def test_all_profiles_are_one_list(call: Call, kept: Boxes, where: str) -> None:
    said = call("get", "box", "-p", where)
    assert said.code == 0 and said.err == ""
    heading, *rows = said.out.splitlines()
    assert heading.split() == ["PROFILE", "NAME", "COLOUR", "SIZE"]
    assert [row.split()[:2] for row in rows] == [
        ["lab", "atlas"], ["lab", "borea"], ["mirror", "atlas"], ["mirror", "borea"], ["mirror", "mira"],
        ["old", "ceres"],
    ]  # fmt: skip


def test_some_profiles_filtered_sorted_and_cut(call: Call, kept: Boxes) -> None:
    def names(*options: str) -> list[str]:
        return call("get", "boxes", "-p", "@lab,old", "-o", "name", *options).out.split()

    assert sorted(names()) == ["lab:atlas", "lab:borea", "old:ceres"]
    assert names("--sort", "-size") == ["lab:borea", "lab:atlas", "old:ceres"]
    assert names("--sort", "-size", "--limit", "1") == ["lab:borea"]
    assert names("--filter", "profile = old") == ["old:ceres"]
    assert names("--filter", "profile != old and size > 1k") == ["lab:borea"]


def test_data_says_whose_it_is(call: Call, kept: Boxes) -> None:
    whole = json.loads(call("get", "boxes", "-p", "@*", "-o", "json").out)
    assert whole[4] == {
        "key": "mirror:mira",
        "profile": "mirror",
        "scope": [],
        "item": {"name": "mira", "colour": "brown", "size": 7},
    }
    rows = list(csv.DictReader(io.StringIO(call("get", "boxes", "-p", "@*", "-o", "csv", "--sort", "size").out)))
    assert [(row["profile"], row["size"]) for row in rows][-2:] == [("lab", "2000"), ("mirror", "2000")]
    lines = call("get", "boxes", "-p", "@*", "-o", "jsonl").out.splitlines()
    assert sorted(map(json.dumps, map(json.loads, lines))) == sorted(map(json.dumps, whole))


def test_a_profile_that_is_down_is_said_and_hides_no_other(call: Call, kept: Boxes) -> None:
    kept.path("mirror").unlink()
    said = call("get", "boxes", "-p", "@*", "-o", "json")
    assert [row["profile"] for row in json.loads(said.out)] == ["lab", "lab", "old"]
    assert said.code == 4 and "mirror: mirror.json is gone" in said.err


def test_what_cannot_be_merged_is_said(call: Call, kept: Boxes) -> None:
    none = call("get", "crates", "-p", "@*")
    assert none.code == 1 and "none of the profiles has crates" in none.err
    unknown = call("get", "boxes", "-p", "@lab,nowhere")
    assert unknown.code == 1 and "there is no profile nowhere" in unknown.err


def test_two_profiles_are_compared(call: Call, kept: Boxes) -> None:
    said = call("compare", "boxes", "lab", "mirror")
    assert said.code == 0 and "2 of 3 differ" in said.err
    heading, *rows = said.out.splitlines()
    assert heading.split() == ["BOXES", "DIFFERENCE", "LAB", "MIRROR"]
    assert [row.split()[0] for row in rows] == ["borea", "mira"]
    assert "different: colour" in rows[0] and "colour red" in rows[0] and "colour blue" in rows[0]
    assert "only there" in rows[1]
    whole = json.loads(call("compare", "boxes", "@mirror", "@lab", "-o", "json", "--all").out)
    assert [(row["key"], row["difference"]) for row in whole] == [
        ("atlas", "same"), ("borea", "different: colour"), ("mira", "only here")]  # fmt: skip
    assert whole[2]["there"] is None and whole[2]["here"]["size"] == 7 and whole[1]["differs"] == ["colour"]
    rows_of = list(csv.DictReader(io.StringIO(call("compare", "boxes", "lab", "mirror", "-o", "csv").out)))
    assert rows_of[1] == {"boxes": "mira", "difference": "only there", "lab": "—", "mirror": "colour brown, size 7 B"}


def test_equal_lists_are_said_to_be_so(call: Call, kept: Boxes) -> None:
    said = call("compare", "boxes", "lab", f"toy://{kept.path('lab')}")
    assert said.code == 0 and "all 2 are the same" in said.err


def test_a_comparison_needs_both(call: Call, kept: Boxes) -> None:
    kept.path("old").unlink()
    said = call("compare", "boxes", "lab", "old")
    assert said.code == 4 and said.out == "" and "old.json is gone" in said.err


@pytest.mark.parametrize("where", ["@*", "*", "@lab,mirror"])
def test_what_is_for_one_profile_says_so_and_does_nothing(call: Call, kept: Boxes, where: str) -> None:
    said = call("run", "boxes", "create", "--name", "nova", "-p", where)
    assert said.code not in (0, 1) and said.out == ""
    assert "run is for one profile at a time" in said.err and "lab, mirror" in said.err
    assert "nova" not in call("get", "boxes", "-p", "@*").out


def test_what_is_called_so_is_described_in_each_profile(call: Call, kept: Boxes) -> None:
    said = call("describe", "box", "borea", "-p", "@lab,mirror")
    assert said.code == 0 and said.err == ""
    lab, mirror = said.out.split("\n@mirror\n")
    assert lab.startswith("@lab\n") and "red" in lab and "blue" in mirror and "red" not in mirror
    some = call("describe", "box", "borea", "-p", "@*", "-o", "json")
    assert some.code == 1 and "old: " in some.err and "there is no 'borea'" in some.err
    whole = json.loads(some.out)
    assert list(whole) == ["lab", "mirror"] and whole["mirror"]["body"]["colour"] == "blue"
    assert "none of the profiles has crates" in call("describe", "crates", "x", "-p", "@*").err
    assert call("describe", "box", "-p", "@*").code == 2


def test_one_profile_may_be_named_as_it_is_on_the_screen(call: Call, kept: Boxes) -> None:
    assert call("describe", "box", "atlas", "-p", "@lab").out == call("describe", "box", "atlas", "-p", "lab").out != ""
