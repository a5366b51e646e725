"""Reading beside a writer: nothing torn comes back as sound, and nothing is locked or touched."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tui.systems.deker.format.stable_read import MARGIN, Outside, StableReader, Writers, mount_device, writers_now

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lists its locks")


def _whole(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, size, 0)


def _reader(folder: Path) -> StableReader:
    real = os.path.realpath(folder)
    return StableReader(f"{real}/", mount_device(real))


def _old(path: Path) -> None:
    past = time.time() - 3600
    os.utime(path, (past, past))


def test_a_quiet_file_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    _old(path)
    reading = _reader(tmp_path).read(str(path), _whole, writers_now())
    assert (reading.value, reading.is_sound, reading.writer) == (b"content", True, None)


@linux
def test_a_writer_elsewhere_is_seen_and_not_disturbed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"half")
    _old(path)
    code = "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        writer.stdout.readline()
        before = writers_now()
        reading = _reader(tmp_path).read(str(path), _whole, before)
        assert (reading.is_sound, reading.writer) == (False, writer.pid)
        writer.stdin.write(b"\n")
    assert _reader(tmp_path).read(str(path), _whole, before).is_sound


@linux
def test_a_lock_that_is_shared_or_waited_for_is_no_writer(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert writers_now().pid_of(path.stat()) is None


def test_a_change_during_the_read_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    _old(path)
    calls = 0

    def parse(descriptor: int, size: int) -> bytes:
        nonlocal calls
        calls += 1
        if calls == 1:
            path.write_bytes(b"other")
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0)

    reading = _reader(tmp_path).read(str(path), parse, writers_now())
    assert calls > 1
    assert (reading.value, reading.is_sound) == (b"other", True)


def test_a_file_that_never_rests_is_not_called_sound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")

    def parse(descriptor: int, size: int) -> int:
        with path.open("ab") as file:
            file.write(b"x")
        return size

    assert not _reader(tmp_path).read(str(path), parse, writers_now()).is_sound


def test_a_fresh_file_is_asked_about_again(tmp_path: Path) -> None:
    """The list of writers was made before the file was written, so it proves nothing."""
    path = tmp_path / "file"
    path.write_bytes(b"fresh")
    calls = 0

    def parse(descriptor: int, size: int) -> bytes:
        nonlocal calls
        calls += 1
        return _whole(descriptor, size)

    assert _reader(tmp_path).read(str(path), parse, Writers({}, time.time() - MARGIN, True)).is_sound
    assert calls == 2


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "file").touch()
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "file")
    with pytest.raises(Outside):
        _reader(inside).read(str(inside / "folder" / "file"), _whole, writers_now())
    with pytest.raises(OSError, match="symbolic"):
        _reader(inside).read(str(inside / "file"), _whole, writers_now())
