"""Nothing changes data except through the gate: it refuses, asks, looks again, writes down and takes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tui.config.profiles import Profile
from tui.jobs.journal import Ending
from tui.resources.confirmation import Confirmation, NotConfirmed
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.forms import read_form
from tui.resources.gate import Request
from tui.resources.types import Scope
from tui.services.errors import AlreadyExists, Conflict, InvalidInput, NotFound, NotSupported, ReadOnly


class Person:
    """Answers a confirmation as told, and remembers what was asked."""

    def __init__(self, **answers: str) -> None:
        self.answers: Mapping[str, str] | None = answers or None
        self.asked: list[Confirmation] = []

    async def __call__(self, confirmation: Confirmation) -> Mapping[str, str] | None:
        self.asked.append(confirmation)
        return self.answers


async def request(connection: Connection, action: str, *names: str, **form: Any) -> Request:
    kind = connection.system.type_named("boxes")
    made = kind.actions[action]
    service = await connection.service()
    items = tuple([await kind.get(service, Scope(), name) for name in names])
    filled = None if made.form is None else read_form(made.form, form)
    return Request(connection, kind, made, Scope(), items, filled)


def names_in(path: Path) -> list[str]:
    return [box["name"] for box in json.loads(path.read_text())]


async def test_a_delete_asks_for_the_name_and_can_be_undone(
    deck: Deck, box_connection: Connection, boxes: Path
) -> None:
    person = Person(item="borea")
    report = await deck.gate.run(await request(box_connection, "delete", "borea"), person)
    assert report.message == "deleted box borea" and names_in(boxes) == ["atlas", "ceres"]
    assert [challenge.expected for challenge in person.asked[0].challenges] == ["borea"]
    assert "2000 bytes" in person.asked[0].summary
    (entry,) = deck.state.journal.entries()
    assert (entry.action, entry.target, entry.ending, entry.can_undo) == ("delete", "borea", Ending.OK, True)
    assert await deck.undo(None) == "brought back box borea"
    assert sorted(names_in(boxes)) == ["atlas", "borea", "ceres"]
    with pytest.raises(Conflict):
        await deck.undo(entry.id)


@pytest.mark.parametrize("answers", [{}, {"item": "atlas"}, {"item": "Borea"}, {"item": ""}, {"count": "1"}])
async def test_any_other_answer_changes_nothing(
    deck: Deck, box_connection: Connection, boxes: Path, answers: dict[str, str]
) -> None:
    with pytest.raises(NotConfirmed):
        await deck.gate.run(await request(box_connection, "delete", "borea"), Person(**answers))
    assert names_in(boxes) == ["atlas", "borea", "ceres"] and deck.state.journal.entries() == []


async def test_many_items_ask_for_their_number_and_are_journalled_one_by_one(
    deck: Deck, box_connection: Connection, boxes: Path
) -> None:
    person = Person(count="2")
    report = await deck.gate.run(await request(box_connection, "delete", "atlas", "ceres"), person)
    assert person.asked[0].names == ("atlas", "ceres")
    assert report.message == "2 done" and names_in(boxes) == ["borea"]
    assert [entry.target for entry in deck.state.journal.entries()] == ["ceres", "atlas"]


async def test_one_that_fails_does_not_keep_the_others(deck: Deck, box_connection: Connection, boxes: Path) -> None:
    asked = await request(box_connection, "delete", "atlas", "borea")
    boxes.write_text(json.dumps([{"name": "borea"}]))
    report = await deck.gate.run(asked, Person(count="2"))
    assert [name for name, _ in report.done] == ["borea"]
    assert [(name, type(error)) for name, error in report.failed] == [("atlas", NotFound)]
    assert "1 done, 1 failed" in report.message


async def test_a_read_only_profile_refuses(deck: Deck, box_profile: Profile, boxes: Path) -> None:
    deck.add_temporary(box_profile.model_copy(update={"read_only": True}))
    connection, person = deck.connection("lab"), Person(item="atlas")
    with pytest.raises(ReadOnly):
        await deck.gate.run(await request(connection, "delete", "atlas"), person)
    with pytest.raises(ReadOnly):
        await deck.gate.run(await request(connection, "create", name="dione"), person)
    assert person.asked == [] and names_in(boxes) == ["atlas", "borea", "ceres"]


async def test_undo_is_refused_by_a_profile_that_became_read_only(
    deck: Deck, box_connection: Connection, box_profile: Profile, boxes: Path
) -> None:
    await deck.gate.run(await request(box_connection, "delete", "borea"), Person(item="borea"))
    deck.add_temporary(box_profile.model_copy(update={"read_only": True}))
    with pytest.raises(ReadOnly):
        await deck.undo(None)
    deck.add_temporary(box_profile)
    assert await deck.undo(None) == "brought back box borea"


async def test_prod_asks_for_its_own_name_too(deck: Deck, box_profile: Profile, boxes: Path) -> None:
    prod = Profile(**{**box_profile.model_dump(), "tag": "prod", "read_only": False})
    deck.add_temporary(prod)
    connection = deck.connection("lab")
    with pytest.raises(NotConfirmed):
        await deck.gate.run(await request(connection, "delete", "atlas"), Person(item="atlas"))
    with pytest.raises(NotConfirmed):
        await deck.gate.run(await request(connection, "create", name="dione"), Person())
    await deck.gate.run(await request(connection, "delete", "atlas"), Person(item="atlas", profile="lab"))
    await deck.gate.run(await request(connection, "create", name="dione"), Person(profile="lab"))
    assert names_in(boxes) == ["borea", "ceres", "dione"]
    deleted = deck.state.journal.entries()[1]
    with pytest.raises(NotConfirmed):
        await deck.undo(deleted.id)
    with pytest.raises(NotConfirmed):
        await deck.undo(deleted.id, Person(profile="other"))
    assert await deck.undo(deleted.id, Person(profile="lab")) == "brought back box atlas"


async def test_what_is_not_the_thing_that_was_shown_is_left_alone(
    deck: Deck, box_connection: Connection, boxes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = box_connection.system.type_named("boxes")
    monkeypatch.setattr(type(kind), "identity", lambda self, item: (item.name, item.size))
    asked = await request(box_connection, "delete", "borea")
    boxes.write_text(json.dumps([{"name": "borea", "size": 7}]))
    with pytest.raises(Conflict, match="not the one that was shown"):
        await deck.gate.run(asked, Person(item="borea"))
    assert names_in(boxes) == ["borea"]


async def test_a_failed_change_is_journalled_as_failed(deck: Deck, box_connection: Connection, boxes: Path) -> None:
    with pytest.raises(AlreadyExists):
        await deck.gate.run(await request(box_connection, "create", name="atlas"), Person())
    (entry,) = deck.state.journal.entries()
    assert entry.ending is Ending.FAILED and "atlas" in entry.message and not entry.can_undo
    with pytest.raises(NotSupported):
        await deck.undo(entry.id)


async def test_a_form_is_needed_and_bulk_must_be_offered(deck: Deck, box_connection: Connection) -> None:
    asked = await request(box_connection, "create", name="dione")
    with pytest.raises(InvalidInput):
        await deck.gate.run(Request(asked.connection, asked.type, asked.action, asked.scope), Person())
    assert deck.gate.why_off(await request(box_connection, "delete")) is not None


async def test_what_was_done_is_in_the_command_log(deck: Deck, box_connection: Connection, boxes: Path) -> None:
    await deck.gate.run(await request(box_connection, "delete", "borea"), Person(item="borea"))
    assert [call.command for call in deck.log if call.command] == [f"arraydeck run boxes delete borea -p toy://{boxes}"]


async def test_a_defect_of_a_plug_in_comes_out_as_a_service_error(
    deck: Deck, box_connection: Connection, boxes: Path
) -> None:
    asked = await request(box_connection, "delete", "borea")
    boxes.write_text("[{}]")
    with pytest.raises(Exception, match="unexpected KeyError"):
        await deck.gate.run(asked, Person(item="borea"))
