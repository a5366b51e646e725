"""A listing loads as far as it is needed, keeps what it has when the store fails, and asks for no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise

import pytest

from tests.unit.resources.sources import DearLeaves, Forest, Leaf, Leaves, WholeLeaves, connect
from tui.resources.listing import SLICE, Listing
from tui.resources.types import Scope
from tui.services.errors import PermissionDenied, Unavailable


class Ear:
    def __init__(self) -> None:
        self.changed: list[int] = []
        self.resets = 0

    def rows_changed(self, indices: Sequence[int]) -> None:
        self.changed.extend(indices)

    def rows_reset(self) -> None:
        self.resets += 1

    def state_changed(self) -> None:
        return None


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
async def open_listing() -> AsyncIterator[Callable[..., Listing]]:
    opened: list[Listing] = []

    def make(forest: Forest, kind: type[Leaves] = Leaves, **options: float) -> Listing:
        listing = Listing(connect(forest), kind(), Scope(), **options)  # type: ignore[arg-type]
        opened.append(listing)
        return listing

    yield make
    for listing in opened:
        await listing.close()


async def test_a_million_rows_cost_no_more_than_those_that_are_looked_at(
    open_listing: Callable[..., Listing],
) -> None:
    forest = Forest(1_000_000)
    listing = open_listing(forest)
    await listing.refresh()
    assert listing.view.loaded == 200 and forest.pages == 1
    await until(lambda: listing.view.loaded >= Leaves.prefetch)
    assert forest.pages == 5
    listing.show_range(960, 990)
    await until(lambda: listing.view.loaded >= 1190)
    assert forest.pages == 6 and not listing.state.complete
    await listing.refresh()
    assert forest.pages <= 12


async def test_a_filter_loads_all_up_to_the_limit_and_says_so(open_listing: Callable[..., Listing]) -> None:
    forest = Forest(3_000)
    listing = open_listing(forest, load_limit=2_000)
    await listing.refresh()
    listing.view.set_filter("leaf0001999")
    listing.look_ahead()
    await until(lambda: listing.state.limited)
    assert [leaf.name for leaf in listing.view.items()] == ["leaf0001999"]


async def test_only_rows_on_screen_are_filled(open_listing: Callable[..., Listing]) -> None:
    forest = Forest(5_000)
    listing = open_listing(forest, DearLeaves)
    await listing.refresh()
    listing.show_range(0, 29)
    await until(lambda: not listing.view.unfilled(0, 29))
    await until(lambda: listing.view.loaded >= 1000)
    assert forest.filled < 100
    await listing.refresh()
    assert listing.view.row(3).moved is None  # type: ignore[union-attr]  # what was filled in did not move
    assert listing.view.row(3).cells[2] == "6"  # type: ignore[union-attr]
    assert listing.view.row(300).cells[2] == "—"  # type: ignore[union-attr]


async def test_a_refresh_is_a_difference(open_listing: Callable[..., Listing]) -> None:
    forest, ear = Forest(50), Ear()
    listing = open_listing(forest)
    await listing.refresh()
    for index in range(50):
        listing.view.row(index)
    listing.listeners.append(ear)
    await listing.refresh()
    assert (ear.changed, ear.resets) == ([], 0)
    forest.extra["leaf0000007"] = Leaf(name="leaf0000007", size=1)
    await listing.refresh()
    assert (ear.changed, ear.resets) == ([7], 0)
    forest.gone.add("leaf0000003")
    await listing.refresh()
    assert ear.resets == 1 and len(listing.view) == 49


async def test_what_was_loaded_stays_when_the_store_fails(open_listing: Callable[..., Listing]) -> None:
    forest = Forest(50)
    listing = open_listing(forest)
    assert listing.state.word == "loading"
    await listing.refresh()
    assert listing.state.word == "ready"
    forest.error = Unavailable("forest", "list", "gone fishing")
    with pytest.raises(Unavailable):
        await listing.refresh()
    assert listing.state.word == "stale" and len(listing.view) == 50
    assert listing.connection.health.state == "offline"
    forest.error = None
    await listing.refresh()
    assert listing.state.word == "ready" and listing.connection.health.state == "online"


async def test_a_list_that_could_not_be_begun_is_not_taken_for_an_empty_one(
    open_listing: Callable[..., Listing],
) -> None:
    forest = Forest(300)
    forest.error = Unavailable("forest", "list", "gone fishing")
    listing = open_listing(forest)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await listing.refresh()
        assert listing.state.word == "failed" and not listing.state.complete
    forest.error = None
    await listing.refresh()
    assert len(listing.view) == 200 and listing.state.word == "ready"
    # Nor is one whose later pages fail taken for one that ends there.
    forest.error = Unavailable("forest", "list", "gone fishing")
    with pytest.raises(Unavailable):
        await listing.load_all()
    forest.error = None
    await listing.load_all()
    assert len(listing.view) == 300 and listing.state.complete


async def test_the_states_have_words(open_listing: Callable[..., Listing]) -> None:
    empty = open_listing(Forest(0))
    await empty.refresh()
    await until(lambda: empty.state.complete)
    assert empty.state.word == "none"
    forest = Forest(5)
    forest.error = PermissionDenied("forest", "list", "not for you")
    denied = open_listing(forest)
    with pytest.raises(PermissionDenied):
        await denied.refresh()
    assert denied.state.word == "denied"


async def test_closing_lets_go_of_the_source(open_listing: Callable[..., Listing]) -> None:
    forest = Forest(100_000)
    listing = open_listing(forest)
    await listing.refresh()
    await listing.close()
    assert forest.closed == 1


async def test_a_vanished_row_goes_when_it_is_looked_at(open_listing: Callable[..., Listing]) -> None:
    forest = Forest(20)
    listing = open_listing(forest, DearLeaves)
    await listing.refresh()
    forest.gone.add("leaf0000004")
    listing.show_range(0, 19)
    await until(lambda: not listing.view.unfilled(0, 18))
    assert listing.view.index_of("leaf0000004") is None and len(listing.view) == 19


@pytest.mark.parametrize("kind", [Leaves, WholeLeaves])
async def test_others_have_their_turns_while_a_source_that_never_waits_is_taken(
    open_listing: Callable[..., Listing], kind: type[Leaves]
) -> None:
    forest = Forest(20_000)
    listing = open_listing(forest, kind)
    listing.view.set_sort("size", descending=True)
    turns: list[int] = []

    async def another() -> None:
        while True:
            turns.append(listing.view.loaded)
            await asyncio.sleep(0)

    beside = asyncio.create_task(another())
    await listing.refresh()
    await listing.load_all()
    assert listing.view.loaded == 20_000
    # No turn was missed for more rows than are taken at once.
    assert all(after - before <= SLICE for before, after in pairwise(turns))
    sizes = [leaf.size for leaf in listing.view.items()]
    assert sizes == sorted(sizes, reverse=True)
    forest.extra["leaf0000003"] = Leaf(name="leaf0000003", size=1_000)
    turns.clear()
    listing._listing_took = 0  # pyright: ignore[reportPrivateUsage] - a long list is listed anew only now and then
    await listing.refresh()
    assert len(turns) >= 20_000 // SLICE
    assert listing.view.items()[0].name == "leaf0000003"
    beside.cancel()


async def test_who_gives_up_in_the_middle_of_a_page_loses_none_of_its_rows(
    open_listing: Callable[..., Listing],
) -> None:
    listing = open_listing(Forest(10 * SLICE), WholeLeaves)
    loading = asyncio.create_task(listing.refresh())
    await until(lambda: listing.view.loaded > 0)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert listing.view.loaded == 10 * SLICE
