"""One profile file for TileDB's own `tiledb.Profile` and ours: what one writes the other reads, to the byte."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.environments import Child
from tui.services.errors import AlreadyExists, DataCorrupt, NotFound, NotSupported, ServiceError
from tui.systems.tiledb.profiles.profile_file import FILE, ProfileFile

pytestmark = pytest.mark.conformance

LETTERS = "abcXYZ019 ._-/\\\"'\t\n\x01\x7féß漢🦉\u2028"
KEYS = (
    "rest.server_address",
    "rest.token",
    "rest.workspace",
    "rest.verify_ssl",
    "ssl.ca_file",
    "vfs.s3.region",
    "foo.bar",
)
Profiles = dict[str, dict[str, str]]


def profiles(chance: random.Random, count: int) -> Profiles:
    """Return so many profiles with names and values of all sorts; some are empty."""

    def text(most: int) -> str:
        return "".join(chance.choices(LETTERS, k=chance.randint(1, most)))

    found: Profiles = {"default": {"rest.token": "t"}}
    while len(found) < count:
        values = {chance.choice(KEYS): text(30) for _ in range(chance.randint(0, 5))}
        if chance.random() < 0.2:
            values |= {"rest.username": text(8), "rest.password": text(12)}
        found[text(20)] = values | ({text(12): ""} if chance.random() < 0.1 else {})
    return found


@pytest.mark.parametrize("seed", range(10))
def test_fifty_profiles_in_both_directions(real_tiledb: Child, tmp_path: Path, seed: int) -> None:
    made = profiles(random.Random(seed), 50)
    ours, theirs = ProfileFile(tmp_path / "ours"), ProfileFile(tmp_path / "theirs")
    for name, values in made.items():
        ours.save(name, values)
    keys = {name: list(values) for name, values in made.items()}
    assert real_tiledb.ask("load_profiles", folder=str(ours.path.parent), names=keys) == made
    real_tiledb.ask("save_profiles", folder=str(theirs.path.parent), profiles=made)
    assert {name: dict(theirs.load(name).values) for name in theirs.names()} == made
    assert ours.path.read_bytes() == theirs.path.read_bytes()


def test_changes_of_one_are_seen_by_the_other(real_tiledb: Child, tmp_path: Path) -> None:
    folder, file = str(tmp_path), ProfileFile(tmp_path)
    file.save("a", {"rest.token": "1"})
    real_tiledb.ask("save_profiles", folder=folder, profiles={"b": {"rest.token": "2"}})
    assert file.path.stat().st_mode & 0o777 == 0o644
    file.save("a", {"rest.workspace": "w"}, overwrite=True)
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert real_tiledb.ask("load_profiles", folder=folder, names={"a": ["rest.workspace"], "b": ["rest.token"]}) == {
        "a": {"rest.workspace": "w"},
        "b": {"rest.token": "2"},
    }
    real_tiledb.ask("remove_profile", folder=folder, name="a")
    assert file.names() == ["b"]
    file.remove("b")
    assert file.path.read_text() == '{\n  "version": 1\n}'


CASES = {
    "corrupt": ("{", DataCorrupt, DataCorrupt),
    "version 0": ('{"a": {"x": "y"}, "version": 0}', None, NotSupported),
    "no version": ('{"a": {"x": "y"}}', None, NotSupported),
    "newer": ('{"a": {"x": "y"}, "version": 9, "future": {"z": "1"}}', None, None),
    "a number for a value": ('{"a": {"x": 1}, "version": 1}', DataCorrupt, None),
    "null": ('{"a": null, "version": 1}', None, None),
    "empty": ("", DataCorrupt, None),
    "taken": ('{"new": {"x": "y"}, "version": 1}', NotFound, AlreadyExists),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_files_are_refused(real_tiledb: Child, tmp_path: Path, case: str) -> None:
    text, when_loaded, when_saved = CASES[case]
    for who in ("ours", "theirs"):
        (tmp_path / who).mkdir()
        (tmp_path / who / FILE).write_text(text)
    ours, theirs = ProfileFile(tmp_path / "ours"), {"folder": str(tmp_path / "theirs")}
    assert _raised(lambda: ours.load("a")) == when_loaded
    assert _raised(lambda: ours.save("new", {"k": "v"})) == when_saved
    assert (_raised(lambda: real_tiledb.ask("load_profiles", names={"a": []}, **theirs)) is None) == (not when_loaded)
    new = {"new": {"k": "v"}}
    assert (_raised(lambda: real_tiledb.ask("save_profiles", profiles=new, **theirs)) is None) == (not when_saved)
    assert ours.path.read_text() == (tmp_path / "theirs" / FILE).read_text()


def _raised(act: Callable[[], object]) -> type[Exception] | None:
    try:
        act()
    except (ServiceError, RuntimeError) as error:
        return type(error)
    return None


def test_half_a_log_in_is_refused_by_both(real_tiledb: Child, tmp_path: Path) -> None:
    half = {"rest.username": "ada"}
    with pytest.raises(ServiceError, match="both or neither"):
        ProfileFile(tmp_path).save("a", half)
    with pytest.raises(RuntimeError, match="TileDBError"):
        real_tiledb.ask("save_profiles", folder=str(tmp_path), profiles={"a": half})
    assert not (tmp_path / FILE).exists()


def test_a_profile_called_version_is_lost_by_theirs_and_refused_by_ours(real_tiledb: Child, tmp_path: Path) -> None:
    real_tiledb.ask("save_profiles", folder=str(tmp_path), profiles={"version": {"rest.token": "t"}})
    assert "rest.token" not in (tmp_path / FILE).read_text()
    with pytest.raises(ServiceError, match="version"):
        ProfileFile(tmp_path).save("version", {"rest.token": "t"})
