"""Killed at any moment of a change, a storage is as before the change or as after it, once it is opened again.

By default some moments are drawn, always the same ones. `ARRAYDECK_KILLS` says how many: 200, or `all`.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import real
from tests.conformance.environments import Child, deker_child
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import fixed_id, make_pristine
from tests.faults.killable import Worker, contents, difference, is_trash_empty, tree
from tui.config.profiles import Profile
from tui.systems.deker import system
from tui.systems.deker.changes.record import Record

KILLS = os.environ.get("ARRAYDECK_KILLS", "40")


@dataclass(frozen=True)
class Case:
    """A call that changes a storage: `damage` rows are done before, `calls` made before, then `call` is killed."""

    call: str
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    damage: tuple[int, ...] = ()
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()


METADATA = {
    "name": "made",
    "type": "array",
    "schema": {
        "dimensions": [{"name": "x", "size": 3, "type": "generic"}],
        "dtype": "numpy.int16",
        "attributes": [{"name": "day", "primary": True, "dtype": "datetime"}],
    },
    "options": {"chunks": {"mode": "manual", "size": [2]}, "compression": {"compression": "gzip", "options": ["5"]}},
    "metadata_version": "0.2",
}
ARRAY = {"name": "arr", "key": fixed_id("arr 2")}
DELETED = ("delete_collection", {"name": "va"})
CASES: dict[str, Case] = {
    "create": Case("create", {"name": "made ü"}),
    "create of VArrays": Case("create", {"name": "made", "virtual": True}),
    "create from a dictionary": Case("from_dict", {"metadata": METADATA}),
    "delete collection": Case("delete_collection", {"name": "arr"}),
    "delete VArray collection": Case("delete_collection", {"name": "va"}),
    "delete a damaged collection": Case("delete_collection", {"name": "arr"}, damage=(1, 20, 44)),
    "clear": Case("clear_collection", {"name": "va"}),
    "delete array": Case("delete_entry", ARRAY),
    "delete array without attributes": Case("delete_entry", {"name": "plain", "key": fixed_id("plain 1")}),
    "delete array without a link": Case("delete_entry", {"name": "arr", "key": fixed_id("arr 1")}, damage=(34,)),
    "delete VArray": Case("delete_entry", {"name": "va", "key": fixed_id("varray"), "kind": "varray"}),
    "repair links": Case("repair", {"repair": "rebuild-links", "name": "arr"}, damage=(44,)),
    "repair links that lead elsewhere": Case("repair", {"repair": "rebuild-links", "name": "arr"}, damage=(37, 39)),
    "repair links of a moved storage": Case("repair", {"repair": "rebuild-links", "name": "va"}, damage=(18,)),
    "repair attributes": Case("repair", {"repair": "recover-meta", "name": "arr"}, damage=(24,)),
    "repair a VArray": Case("repair", {"repair": "rebuild-varray", "name": "va"}, damage=(70,)),
    "repair the counter": Case("repair", {"repair": "set-counter", "name": "arr"}, damage=(55,)),
    "repair the marker": Case("repair", {"repair": "restore-lock-marker", "name": "arr"}, damage=(13,)),
    "repair orphan markers": Case("repair", {"repair": "remove-orphan-marker", "name": None}, damage=(14,)),
    "repair stale locks": Case("repair", {"repair": "remove-stale-locks", "name": "va"}, damage=(62,)),
    "repair leftovers": Case("repair", {"repair": "remove-leftovers", "name": "arr"}, damage=(64, 67)),
    "repair leftovers of the storage": Case("repair", {"repair": "remove-leftovers", "name": None}, damage=(15, 16)),
    "repair dangling links": Case("repair", {"repair": "remove-dangling-links", "name": "arr"}, damage=(35,)),
    "clear locks": Case("clear_locks", damage=(61, 62)),
    "restore collection": Case("restore", calls=(DELETED,)),
    "restore array": Case("restore", calls=(("delete_entry", ARRAY),)),
    "restore repair": Case("restore", damage=(37, 39), calls=(("repair", {"repair": "rebuild-links", "name": "arr"}),)),
    "take back a creation": Case("restore", calls=(("create", {"name": "made"}),)),
}
LEFT_BROKEN = ("repair links of a moved storage", "restore repair")
"""Cases after which the real check has something to say: of other collections, and of what a repair had mended."""


class Stage:
    """A case's storage, set up again and again at one place: links are absolute."""

    def __init__(self, worker: Worker, folder: Path, case: Case) -> None:
        self.worker, self.case = worker, case
        self.root, self._model = folder / "storage", folder / "model"
        storage = make_pristine(self.root)
        for row in case.damage:
            CORRUPTIONS[row][1](storage)
        let_time_pass(self.root)
        self.root.rename(self._model)
        self.reset()
        self.before, self.records = tree(self.root), self.trash()
        said = self.ask()
        assert said["ended"] == "done", said
        self.moments = said["changes"]
        self.after = tree(self.root)
        assert self.before != self.after
        assert self.trash() != self.records

    def reset(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self._model, self.root, symlinks=True)
        for call, arguments in self.case.calls:
            self.call(call, **arguments)

    def ask(self, **moment: Any) -> dict[str, Any]:
        arguments = {"root": str(self.root), "call": self.case.call, **self.case.arguments}
        return self.worker.ask("change", arguments, **moment)

    def call(self, call: str, **arguments: Any) -> Any:
        return self.worker.done("change", {"root": str(self.root), "call": call, **arguments})

    def trash(self) -> set[str]:
        return {record.id for record in opened(self.root)}

    def kill(self, moment: int, check: Callable[[Path], str]) -> None:
        """Kill the call at this moment, open the storage, and see that it is whole."""
        self.reset()
        said = self.ask(kill=moment)
        assert said == {"ended": "killed", "signal": signal.SIGKILL}, (moment, said)
        # What a change made goes when it is taken back; all else is somewhere at every moment.
        wanted = contents(self.after if self.case.call == "restore" else self.before)
        assert wanted <= contents(tree(self.root, "")), f"lost at {moment}"
        records = opened(self.root)
        assert all(record.state == "applied" for record in records), moment
        if not self.case.damage:
            assert "no errors" in check(self.root), moment
        self.is_whole(moment)

    def is_whole(self, moment: object) -> None:
        """See that the storage is as before or as after, the trash accordingly, and that the one leads to the other."""
        now = tree(self.root)
        if now == self.after:
            if self.case.call == "restore":
                assert len(self.trash()) == len(self.records) - 1, moment
                return
            assert len(self.trash()) == len(self.records) + 1, moment
            self.call("restore")
            assert difference(self.before, tree(self.root)) == {}, moment
        assert difference(self.before, tree(self.root)) == {}, moment
        assert len(self.trash()) == len(self.records), moment
        if not self.records:
            assert is_trash_empty(self.root), moment
        # What was taken back can be done as if nothing had been.
        said = self.ask()
        assert said["ended"] == "done", (moment, said)
        assert difference(self.after, tree(self.root)) == {}, moment


