"""Going from list to list: the stack for going back, and the history for going to and fro."""

from __future__ import annotations

import pytest

from tui.config.settings import Settings
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.navigation import HISTORY_KEPT, Frame, Navigation
from tui.resources.types import Scope


@pytest.fixture
def frames(box_connection: Connection, deck: Deck) -> dict[str, Frame]:
    settings = Settings()
    boxes = box_connection.system.type_named("boxes")
    own = deck.own.system.types
    made = {name: Frame(deck.own, own[name], Scope(), settings) for name in ("jobs", "journal", "log")}
    return made | {"boxes": Frame(box_connection, boxes, Scope(), settings)}


def test_back_leads_to_the_list_below(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    navigation.open(frames["boxes"], below=False)
    navigation.open(frames["jobs"], below=True)
    assert navigation.back() is frames["boxes"]
    assert navigation.current is frames["boxes"]
    assert navigation.back() is None


def test_a_list_that_is_already_below_is_gone_back_to_instead_of_stacked_twice(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    navigation.open(frames["boxes"], below=False)
    for name in ("jobs", "journal", "jobs"):
        navigation.open(frames[name], below=True)
    assert navigation.back() is frames["boxes"]


def test_opening_beside_forgets_what_was_below(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    navigation.open(frames["boxes"], below=False)
    navigation.open(frames["jobs"], below=False)
    assert navigation.back() is None


def test_history_goes_to_and_fro_and_ends(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    for name in ("boxes", "jobs", "journal"):
        navigation.open(frames[name], below=False)
    assert navigation.travel(1) is None
    assert navigation.travel(-1) is frames["jobs"]
    assert navigation.travel(-1) is frames["boxes"]
    assert navigation.travel(-1) is None
    assert navigation.travel(1) is frames["jobs"]


def test_going_elsewhere_drops_what_lay_ahead(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    navigation.open(frames["boxes"], below=False)
    navigation.open(frames["jobs"], below=False)
    navigation.travel(-1)
    dropped = navigation.open(frames["log"], below=False)
    assert dropped == [frames["jobs"]]
    assert navigation.travel(1) is None


def test_the_history_is_bounded_and_says_which_frames_nobody_needs(frames: dict[str, Frame]) -> None:
    navigation = Navigation()
    navigation.open(frames["boxes"], below=False)
    dropped: list[Frame] = []
    for _ in range(HISTORY_KEPT):
        dropped += navigation.open(frames["jobs"], below=False)
    assert dropped == [frames["boxes"]]
    assert len(navigation.history) == HISTORY_KEPT


def test_the_last_store_is_not_one_of_our_own_lists(frames: dict[str, Frame], deck: Deck) -> None:
    navigation = Navigation()
    assert navigation.last_store(deck.own) is None
    navigation.open(frames["boxes"], below=False)
    navigation.open(frames["jobs"], below=False)
    assert navigation.last_store(deck.own) is frames["boxes"].connection


def test_a_frame_says_where_it_is_as_it_would_be_typed(frames: dict[str, Frame]) -> None:
    frame = frames["boxes"]
    frame.listing.view.set_filter("red")
    assert frame.text == "boxes /red @lab"
    assert frame.is_at(frame.connection, frame.type, Scope())
    assert not frame.is_at(frame.connection, frame.type, Scope(("x",)))
