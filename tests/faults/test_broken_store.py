"""A store or a home that breaks under the program: what was seen stays, what is wrong is said, and work goes on."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.terminal.pty_program import PtyProgram
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.models import Attribute, Dimension

Open = Callable[..., PtyProgram]
PLANE = (Dimension(name="y", size=2), Dimension(name="x", size=2))


def _collection(root: Path, name: str, arrays: int = 2) -> None:
    import numpy

    attributes = (Attribute(name="number", dtype="int", primary=True),)
    made = create_collection(str(root), NewCollection(name, "float32", PLANE, attributes))
    for number in range(arrays):
        create_array(made, {"number": number}, {}, numpy.ones((2, 2), numpy.float32))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two collections of two arrays each."""
    folder = tmp_path / "store"
    for name in ("alpha", "beta"):
        _collection(folder, name)
    return folder


@pytest.fixture
def start(home: Path) -> Iterator[Open]:
    """Start the program without root's right to read and write everything, and with quick refreshes."""
    with ExitStack() as stack:

        def run(*words: str, folder: Path = home) -> PtyProgram:
            argv = [*_without_privilege(), sys.executable, "-m", "tui.cli.main", *words]
            env = {"ARRAYDECK_HOME": str(folder), "ARRAYDECK_LISTS_REFRESH": "0.05"}
            return stack.enter_context(PtyProgram(argv, columns=180, rows=40, env=env))

        yield run


