"""What the live table sends over the line: counts of bytes are exact on every machine, and held here."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import Start
from tests.terminal.pty_program import PtyProgram


@pytest.fixture(params=[1_000, 1_000_000])
def table(request: pytest.FixtureRequest) -> Iterator[PtyProgram]:
    argv = [sys.executable, "-m", "tests.bench.table_program", str(request.param)]
    with PtyProgram(argv, columns=120, rows=40) as program:
        program.see("00000005")
        program.settle()
        yield program


def test_keys_and_changes_are_frugal(table: PtyProgram) -> None:
    assert 0 < table.count(lambda: table.press("j")) < 600
    assert 0 < table.count(lambda: table.press("z")) < 250
    assert 0 < table.count(lambda: table.press("pagedown")) < 10_500
    assert "00000039" in table.text
    assert table.count(lambda: table.press("G")) < 10_500


def test_ten_idle_seconds_send_nothing(start: Start, storage: Path) -> None:
    program = start("open", str(storage), columns=120, rows=40)
    program.see("temperature")
    program.press("enter")
    program.see("damaged")
    program.settle()
    assert program.count(lambda: time.sleep(10)) == 0
