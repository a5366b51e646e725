"""`run arrays show`: an array as a picture on the terminal, or as numbers in a pipe or a file."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Call, Said
from tests.grids import DAMAGED, EMPTY, SHAPE, VIRTUAL, WHOLE, grid_values, make_grids
from tests.terminal.pty_program import PtyProgram


@pytest.fixture
def grids(tmp_path: Path) -> Path:
    root = tmp_path / "grids"
    make_grids(root)
    return root


@pytest.fixture
def show(call: Call, grids: Path) -> Call:
    def run(*words: str, item: str = WHOLE) -> Said:
        return call("run", "arrays", "show", "grids", item, "-p", str(grids), *words)

    return run


def test_the_first_plane_is_shown_in_shades_where_there_are_no_colours(show: Call) -> None:
    said = show("--width", "60", "--height", "30")
    lines = said.out.splitlines()
    assert said.code == 0 and "\x1b" not in said.out
    assert lines[0] == "grids 0  lat x x  time 2024-02-27 00:00  float32 3x20x30"
    assert lines[1] == "down: 30 to 39.5  across: 0 to 29"
    picture = lines[2:-1]
    assert len(picture) == SHAPE[1] and {len(line) for line in picture} == {2 * SHAPE[2]}
    low, high = (divmod(int(at), SHAPE[2]) for at in (grid_values()[0].argmin(), grid_values()[0].argmax()))
    assert picture[low[0]][2 * low[1]] == " " and picture[high[0]][2 * high[1]] == "█"
    assert lines[-1].endswith("1:1")


def test_a_picture_is_made_for_the_size_and_the_colours_that_are_asked_for(show: Call) -> None:
    small = show("--index", "1", "--width", "10", "--height", "9", "--ascii", "true")
    assert small.out.isascii() and "1:" in small.out and "mean" in small.out
    assert all(len(line) <= 10 for line in small.out.splitlines()[2:-1])
    full = show("--colours", "truecolor", "--height", "40")
    assert len(re.findall("\x1b\\[38;2;", full.out)) > 100
    plain = re.sub("\x1b\\[[0-9;]*m", "", full.out)
    assert "\x1b" not in plain and "▀▀▀" in plain


def test_an_index_is_read_as_the_system_reads_it(show: Call) -> None:
    values = grid_values()
    assert show("--index", "=2024-02-27T06:00, =31.5, -1").out.splitlines()[-1] == str(values[2, 3, 29])
    assert "lat x x  time 2024-02-27 03:00" in show("--index", "[1, 0:5]").out
    for wrong, words in (("9", "time"), ("0,0,0,0", "4 entries"), (":,:,:", "a picture has two")):
        said = show("--index", wrong)
        assert said.code == 2 and words in said.err and said.out == ""


def test_csv_and_json_have_the_numbers_and_the_coordinates(show: Call) -> None:
    values = grid_values()
    rows = list(csv.reader(io.StringIO(show("--index", "2,3:5", "-o", "csv").out)))
    assert [row[0] for row in rows] == ["lat / x", "31.5", "32"]
    np.testing.assert_array_equal(np.array([row[1:] for row in rows[1:]], "f4"), values[2, 3:5])
    found = json.loads(show("--index", "2,3:5", "-o", "json").out)
    assert (found["dtype"], found["index"], found["fill_value"]) == ("float32", "[2, 3:5, 0:30]", "NaN")
    assert found["dimensions"][0] == {"name": "time", "index": 2, "place": "2024-02-27 06:00"}
    assert found["dimensions"][1] == {"name": "lat", "places": ["31.5", "32"]}
    np.testing.assert_array_equal(np.array(found["values"], "f4"), values[2, 3:5])


def test_npy_goes_through_a_pipe_and_into_a_file_but_never_over_one(grids: Path, tmp_path: Path, show: Call) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "run", "arrays", "show", "grids", WHOLE, "-p", str(grids)]
    piped = subprocess.run([*command, "-o", "npy", "--index", ":, 2"], capture_output=True, check=True)
    np.testing.assert_array_equal(np.load(io.BytesIO(piped.stdout)), grid_values()[:, 2])
    file = tmp_path / "a.npy"
    said = show("-o", "npy", "--index", ":", "--file", str(file))
    assert (said.out, said.err) == ("", f"wrote 1,800 cells to {file}\n")
    np.testing.assert_array_equal(np.load(file), grid_values())
    again = show("-o", "npy", "--file", str(file))
    assert again.code == 1 and "is there already" in again.err
    assert show("--file", str(tmp_path / "b")).code == 2


def test_a_terminal_gets_colours_but_no_bytes(grids: Path, home: Path) -> None:
    command = [sys.executable, "-m", "tui.cli.main", "run", "arrays", "show", "grids", WHOLE, "-p", str(grids)]
    environment = {"ARRAYDECK_HOME": str(home)}
    with PtyProgram(command, columns=70, rows=30, env=environment) as program:
        assert program.wait() == 0
        assert b"\x1b[38;2;" in program.received and "▀▀▀" in program.text
    with PtyProgram([*command, "-o", "npy"], columns=70, rows=30, env=environment) as program:
        assert program.wait() == 2
        assert "not for a terminal" in program.text and b"NUMPY" not in program.received
    with PtyProgram([*command, "-o", "csv", "--index", "0,0"], columns=70, rows=40, env=environment) as program:
        assert program.wait() == 0 and "x,value" in program.text


def test_a_varray_is_shown_as_one_array(call: Call, grids: Path) -> None:
    said = call("run", "varrays", "show", "views", VIRTUAL, "-p", str(grids), "-o", "json", "--index", "1")
    np.testing.assert_array_equal(np.array(json.loads(said.out)["values"], "f4"), grid_values()[1])


def test_what_was_never_written_and_what_is_damaged_say_so(show: Call) -> None:
    assert "never written: every cell is the fill value, nan" in show(item=EMPTY).out
    damaged = show(item=DAMAGED)
    assert damaged.code == 1 and damaged.out == "" and "arraydeck: " in damaged.err
    assert show(item="no-such-array").code == 1


def test_types_that_are_no_arrays_have_no_such_action(call: Call, grids: Path, where: str) -> None:
    assert call("run", "collections", "show", "grids", "-p", str(grids)).code == 1
    assert call("run", "boxes", "show", "atlas", "-p", where).code == 1
    assert "show" in call("types", "-p", str(grids)).out
    assert "--index" in call("run", "arrays", "show", "--help-fields", "-p", str(grids)).out