def let_time_pass(root: Path) -> None:
    """Set all times back by an hour: what changed a moment ago is given the benefit of the doubt."""
    before = time.time() - 3600
    for folder, directories, names in os.walk(root):
        for name in (*names, *directories):
            os.utime(Path(folder) / name, (before, before), follow_symlinks=False)


def opened(root: Path) -> list[Record]:
    """Open the storage as the program does, which takes back what was interrupted; return what its trash holds."""

    async def run() -> list[Record]:
        service = await system.open(Profile(name="killed", system="deker", uri=str(root)))
        try:
            return await service.trash()
        finally:
            await system.close(service)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


@pytest.fixture(scope="module")
def checked() -> Iterator[Callable[[Path], str]]:
    """What the real check says of a storage."""
    for child in real(deker_child):

        def check(path: Path, child: Child = child) -> str:
            return child.ask("check", path=str(path), level=4)

        yield check


def drawn(case: str, moments: int) -> list[int]:
    """Return the moments at which a case is killed."""
    if KILLS == "all":
        return list(range(1, moments + 1))
    share, rest = divmod(int(KILLS), len(CASES))
    share += list(CASES).index(case) < rest
    return sorted(random.Random(case).sample(range(1, moments + 1), min(share, moments)))


@pytest.mark.parametrize("name", CASES)
def test_killed_in_the_middle_of_a_change(worker: Worker, tmp_path: Path, name: str, checked: Any) -> None:
    case = CASES[name]
    stage = Stage(worker, tmp_path, case)
    assert stage.moments >= 5
    for moment in drawn(name, stage.moments):
        stage.kill(moment, checked)
        if name not in LEFT_BROKEN:
            assert "no errors" in checked(stage.root), moment


@pytest.mark.parametrize("turn", range(4 if KILLS != "all" else 40))
def test_killed_in_the_middle_of_many_changes(worker: Worker, tmp_path: Path, turn: int, checked: Any) -> None:
    root, draw = tmp_path / "storage", random.Random(turn)
    make_pristine(root)
    let_time_pass(root)
    before = tree(root)
    arguments = {"root": str(root), "call": "wander", "seed": turn}
    # Killed by count it is always the same; by time it may be within a call or between two.
    moment = {"kill": draw.randint(30, 400)} if turn % 2 else {"kill_after": draw.uniform(0.05, 1.5)}
    said = worker.ask("change", arguments, **moment)
    assert said == {"ended": "killed", "signal": signal.SIGKILL}, said
    assert contents(before) <= contents(tree(root, ""))
    records = opened(root)
    assert "no errors" in checked(root), moment
    for record in records:
        worker.done("change", {"root": str(root), "call": "restore"})
        assert record.id not in {left.id for left in opened(root)}
    assert difference(before, tree(root)) == {}, moment
    assert is_trash_empty(root)
    assert "no errors" in checked(root), moment
