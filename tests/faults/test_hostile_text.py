"""Text from a store is data: in no view and in no output can it steer the terminal, and all of it can be told apart."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call, call  # noqa: F401
from tests.faults.hostile import ALL, RAW, harm_in
from tests.terminal.pty_program import PtyProgram

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture
def hostile_boxes(tmp_path: Path, toy: None) -> Path:
    path = tmp_path / "boxes.json"
    made = [{"name": f"{kind} {text}", "colour": text, "size": 1} for kind, text in ALL.items()]
    path.write_text(json.dumps(made))
    return path


@pytest.fixture
def hostile_storage(tmp_path: Path) -> Path:
    """A storage whose names, labels and attributes are hostile, written as any program could."""
    import h5py
    import numpy

    root = tmp_path / "hostile"
    for number, text in enumerate(ALL.values()):
        name = text.replace("/", "-").replace("\0", "")[:200] + str(number)
        folder = root / "collections" / name
        folder.mkdir(parents=True)
        schema = {
            "dimensions": [{"name": text, "size": 1, "labels": [text], "scale": None, "type": "generic"}],
            "dtype": "numpy.float32",
            "attributes": [{"name": text, "primary": False, "dtype": "string"}],
            "fill_value": None,
        }
        content = {"name": name, "type": "array", "schema": schema, "options": None, "metadata_version": "0.2"}
        (folder / f"{name}.json").write_text(json.dumps({**content, "storage_adapter": "HDF5StorageAdapter"}))
        (root / "collections" / f"{name}.lock").touch()
        identity = f"0000000{number % 10}-0000-4000-8000-00000000{number:04}"
        data = folder / "array_data" / "/".join(identity[:8]) / identity[9:]
        data.mkdir(parents=True)
        meta = json.dumps({"id": identity, "primary_attributes": {}, "custom_attributes": {text: text}})
        with h5py.File(data / f"{identity}.hdf5", "w") as file:
            file.create_dataset("meta", data=numpy.bytes_(meta.encode()))
            file.create_dataset("empty_cells", data=numpy.int64(1))
        (folder / "array_symlinks").mkdir()
        (folder / "array_symlinks" / f"{identity}.hdf5").symlink_to(data / f"{identity}.hdf5")
    Path(os.fsdecode(os.fsencode(str(root / "collections")) + b"/caf\xe9 \x1b[31m")).mkdir()
    return root


@pytest.fixture
def program(hostile_boxes: Path, home: Path) -> Iterator[PtyProgram]:
    argv = [sys.executable, "-m", "tui.cli.main", "open", f"toy://{hostile_boxes}"]
    env = {"ARRAYDECK_HOME": str(home), "PYTHONPATH": str(TOY)}
    with PtyProgram(argv, columns=140, rows=40, env=env) as made:
        made.see("clear \\e[2J\\e[H")
        yield made


def test_no_view_lets_it_through(program: PtyProgram) -> None:
    program.see("[bold]x[/] [red]")
    program.see("BOXES")
    program.press("y")
    program.see('"colour"')
    program.press("h")
    program.see("BOXES")
    program.press("c")
    program.see("command line")
    program.press("escape")
    program.wait_for(lambda screen: "command line" not in screen.text)
    program.press("/", "bidi")
    program.see("abc\\u202egnp.exe")
    program.press("enter")
    program.settle()
    program.press("ctrl+d")
    program.see("type its name")
    program.press("bidi abc\\u202egnp.exe\\u2066x", "enter")
    program.see("deleted box")
    program.press("u")
    program.see("brought back box")
    for key in ("A", "J", "@", "p", "0"):
        program.press(key)
        program.settle()
    program.press("q")
    assert program.wait() == 0 and program.is_restored
    assert harm_in(bytes(program.received)) == []


def test_a_hostile_storage_is_browsed_harmlessly(hostile_storage: Path, home: Path) -> None:
    argv = [sys.executable, "-m", "tui.cli.main", "open", str(hostile_storage)]
    with PtyProgram(argv, columns=200, rows=50, env={"ARRAYDECK_HOME": str(home)}) as program:
        program.see("caf\\xe9 \\e[31m")
        for _ in range(len(ALL)):
            program.press("j")
            program.settle()
        program.press("g", "enter")
        program.see("-0000-4000-8000-")
        program.settle()
        program.press("y")
        program.see('"custom"')
        assert harm_in(bytes(program.received)) == []


@pytest.mark.parametrize("output", ["table", "wide", "json", "jsonl", "csv", "name"])
def test_the_command_line_writes_no_control_bytes(call: Call, hostile_boxes: Path, output: str) -> None:  # noqa: F811
    said = call("get", "boxes", "-p", f"toy://{hostile_boxes}", "-o", output)
    assert said.code == 0
    if output == "csv":
        return  # CSV is data, as it is, for programs; a terminal is not where it belongs
    assert [character for character in said.out if ord(character) < 32 and character != "\n"] == []
    assert harm_in(said.out.encode("utf-8", "surrogateescape")) == []
    if output in ("json", "jsonl"):
        boxes = json.loads(said.out) if output == "json" else [json.loads(line) for line in said.out.splitlines()]
        assert {box["colour"] for box in boxes} == set(ALL.values()), "and nothing is lost"


def test_errors_repeat_nothing_hostile(call: Call, hostile_boxes: Path) -> None:  # noqa: F811
    where = f"toy://{hostile_boxes}"
    for text in RAW.values():
        if "\0" in text:
            continue
        for words in (
            ("describe", "boxes", text),
            ("get", text),
            ("run", "boxes", text),
            ("run", "boxes", "delete", text),
        ):
            said = call(*words, "-p", where)
            assert said.code in (1, 2) and harm_in((said.out + said.err).encode("utf-8", "surrogateescape")) == []
    for kind, text in ALL.items():
        if "\0" not in text:
            said = call("describe", "boxes", f"{kind} {text}", "-p", where)
            assert said.code == 0 and harm_in(said.out.encode("utf-8", "surrogateescape")) == []
