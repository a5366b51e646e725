"""Changes on a file system without hard links, such as exFAT and some network shares: the same comes of them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.faults import engine_plans
from tests.faults.killable import difference, is_trash_empty, tree
from tui.services.errors import Conflict
from tui.systems.deker.changes import engine, placing


@pytest.fixture(params=[errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def without_links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every hard link, as such a file system does; return what was asked for."""
    refused: list[str] = []

    def link(source: str, target: str, **_: object) -> None:
        refused.append(str(source))
        raise OSError(request.param, os.strerror(request.param), target)

    monkeypatch.setattr(os, "link", link)
    return refused


def test_a_plan_of_every_step_is_made_and_taken_back(tmp_path: Path, without_links: list[str]) -> None:
    root = tmp_path / "storage"
    engine_plans.make(root)
    before = tree(root)
    record = engine.apply(str(root), engine_plans.mixed(str(root)), lambda: None)
    folder = root / "collections" / "a"
    assert without_links and not (folder / "whole").exists()
    contents = ("a.json", b"new metadata"), ("readonly", b"seventh"), ("new/deep/down/marker", b"eighth")
    assert [(folder / name).read_bytes() for name, _ in contents] == [content for _, content in contents]
    engine.restore(str(root), record.id, lambda: None)
    assert difference(before, tree(root)) == {}
    assert is_trash_empty(root)


def test_nothing_is_written_over(tmp_path: Path, without_links: list[str]) -> None:
    new, there = tmp_path / "new", tmp_path / "there"
    new.write_bytes(b"new")
    there.write_bytes(b"of somebody else")
    with pytest.raises(Conflict, match="is there already"):
        placing.appear(str(new), str(there))
    assert (new.read_bytes(), there.read_bytes()) == (b"new", b"of somebody else")
