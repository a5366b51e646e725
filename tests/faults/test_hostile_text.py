"""Text from a store is data: in no view and in no output can it steer the terminal, and all of it can be told apart."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.faults.hostile import ALL, RAW, harm_in
from tests.terminal.pty_program import PtyProgram


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
def test_the_command_line_writes_no_control_bytes(call: Call, hostile_boxes: Path, output: str) -> None:
    said = call("get", "boxes", "-p", f"toy://{hostile_boxes}", "-o", output)
    assert said.code == 0
    if output == "csv":
        return  # CSV is data, as it is, for programs; a terminal is not where it belongs
    assert [character for character in said.out if ord(character) < 32 and character != "\n"] == []
    assert harm_in(said.out.encode("utf-8", "surrogateescape")) == []
    if output in ("json", "jsonl"):
        boxes = json.loads(said.out) if output == "json" else [json.loads(line) for line in said.out.splitlines()]
        assert {box["colour"] for box in boxes} == set(ALL.values()), "and nothing is lost"


def test_errors_repeat_nothing_hostile(call: Call, hostile_boxes: Path) -> None:
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
