"""Deker's changes are told by their paths: before they are made, and in the command log when they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Call, call
from tests.deker.mending import snapshot
from tests.deker.pristine import make_pristine
from tests.dry_run.proof import Try, agree, request_for
from tui.resources.deck import Deck
from tui.systems.deker.changes import path_log

__all__ = ["call"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A healthy storage of an array and a VArray collection."""
    root = tmp_path / "storage"
    make_pristine(root)
    return root


def test_a_dry_run_tells_the_paths_and_the_command_and_changes_nothing(call: Call, store: Path) -> None:
    name = sorted(path.name for path in (store / "collections").iterdir() if path.is_dir())[0]
    before = snapshot(store)
    dry = call("run", "collections", "delete", name, "-p", str(store), "--dry-run")
    assert dry.code == 0 and f"collections/{name}" in dry.out, dry
    assert f"arraydeck run collections delete {name} -p {store}" in dry.out
    assert snapshot(store) == before


async def test_every_path_that_is_changed_and_taken_back_is_in_the_log_as_a_part_of_its_operation(
    deck: Deck, store: Path
) -> None:
    connection = deck.connection(str(store))
    kind = connection.system.types["collections"]
    request = await request_for(deck, connection, kind, Try("delete"))
    preview = await deck.gate.preview(request)
    await deck.gate.run(request, agree)
    calls = {call.number: call for call in deck.log}
    files = [call for call in calls.values() if call.kind == "file"]
    assert files and all(call.profile == connection.profile.name and call.outcome == "ok" for call in files)
    assert {calls[call.parent or 0].operation for call in files} == {"delete collections"}
    told = "\n".join(preview.lines)
    assert all(call.operation.split(": ")[1].split("  (")[0] in told for call in files), (files, told)
    await deck.undo(None)
    back = [call.operation for call in deck.log if call.kind == "file"][len(files) :]
    assert back and all(line.startswith("take back: collections/") for line in back)
    assert len(back) == len(files)


async def test_of_a_change_of_many_paths_the_first_are_told_and_how_many_more(
    deck: Deck, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_log, "MOST", 1)
    connection = deck.connection(str(store))
    request = await request_for(deck, connection, connection.system.types["collections"], Try("clear"))
    await deck.gate.run(request, agree)
    first, *rest = [call.operation for call in deck.log if call.kind == "file"]
    assert first.startswith("to the trash: ") and [line.partition(" more")[1] for line in rest] in ([" more"], [])
    shutil.rmtree(store)
