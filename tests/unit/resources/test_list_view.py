"""A list view keeps its order, its filter, its marks and what moved, as a plain list would, only faster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.resources.sources import DearLeaves, Leaf, Leaves
from tui.resources.filter import InvalidFilter, parse_filter
from tui.resources.list_view import ListView

leaf = st.builds(Leaf, name=st.text("abc", min_size=1, max_size=3), size=st.integers(0, 5))
leaves = st.lists(leaf, unique_by=lambda made: made.name)


def view_of(items: list[Leaf]) -> ListView:
    view = ListView(Leaves(), Leaves.columns)
    view.extend(items, filled=True)
    return view


def names(view: ListView) -> list[str]:
    return [leaf.name for leaf in view.items()]


@given(leaves, leaves, st.sampled_from(["", "a", "size > 2", "!b", "/^c/"]), st.sampled_from([None, "name", "size"]))
def test_a_refresh_shows_what_a_new_view_would(
    before: list[Leaf], after: list[Leaf], text: str, column: str | None
) -> None:
    view, fresh = view_of(before), ListView(Leaves(), Leaves.columns)
    for one in (view, fresh):
        one.set_filter(text)
        one.set_sort(column)
    difference = view.refresh(after, filled=True)
    fresh.extend(after, filled=True)
    assert names(view) == names(fresh)
    old, new = {leaf.name: leaf for leaf in before}, {leaf.name: leaf for leaf in after}
    assert set(difference.added) == new.keys() - old.keys()
    assert set(difference.removed) == old.keys() - new.keys()
    assert set(difference.changed) == {key for key in old.keys() & new.keys() if old[key] != new[key]}
    assert [view.index_of(name) for name in names(view)] == list(range(len(view)))


@given(leaves, st.text("abc", max_size=4))
def test_narrowing_while_typing_ends_where_filtering_at_once_does(items: list[Leaf], text: str) -> None:
    view, at_once = view_of(items), view_of(items)
    for end in range(len(text) + 1):
        view.set_filter(text[:end])
    at_once.set_filter(text)
    assert names(view) == names(at_once)


def test_narrowing_looks_only_at_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of([Leaf(name=f"leaf{number}") for number in range(1000)])
    view.set_filter("leaf99")
    looked = 0
    parsed = parse_filter("leaf999", Leaves.columns)

    def count(text: str, item: Leaf) -> bool:
        nonlocal looked
        looked += 1
        return "leaf999" in text

    monkeypatch.setattr(type(parsed), "matches", lambda self, text, item: count(text, item))
    view.set_filter("leaf999")
    assert looked == 11 and names(view) == ["leaf999"]


def test_what_moved_says_which_way_and_settles() -> None:
    view = view_of([Leaf(name="a", size=5), Leaf(name="b", size=5), Leaf(name="c", size=5)])
    assert [view.row(index).cells[1] for index in range(3)] == ["5 B"] * 3  # type: ignore[union-attr]
    view.refresh([Leaf(name="a", size=9), Leaf(name="b", size=1), Leaf(name="c", size=5)], filled=True)
    assert [view.row(index).moved for index in range(3)] == [{1: 1}, {1: -1}, None]  # type: ignore[union-attr]
    assert view.settle(view.moved(["a", "b"])) == [0, 1]
    assert view.row(0).moved is None  # type: ignore[union-attr]


def test_marks_stay_with_their_rows_and_go_with_the_set() -> None:
    view = view_of([Leaf(name=name) for name in "abcd"])
    view.toggle_mark("b")
    view.mark_range(2, 3)
    assert [leaf.name for leaf in view.marked_items()] == ["b", "c", "d"]
    view.refresh([Leaf(name=name) for name in "dbx"], filled=True)
    assert [leaf.name for leaf in view.marked_items()] == ["b", "d"]
    view.set_filter("x")
    assert view.marks == {}
    view.mark_all()
    assert list(view.marks) == ["x"]
    view.mark_all()
    assert view.marks == {}


def test_a_wrong_filter_changes_nothing() -> None:
    view = view_of([Leaf(name="a"), Leaf(name="b")])
    view.set_filter("a")
    with pytest.raises(InvalidFilter):
        view.set_filter("/(/")
    assert names(view) == ["a"] and view.filter_text == "a"


def test_nothing_sorts_last_both_ways() -> None:
    view = ListView(DearLeaves(), DearLeaves.columns)
    view.extend([Leaf(name="a"), Leaf(name="b", weight=1), Leaf(name="c", weight=2)], filled=True)
    view.set_sort("weight")
    assert names(view) == ["b", "c", "a"]
    view.set_sort("weight", descending=True)
    assert names(view) == ["c", "b", "a"]
