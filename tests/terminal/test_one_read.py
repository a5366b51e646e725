"""Keys that reach the real program in one read, as over a line that stalls: all of them act, in their order."""

from __future__ import annotations

from pathlib import Path

from tests.deker.pristine import make_pristine
from tests.terminal.conftest import Start


def test_places_an_escape_and_a_form_in_one_read(start: Start, tmp_path: Path) -> None:
    root = make_pristine(tmp_path / "storage").root
    program = start("open", str(root), columns=100, rows=30)
    program.see("collections")
    program.press(":nothing-of-the-sort\x1b:arrays plain\r")
    program.see("collections › plain › arrays")
    program.press(f":profiles\rn\x7fspaare\x7f\t{root}\x13")
    program.see("spaar")
    program.press(":collections @spaar\r/plain\rx\x1b\x1b:describe\x1bq")
    assert program.wait() == 0 and program.is_restored
