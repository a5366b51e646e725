"""The repairs that the integrity check names, done to what it names, leave nothing for it to find."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.mending import MENDED, damage, mend, snapshot, take_back
from tests.deker.pristine import make_pristine
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.integrity.findings import Finding
from tui.systems.deker.repairs import REPAIRS


def findings(root: Path) -> list[Finding]:
    async def run() -> list[Finding]:
        async with AsyncClient(str(root)) as client:
            return list((await client.check_integrity(3)).findings)

    return asyncio.run(run())


@pytest.mark.parametrize("row", CORRUPTIONS, ids=lambda row: f"{row:02}")
def test_what_a_finding_names_is_mended_or_a_note_says_why_not(tmp_path: Path, row: int) -> None:
    storage = make_pristine(tmp_path / "storage")
    damage(storage, row)
    broken = snapshot(storage.root)
    changes: list[str] = []
    for finding in findings(storage.root):
        if finding.repair is None or REPAIRS[finding.repair].scope == "template":
            continue
        chosen = [name for name in (finding.path, finding.array) if name]
        plan, change = mend(storage.root, finding.repair, finding.collection or None, chosen)
        assert change or plan.notes, finding
        changes += [change] if change else []
    if row in MENDED:
        assert [(finding.code, finding.path) for finding in findings(storage.root) if finding.repair] == []
    take_back(storage.root, *changes)
    assert snapshot(storage.root) == broken
