"""The node's stores: in memory and in SQLite they are the same, and that of a sorted dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.services.errors import DataCorrupt, Unavailable
from tui.systems.arakoon.node.bounds import EVERYTHING, Bounds, of_prefix, of_range
from tui.systems.arakoon.node.sorted_keys import SortedKeys
from tui.systems.arakoon.node.sqlite_store import SqliteStore
from tui.systems.arakoon.node.store import MemoryStore, Store, all_entries

KEYS = st.text("ab\xff", max_size=4).map(lambda text: text.encode("latin-1"))
BOUNDS = st.builds(of_range, st.none() | KEYS, st.booleans(), st.none() | KEYS, st.booleans())
CHANGES = st.dictionaries(KEYS, st.none() | st.binary(max_size=4), max_size=30)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "node.db")
    yield made
    made.close()


def between(entries: dict[bytes, bytes], bounds: Bounds) -> list[tuple[bytes, bytes]]:
    """Return what the bounds mean, said as plainly as can be."""
    found = []
    for key in sorted(entries):
        above = key > bounds.low or (bounds.low_inclusive and key == bounds.low)
        below = bounds.high is None or key < bounds.high or (bounds.high_inclusive and key == bounds.high)
        if above and below:
            found.append((key, entries[key]))
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rounds=st.lists(CHANGES, max_size=4), bounds=BOUNDS, most=st.integers(-1, 6))
def test_it_is_a_sorted_dictionary(
    store: Store, rounds: list[dict[bytes, bytes | None]], bounds: Bounds, most: int
) -> None:
    model: dict[bytes, bytes] = {}
    store.refill([], 0)
    for i, changes in enumerate(rounds, 1):
        store.apply(changes, i)
        for key, value in changes.items():
            model.pop(key, None)
            if value is not None:
                model[key] = value
    store.settle()
    assert (store.i, store.count()) == (len(rounds), len(model))
    expected = between(model, bounds)
    assert store.entries(bounds) == expected
    assert store.keys(bounds, most) == [key for key, _ in expected][: most if most >= 0 else None]
    backwards = expected[::-1][: most if most >= 0 else None]
    assert store.entries(bounds, most, descending=True) == backwards
    assert list(all_entries(store)) == sorted(model.items())
    assert all(store.get(key) == model.get(key) for key in (b"", b"a", b"ab", b"\xff"))


@given(prefix=KEYS, keys=st.sets(KEYS))
def test_the_bounds_of_a_prefix_hold_its_keys_and_no_other(prefix: bytes, keys: set[bytes]) -> None:
    found = between(dict.fromkeys(keys, b""), of_prefix(prefix))
    assert [key for key, _ in found] == sorted(key for key in keys if key.startswith(prefix))


def test_many_keys_stay_sorted_when_they_come_and_go() -> None:
    keys = [b"%d" % (number * 7919 % 20_011) for number in range(20_011)]
    kept = SortedKeys(keys[:5000])
    for key in keys[5000:]:
        kept.add(key)
    assert list(kept.walk(EVERYTHING)) == sorted(keys)
    for key in keys[::2]:
        kept.remove(key)
    left = sorted(keys[1::2])
    assert list(kept.walk(EVERYTHING)) == left
    assert list(kept.walk(EVERYTHING, descending=True)) == left[::-1]
    middle = Bounds(left[100], False, left[9000], False)
    assert list(kept.walk(middle)) == left[101:9000]
    assert list(kept.walk(middle, descending=True)) == left[101:9000][::-1]
    for key in left:
        kept.remove(key)
    assert list(kept.walk(EVERYTHING)) == list(kept.walk(EVERYTHING, descending=True)) == []
    kept.add(b"again")
    assert list(kept.walk(EVERYTHING)) == [b"again"]


def test_a_file_is_one_node_s(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "node.db")
    with pytest.raises(Unavailable, match="locked"):
        SqliteStore(tmp_path / "node.db")
    first.close()
    SqliteStore(tmp_path / "node.db").close()


def test_a_file_that_is_something_else(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"something else, and long enough to be looked at" * 100)
    with pytest.raises(DataCorrupt, match="no node's file"):
        SqliteStore(tmp_path / "node.db")
    with pytest.raises(Unavailable, match="cannot be opened"):
        SqliteStore(tmp_path / "missing" / "node.db")
