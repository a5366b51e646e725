"""What is found on a machine: in the usual places, from hostile files unharmed, and never waited for."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tui.config.profiles import Profile
from tui.resources.discovery import Found, look_around, without_profile
from tui.resources.registry import Registry
from tui.systems.arakoon import Arakoon
from tui.systems.arakoon.discovery import LARGEST

CLUSTER = "[global]\ncluster = a\ncluster_id = {}\n[a]\nip = 127.0.0.1\nclient_port = {}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder and a home with nothing in them, and an environment that says nothing."""
    folder, home = tmp_path / "here", tmp_path / "own"
    folder.mkdir()
    home.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(home))
    for name in list(os.environ):
        if name.startswith(("LY_", "TILEDB_", "ARRAYLAKE_")):
            monkeypatch.delenv(name)
    return folder


def found() -> dict[str, str]:
    """Return where each profile was found, by its name."""
    registry = Registry()
    told = {each.profile.name: each.where for each in registry.discovered()}
    assert not registry.problems
    return told


def test_clusters_are_found_here_and_in_the_usual_places(here: Path) -> None:
    usual = here.parent / "own" / ".arakoon"
    (usual / "voldrv").mkdir(parents=True)
    (here / "trio.ini").write_text(CLUSTER.format("trio", 4000))
    (here / "trio_client.cfg").write_text(CLUSTER.format("trio", 4000))
    (here / "setup.cfg").write_text("[metadata]\nname = something\n")
    (usual / "meta.cfg").write_text(CLUSTER.format("meta", 4001))
    (usual / "voldrv" / "voldrv.cfg").write_text(CLUSTER.format("vol drv", 4002))
    assert found() == {
        "trio": "./trio.ini",
        "meta": "~/.arakoon/meta.cfg",
        "vol drv": "~/.arakoon/voldrv/voldrv.cfg",
    }


def test_storages_are_found_here_and_one_level_down_by_what_they_hold(here: Path) -> None:
    for folder in ("new", "my data", "deep/down", "project"):
        (here / folder / "collections").mkdir(parents=True)
    (here / "my data" / "collections" / "rain").mkdir()
    (here / "my data" / "collections" / "rain" / "rain.json").write_text("{}")
    (here / "project" / "collections" / "models.py").write_text("")
    assert found() == {"new": "./new/collections", "my data": "./my data/collections"}
    told = {each.profile.name: each.profile for each in Registry().discovered()}
    assert told["my data"].uri == str(here / "my data"), "Deker decodes no blanks in an address"


def test_what_is_hostile_harms_nobody(here: Path) -> None:
    own = here.parent / "own"
    (here / "loop.ini").symlink_to(here / "loop.ini")
    (here / "circle").symlink_to(here)
    (here / "folder.cfg").mkdir()
    os.mkfifo(here / "pipe.cfg")
    (here / "large.ini").write_text("#" * LARGEST + CLUSTER.format("large", 4000))
    (here / "zero.cfg").write_bytes(b"cluster_id client_port \x00\xff[")
    (here / "escape.ini").write_text(CLUSTER.format("a\x1b[31mb", 4000))
    (here / "locked").mkdir(mode=0)
    (here / "half\udcff" / "collections").mkdir(parents=True)
    (own / ".tiledb").mkdir()
    (own / ".tiledb" / "profiles.json").write_text("[" * 100_000)
    (own / ".tiledb" / "cloud.json").write_text('{"api_key": 7}')
    (own / ".arraylake" / "tokens").mkdir(parents=True)
    (own / ".arraylake" / "tokens" / "a\x1b[31m.json").write_text("{}")
    (own / ".arraylake" / "tokens" / "loop.json").symlink_to("loop.json")
    assert found() == {"a31mb": "./escape.ini"}


def test_who_takes_too_long_keeps_nobody_waiting(here: Path) -> None:
    (here / "storage" / "collections").mkdir(parents=True)
    registry, released = Registry(), threading.Event()
    deker = registry.system("deker")

    class Stuck(Arakoon):
        def discover(self) -> list[Found]:
            released.wait()
            return []

    told, problems = look_around([Stuck(), deker], 0.3)
    released.set()
    assert [each.profile.name for each in told] == ["storage"]
    assert problems == {"arakoon": "looking for profiles: not done after 0.3 s"}


def test_what_has_a_profile_is_left_out_and_a_name_is_given_once() -> None:
    def at(name: str, uri: str) -> Profile:
        return Profile(name=name, system="deker", uri=uri)

    known = [at("lab", "file:///data/one"), at("rain", "/data/other")]
    told = [Found(at(name, uri), "") for name, uri in (("one", "/data/one"), ("rain", "/a/rain"), ("rain", "/b/rain"))]
    left = without_profile([*told, told[1]], known)
    assert [(each.profile.name, each.profile.uri) for each in left] == [("rain-2", "/a/rain"), ("rain-3", "/b/rain")]
