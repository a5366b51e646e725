"""The storage that tests damage is what the writer makes, although most of them get it written out from memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.deker.pristine import create_pristine, make_pristine
from tests.deker.remembered import remember


def test_what_is_written_out_is_what_the_writer_makes(tmp_path: Path) -> None:
    created, written = create_pristine(tmp_path / "created"), make_pristine(tmp_path / "written")
    assert replace(created, root=written.root) == written
    here, there = remember(written.root), remember(created.root)
    assert sorted(here.folders) == sorted(there.folders)
    assert sorted(here.files) == sorted(there.files)
    assert sorted(here.links) == sorted(there.links)
    assert all(is_inside for _, _, is_inside in here.links) and len(here.links) > 10
    assert written.link(2).resolve() == written.data("arr", written.arr[1])
