"""Atomic files and folders: old or new, never half; private; links stay links."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui.config import atomic
from tui.config.atomic import sole_writer, write_atomically
from tui.config.paths import cache_folder, config_folder, state_folder, styles_folder
from tui.services.errors import Unavailable


def test_a_file_is_private_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.toml"
    write_atomically(target, "a")
    write_atomically(target, "b")
    assert target.read_text() == "b"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert stat.S_IMODE(target.parent.stat().st_mode) == 0o700
    assert [path.name for path in target.parent.iterdir()] == ["file.toml"]


def test_a_symlink_stays_one_and_its_target_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "real.toml", tmp_path / "link.toml"
    real.parent.mkdir()
    real.write_text("old")
    link.symlink_to(real)
    write_atomically(link, "new")
    assert link.is_symlink() and real.read_text() == "new"


def test_links_in_a_ring_and_folders_are_refused(tmp_path: Path) -> None:
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    for path in (ring, tmp_path):
        with pytest.raises(OSError):
            write_atomically(path, "x")


def test_a_full_disk_leaves_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "file.toml"
    target.write_text("old")
    code = (
        "import resource, sys, pathlib\n"
        "from tui.config.atomic import write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n    write_atomically(pathlib.Path(sys.argv[1]), 'x' * 10_000)\n"
        "except OSError as error:\n    print(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True)
    assert done.stdout.strip().isdigit()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file.toml"]


def test_a_writer_that_hangs_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "WAIT", 0.05)
    with (
        sole_writer(tmp_path / "file"),
        pytest.raises(OSError, match="another arraydeck"),
        sole_writer(tmp_path / "file"),
    ):
        pass
    with sole_writer(tmp_path / "file"):
        pass


def test_the_folders_are_private_and_follow_the_variable(home: Path) -> None:
    assert [config_folder(), state_folder(), cache_folder()] == [home / "config", home / "state", home / "cache"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o700}


def test_without_the_variable_the_platform_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARRAYDECK_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder().is_relative_to(tmp_path) and state_folder().name == "arraydeck"


def test_a_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ARRAYDECK_HOME", str(tmp_path / "file"))
    with pytest.raises(Unavailable, match="cannot be made"):
        config_folder()


def test_the_style_sheets_are_found() -> None:
    assert styles_folder().is_dir() and os.access(styles_folder(), os.R_OK)
