"""How a card is laid out: what matters most stays, nothing is wider than the card."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.widgets.card_lines import LINES, CardContent, Moved, Told, card_lines

FULL = CardContent(
    name="lab",
    health="online 12 ms",
    tone="ok",
    latencies=(0.1, 0.4, 0.2),
    uri="arakoon://somewhere.example.org:4000,elsewhere.example.org:4000/demo",
    facts=tuple(Told(f"fact{number} 1,234") for number in range(9)),
    moved=(Moved("keys", True, "+12 since yesterday", (1.0, 2.0, 5.0, 9.0)), Moved("size", False, "-3 MiB in 5 h")),
    job="running 40%: check everything",
    problem="the node does not answer",
    hint="is it running?",
    past="5 min ago: it was gone",
)


def texts(content: CardContent, width: int, *, ascii: bool = False) -> list[str]:
    lines = card_lines(content, width, ascii=ascii)
    assert len(lines) == LINES
    return ["".join(piece.text for piece in line).rstrip() for line in lines]


@pytest.mark.parametrize("width", [1, 2, 5, 12, 34, 60, 120])
def test_no_line_is_wider_than_the_card(width: int) -> None:
    wide = CardContent(name="lab", uri="/数据/配列" * 20, facts=(Told("数据 配列" * 20),), problem="数据" * 40)
    for content in (FULL, wide):
        for line in card_lines(content, width):
            assert sum(cell_len(piece.text) for piece in line) <= width


def test_what_is_wrong_and_its_hint_outlast_all_else() -> None:
    shown = texts(FULL, 34)
    assert shown[0].startswith("● online 12 ms") and shown[0].endswith("▃█▅")
    assert shown[1].startswith("fact0 1,234")
    assert shown[2:] == ["running 40%: check everything", "the node does not answer", "is it running?"]


def test_when_all_is_well_there_is_room_for_the_address_and_the_trend() -> None:
    well = CardContent(name="lab", uri=FULL.uri, facts=FULL.facts[:1], moved=FULL.moved)
    shown = texts(well, 40)
    assert shown[1].startswith("…") and shown[1].endswith("elsewhere.example.org:4000/demo")
    assert shown[2:] == ["fact0 1,234", "keys ▲ +12 since yesterday ▁▂▅█", ""]


def test_facts_are_never_broken() -> None:
    lines = texts(CardContent(name="lab", facts=FULL.facts[:4]), 30)
    assert lines[1:3] == ["fact0 1,234 · fact1 1,234", "fact2 1,234 · fact3 1,234"]


def test_a_wide_card_tells_of_more_than_one_trend() -> None:
    well = CardContent(name="lab", moved=FULL.moved)
    assert texts(well, 60)[1] == "keys ▲ +12 since yesterday ▁▂▅█ · size ▼ -3 MiB in 5 h"
    assert texts(well, 60, ascii=True)[1].startswith("keys ^ +12 since yesterday ")


def test_what_is_over_is_told_where_nothing_else_is() -> None:
    assert "5 min ago: it was gone" in texts(CardContent(name="lab", uri="/data", past=FULL.past), 34)