def _without_privilege() -> list[str]:
    if os.geteuid() != 0:
        return []
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("root may read everything, and there is no setpriv to take that away")
    return [tool, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


@contextmanager
def _mode(path: Path, mode: int) -> Iterator[None]:
    before = stat.S_IMODE(path.stat().st_mode)
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


def _leave(program: PtyProgram) -> None:
    program.press("q")
    assert program.wait() == 0 and program.is_restored
    assert b"Traceback" not in program.received


def test_a_storage_that_vanishes_leaves_its_last_rows_and_comes_back(start: Open, root: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    root.rename(root.with_name("elsewhere"))
    text = program.see("stale since")
    assert "alpha" in text and "beta" in text
    _collection(root.with_name("elsewhere"), "gamma")
    root.with_name("elsewhere").rename(root)
    program.wait_for(lambda screen: "gamma" in screen.text and "stale" not in screen.text, 60)
    _leave(program)


def test_a_storage_that_vanishes_under_a_list_of_arrays(start: Open, root: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    program.press("enter")
    program.see("› arrays")
    program.see("● ok")
    root.rename(root.with_name("elsewhere"))
    program.see("stale since")
    program.press("escape")
    program.see("beta")
    root.with_name("elsewhere").rename(root)
    program.wait_for(lambda screen: "beta" in screen.text and "stale" not in screen.text, 60)
    _leave(program)


def test_a_storage_that_was_never_there_is_said_and_found_when_it_comes(start: Open, root: Path) -> None:
    away = root.rename(root.with_name("elsewhere"))
    program = start("open", str(root))
    program.see("there is no directory")
    away.rename(root)
    program.wait_for(lambda screen: "beta" in screen.text and "no directory" not in screen.text, 60)
    _leave(program)


def test_permission_taken_away_is_said_and_given_back_is_noticed(start: Open, root: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    with _mode(root / "collections", 0):
        program.see("stale since")
        assert "may not be read" in program.see("beta")
    program.wait_for(lambda screen: "beta" in screen.text and "stale" not in screen.text, 60)
    with _mode(root / "collections" / "alpha", 0):
        program.see("cannot be read")
        assert "beta" in program.text
    program.wait_for(lambda screen: "cannot be read" not in screen.text, 60)
    _leave(program)


def test_metadata_that_becomes_garbage_is_one_damaged_row(start: Open, root: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    metadata = root / "collections" / "alpha" / "alpha.json"
    good = metadata.read_bytes()
    for garbage in (b"\x00\xff{{{", b"", b'{"name": 7}', b"[" * 5000):
        metadata.write_bytes(garbage)
        program.see("metadata")
        program.wait_for(lambda screen: "damaged" in screen.text)
        assert "beta" in program.text
        program.press("r")
        program.settle()
    metadata.write_bytes(good)
    program.wait_for(lambda screen: "damaged" not in screen.text, 60)
    _leave(program)


def test_a_file_that_is_cut_while_it_is_listed_is_one_damaged_row(start: Open, root: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    program.press("enter")
    program.wait_for(lambda screen: screen.text.count("● ok") >= 2)
    (victim, _) = sorted((root / "collections" / "alpha").glob("array_data/**/*.hdf5"))
    content = victim.read_bytes()
    for size in (len(content) // 2, 100, 0):
        victim.write_bytes(content[:size])
        _age(victim)
        program.press("r")
        program.wait_for(lambda screen: "damaged" in screen.text and "● ok" in screen.text)
    victim.write_bytes(content)
    _age(victim)
    program.press("r")
    program.wait_for(lambda screen: "damaged" not in screen.text, 60)
    _leave(program)


def _age(path: Path) -> None:
    """Let a file look as if nobody were writing it."""
    past = path.stat().st_mtime - 3600
    os.utime(path, (past, past))


def test_thousands_of_collections_are_walked_through(start: Open, root: Path) -> None:
    pattern = (root / "collections" / "alpha" / "alpha.json").read_text()
    for number in range(3000):
        name = f"c{number:04}"
        (root / "collections" / name).mkdir()
        content = json.dumps({**json.loads(pattern), "name": name})
        (root / "collections" / name / f"{name}.json").write_text(content)
    program = start("open", str(root))
    program.see("3,002", 60)
    program.press("G")
    program.see("c2999")
    program.press("/", "c1234")
    program.see("1 of 3,002")
    program.press("enter")
    program.settle()
    program.press("escape")
    program.wait_for(lambda screen: "of 3,002" not in screen.text and screen.text.count("c1234") > 2)
    program.press("g")
    program.wait_for(lambda screen: "c1234" not in screen.text and "alpha" in screen.text)
    _leave(program)


@pytest.mark.parametrize("made_before", [True, False])
def test_a_home_that_cannot_be_written_is_said_and_the_program_goes_on(
    start: Open, root: Path, home: Path, made_before: bool
) -> None:
    for folder in ("config", "state", "cache") if made_before else ():
        (home / folder).mkdir(parents=True)
    home.mkdir(exist_ok=True)
    with ExitStack() as locked:
        for folder in (*home.iterdir(), home):
            locked.enter_context(_mode(folder, 0o500))
        program = start("open", str(root))
        program.see("memory only" if made_before else "cannot be made")
        if made_before:
            program.see("beta")
            program.press("/", "alp", "enter")
            program.see("1 of 2")
            program.press("A")
            program.see("journal")
            _leave(program)
        else:
            assert program.wait() == 4, "there is nowhere to look for profiles: one line, and no traceback"
            assert b"ARRAYDECK_HOME" in program.received and b"Traceback" not in program.received


def test_a_state_database_that_loses_its_folder_is_said_when_it_is_met(start: Open, root: Path, home: Path) -> None:
    program = start("open", str(root))
    program.see("beta")
    shutil.rmtree(home / "state")
    program.press("/", "alp", "enter")
    program.see("1 of 2")
    program.press("J")
    program.see("jobs")
    program.press("A")
    program.see("journal")
    program.press("0")
    program.see("1 profile")
    _leave(program)


def test_a_damaged_state_database_is_put_aside_and_said(start: Open, root: Path, home: Path) -> None:
    (home / "state").mkdir(parents=True)
    (home / "state" / "state.db").write_bytes(b"this is no database" * 1000)
    program = start("open", str(root))
    program.see("was damaged")
    program.see("beta")
    _leave(program)
    assert [path for path in (home / "state").iterdir() if ".damaged-" in path.name]


@pytest.mark.parametrize(
    ("broken", "said"),
    [('[profiles.bad]\nsystem = "deker"\n', "bad"), ("[profiles.bad]\nsystem = = 7\n", "Invalid value (at line 6")],
)
def test_a_broken_profile_hides_no_other(start: Open, root: Path, home: Path, broken: str, said: str) -> None:
    (home / "config").mkdir(parents=True)
    good = "\n".join(f'[profiles.{name}]\nsystem = "deker"\nuri = "{root}"\n' for name in ("first", "last"))
    (home / "config" / "profiles.toml").write_text(good.replace("[profiles.last]", broken + "[profiles.last]"))
    program = start()
    text = program.wait_for(lambda screen: "profiles.toml" in screen.text and "first" in screen.text)
    assert "last" in text and said in text
    program.press("enter")
    program.see("beta")
    _leave(program)


def test_a_profiles_file_that_is_no_text_is_said(start: Open, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "profiles.toml").write_bytes(b"\xff\xfe\x00[[[")
    program = start()
    program.see("profiles.toml")
    _leave(program)
