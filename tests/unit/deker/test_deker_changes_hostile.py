"""Records in the trash that are damaged, or made to do harm: none hides another, and nothing outside is touched."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults import engine_plans
from tests.faults.killable import TRASH, contents, difference, tree
from tui.services.errors import Conflict, DataCorrupt, InvalidInput, NotFound
from tui.systems.deker.changes import engine
from tui.systems.deker.changes.plan import Plan, Put


def go_on() -> None:
    """Nobody stops these changes."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "storage"
    engine_plans.make(made)
    return made


VICTIM = "../../../victim"


def hostile(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        record = json.loads(text)
        change(record)
        return json.dumps(record)

    return changed


def every_step(**changes: Any) -> Callable[[str], str]:
    return hostile(lambda record: [step.update(changes) for step in record["steps"]])


RECORDS: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut": lambda text: text[: len(text) // 2],
    "not an object": lambda text: "[]",
    "null": lambda text: "null",
    "deep": lambda text: "[" * 100_000,
    "not ASCII": lambda text: text + "ü",
    "of a later version": hostile(lambda record: record.update(version=2)),
    "without steps": hostile(lambda record: record.pop("steps")),
    "steps are a number": hostile(lambda record: record.update(steps=3)),
    "a step is a list": hostile(lambda record: record["steps"].append([])),
    "a step has an unknown key": every_step(more=1),
    "a path is a number": every_step(path=7),
    "a path is nothing": every_step(path=""),
    "a path is a list": every_step(path=["collections"]),
    "a path holds a NUL": every_step(path="collections/\0"),
    "a path is absolute": every_step(path="/victim"),
    "a path leaves": every_step(path="collections/../../victim"),
    "a path is the collections": every_step(path="collections"),
    "a path is beside the collections": every_step(path="collections-other/x"),
    "what was kept lies outside": every_step(kept=VICTIM),
    "what was kept is absolute": every_step(kept="/etc/hostname"),
    "what was made lies outside": every_step(new=VICTIM),
    "what was made is a number": every_step(new=5),
    "what was kept is a list": every_step(kept=[]),
    "the top leaves": every_step(top="../.."),
    "the top is a number": every_step(top=4),
    "the prune leaves": every_step(prune="../.."),
    "the prune is null": every_step(prune=None),
    "the time is none": hostile(lambda record: record.update(made="yesterday")),
    "the time is a number": hostile(lambda record: record.update(made=12)),
    "the state is unknown": hostile(lambda record: record.update(state="dreaming")),
    "the title is a number": hostile(lambda record: record.update(title=1)),
    "what lay beside is a text": every_step(beside="x"),
    "what lay beside are numbers": every_step(beside=[1]),
    "the needs are a number": hostile(lambda record: record.update(needs=1)),
    "a need leaves": hostile(lambda record: record.update(needs=[{"path": "../victim", "digest": None}])),
    "a need is a number": hostile(lambda record: record.update(needs=[{"path": 1, "digest": None}])),
    "a need's digest is a number": hostile(
        lambda record: record.update(needs=[{"path": "collections/x", "digest": 1}])
    ),
}


@pytest.mark.parametrize("state", ["applied", "applying", "restoring"])
@pytest.mark.parametrize("damage", RECORDS)
def test_a_damaged_or_hostile_record_hides_no_other_and_touches_nothing_outside(
    root: Path, damage: str, state: str
) -> None:
    victim = root.parent / "victim"
    victim.write_bytes(b"not ours")
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    other = engine.apply(str(root), Plan("make", "other", (Put(f"{root}/collections/a/later", content=b"x"),)), go_on)
    path = root / TRASH / record.id / "record.json"
    content = json.loads(path.read_text())
    path.write_text(RECORDS[damage](json.dumps({**content, "state": state})))
    everything = contents(tree(root, ""))
    live = tree(root)
    assert other.id in [found.id for found in engine.records(str(root))]
    engine.finish_interrupted(str(root))
    with pytest.raises((DataCorrupt, InvalidInput, Conflict, NotFound)):
        engine.restore(str(root), record.id, go_on)
    assert difference(live, tree(root)) == {}
    # But for the record itself, which may be written anew.
    assert len(everything - contents(tree(root, ""))) <= 1
    assert victim.read_bytes() == b"not ours"
    engine.restore(str(root), other.id, go_on)


@pytest.mark.parametrize("name", ["new", "kept", "lock", "record.tmp", ""])
@pytest.mark.parametrize("state", ["applied", "applying", "restoring"])
def test_links_in_the_trash_are_not_followed(root: Path, name: str, state: str) -> None:
    outside = root.parent / "outside"
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    place = root / TRASH / record.id
    path = place / "record.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": state}))
    if name in ("new", "kept", ""):
        shutil.move(place / name, outside)
    else:
        (place / name).unlink(missing_ok=True)
        outside.write_bytes(b"not ours")
    (place / name).symlink_to(outside)
    before = tree(root.parent, "")
    engine.finish_interrupted(str(root))
    try:
        engine.restore(str(root), record.id, go_on)
    except (DataCorrupt, Conflict, NotFound, InvalidInput, OSError):
        outside_now = {path: what for path, what in tree(root.parent, "").items() if path.startswith("outside")}
        assert outside_now == {path: what for path, what in before.items() if path.startswith("outside")}
    else:
        # What was followed nowhere may have been done.
        assert name in ("lock", "record.tmp")
        assert outside.read_bytes() == b"not ours"


def test_a_pipe_in_the_trash_stops_nobody(root: Path) -> None:
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    path = root / TRASH / record.id / "record.json"
    path.unlink()
    os.mkfifo(path)
    found: list[Any] = []
    looking = threading.Thread(target=lambda: found.append(engine.records(str(root))), daemon=True)
    looking.start()
    looking.join(20)
    assert found == [[]]
