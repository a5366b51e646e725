"""Hostile text in forms, jobs, addresses and every output of a command: a terminal gets none of it raw."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.faults.conftest import TOY
from tests.faults.hostile import ALL, RAW, harm_in
from tests.terminal.pty_program import PtyProgram

MORE = {"surrogate": "a\ud800b", "anchor": "\x1b]8;;http://owned\x1b\\"}


@pytest.fixture
def hostile_boxes(tmp_path: Path, toy: None) -> Path:
    """Boxes of every hostile text, a lone surrogate and a hyperlink too."""
    path = tmp_path / "boxes.json"
    made = [{"name": f"{kind} {text}", "colour": text, "size": 1} for kind, text in {**ALL, **MORE}.items()]
    path.write_text(json.dumps(made))
    return path


def controls_in(text: str) -> list[str]:
    """Return the control characters but line breaks: a command's output has no other."""
    return [made for made in text if made != "\n" and (ord(made) < 32 or 127 <= ord(made) < 160)]


def test_a_job_and_a_form_say_it_harmlessly(program: PtyProgram) -> None:
    program.press("n")
    program.see("a name that no other box has")
    program.press("[@click=app.bell]y[/]")
    program.see("[@click=app.bell]y[/]")
    program.settle()
    program.press("ctrl+s")
    program.see("made box [@click=app.bell]y[/]")
    program.press("w")
    program.see("bytes in all")
    program.press("J")
    program.see("clear \\e[2J\\e[H: 1")
    program.press("y")
    program.see('"title"')
    program.press("q")
    program.wait_for(lambda screen: '"title"' not in screen.text)
    program.press("ctrl+p")
    program.see("Search for commands")
    program.press("escape")
    program.wait_for(lambda screen: "Search for commands" not in screen.text)
    program.press("?")
    program.see("keys that work here")
    program.press("escape")
    program.wait_for(lambda screen: "keys that work here" not in screen.text)
    program.press("q")
    assert program.wait() == 0 and program.is_restored
    assert harm_in(bytes(program.received)) == []


def test_a_hostile_address_is_harmless_on_its_card_and_in_every_list_of_ours(
    hostile_storage: Path, home: Path, tmp_path: Path
) -> None:
    root = hostile_storage.rename(tmp_path / "st \x1b[2J\x1b[H \x1b]0;owned\x07 [bold]x \u202e \x9b2J")
    (home / "config").mkdir(parents=True)
    entry = f'[profiles."[red]lab"]\nsystem = "deker"\nuri = {json.dumps(str(root))}\n'
    (home / "config" / "profiles.toml").write_text(entry)
    argv = [sys.executable, "-m", "tui.cli.main"]
    with PtyProgram(argv, columns=200, rows=50, env={"ARRAYDECK_HOME": str(home)}) as program:
        program.see("[red]lab")
        program.see("\\u202e \\x9b2J")
        program.see("online")
        program.press("enter")
        program.see("caf\\xe9 \\e[31m")
        program.press("c")
        program.see("command line")
        program.press("escape")
        program.wait_for(lambda screen: "command line" not in screen.text)
        for key, words in (("p", "ADDRESS"), ("@", "collections"), ("J", "jobs"), ("A", "journal"), ("0", "1 profile")):
            program.press(key)
            program.see(words)
            program.settle()
        program.press("q")
        assert program.wait() == 0 and program.is_restored
        assert harm_in(bytes(program.received)) == []


@pytest.mark.parametrize("output", ["table", "wide", "json", "jsonl", "csv", "name"])
def test_a_hostile_storage_is_listed_without_control_bytes(call: Call, hostile_storage: Path, output: str) -> None:
    where = ("-p", str(hostile_storage), "-o", output)
    said = call("get", "collections", *where)
    assert said.code == 0 and said.err == ""
    if output != "csv":
        assert controls_in(said.out) == [] and harm_in(said.out.encode("utf-8", "surrogateescape")) == []
    if output != "json":
        return
    collections = {made["name"]: made for made in json.loads(said.out)}
    assert "caf\\xe9 \x1b[31m" in collections, "a name that is no UTF-8 is spelt out"
    filled = {name: made for name, made in collections.items() if made["dimensions"]}
    assert {made["dimensions"][0]["labels"][0] for made in filled.values()} == set(ALL.values())
    assert {made["attributes"][0]["name"] for made in filled.values()} == set(ALL.values())
    custom = [json.loads(call("get", "arrays", name, *where).out)[0]["custom"] for name in filled]
    assert {text for made in custom for text in (*made.keys(), *made.values())} == set(ALL.values())


def test_a_hostile_storage_is_described_without_control_bytes(call: Call, hostile_storage: Path) -> None:
    where = ("-p", str(hostile_storage))
    names = [made["name"] for made in json.loads(call("get", "collections", *where, "-o", "json").out)]
    for name in names:
        said = call("describe", "collections", name, *where)
        assert controls_in(said.out + said.err) == []
        assert harm_in((said.out + said.err).encode("utf-8", "surrogateescape")) == []
        if "\\xe9" not in name:
            assert json.loads(call("describe", "collections", name, *where, "-o", "json").out)["title"] == name
    said = call("types", *where)
    assert said.code == 0 and controls_in(said.out + said.err) == []


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("get", "boxes", "-o", "csv", "--limit", "3"), "clear \\e[2J\\e[H,"),
        (("get", "boxes"), "clear \\e[2J\\e[H"),
        (("get", "boxes", "\x1b[2J\x1b[H"), "more words came: \\e[2J\\e[H"),
        (("run", "boxes", "delete", "clear \x1b[2J\x1b[H", "--dry-run"), "clear \\e[2J\\e[H"),
        (("run", "boxes", "delete", "clear \x1b[2J\x1b[H"), "type"),
        (("run", "boxes", "weigh"), "bytes in all"),
        (("run", "boxes", "create", "--name", "\x1b[2J\x1b[H"), "made box \\e[2J\\e[H"),
        (("run", "boxes", "delete", "bell a\x07b", "--yes", "--confirm", "bell a\\x07b"), "deleted box bell a\\x07b"),
    ],
)
def test_a_terminal_gets_nothing_raw_from_a_command(
    hostile_boxes: Path, home: Path, words: tuple[str, ...], shown: str
) -> None:
    argv = [sys.executable, "-m", "tui.cli.main", *words, "-p", f"toy://{hostile_boxes}"]
    env = {"ARRAYDECK_HOME": str(home), "PYTHONPATH": str(TOY)}
    with PtyProgram(argv, columns=140, rows=60, env=env) as program:
        program.see(shown)
        if shown == "type":
            program.press("no", "enter")
        program.wait()
        assert harm_in(bytes(program.received)) == []


def test_undo_repeats_nothing_hostile(call: Call, hostile_boxes: Path) -> None:
    name = "bidi " + RAW["bidi"]
    said = call(
        "run",
        "boxes",
        "delete",
        name,
        "--yes",
        "--confirm",
        "bidi abc\\u202egnp.exe\\u2066x",
        "-p",
        f"toy://{hostile_boxes}",
    )
    assert said.code == 0 and "abc\\u202egnp.exe" in said.out and "\u202e" not in said.out
    said = call("undo", "--yes")
    assert said.code == 0 and "abc\\u202egnp.exe" in said.out and "\u202e" not in said.out
    said = call("journal")
    assert "abc\\u202egnp.exe" in said.out and "\u202e" not in said.out
