"""How the tests start: with their files in memory, and with what each of them would compile or parse done once."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.thoroughness import IS_THOROUGH

ROOT = Path(__file__).parents[1]
MEMORY = Path("/dev/shm")
OURS = "deck-"
"""What a folder in `MEMORY` begins with, before the number of the process whose tests' files are in it."""
ROOM = 4 << 30
"""Bytes that must be free in `MEMORY`, and of memory at all; the tests need some hundred MiB."""

_SEARCHES = gc.get_threshold()


def keep_files_in_memory() -> None:
    """Let tests have their files in memory where there is room: they make hundreds of thousands, many flushed to disk.

    With ARRAYDECK_TESTS=all they stay on the disk, so that both kinds are tried; `--basetemp` has them where it says.
    The folder goes with this process; that of a process which was killed goes when the next one starts.
    """
    if IS_THOROUGH or "PYTEST_DEBUG_TEMPROOT" in os.environ or not _has_room():
        return
    for left in MEMORY.glob(f"{OURS}*"):
        process = left.name.removeprefix(OURS)
        with contextlib.suppress(FileNotFoundError):
            if process.isdecimal() and left.stat().st_uid == os.getuid() and not Path("/proc", process).exists():
                shutil.rmtree(left, ignore_errors=True)
    folder = MEMORY / f"{OURS}{os.getpid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    atexit.register(_forget, folder, os.getpid())


def _has_room() -> bool:
    """Whether `MEMORY` is in memory, lets programs in it run, and has room."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
        memory = dict(line.split()[:2] for line in Path("/proc/meminfo").read_text().splitlines())
        about = os.statvfs(MEMORY)
    except OSError:
        return False
    runs = os.access(MEMORY, os.W_OK | os.X_OK) and not about.f_flag & os.ST_NOEXEC
    free = min(about.f_bavail * about.f_frsize, int(memory.get("MemAvailable:", 0)) << 10)
    return runs and [str(MEMORY), "tmpfs"] in mounts and free >= ROOM


def _forget(folder: Path, process: int) -> None:
    """Remove the tests' files, if this is the process that was to."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def keep_what_is_compiled() -> None:
    """Let Python keep its compiled files, which many machines forbid: hundreds of programs start here.

    Without them every one compiles all of the dashboard anew, and every worker all tests, whose `assert`s pytest
    rewrites first, which is most of what collecting them costs.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def compile_my_share(config: pytest.Config) -> None:
    """Import every n-th module of tests if this is one of n workers on all of them: the others find it compiled.

    What cannot be imported says so when it is collected.
    """
    worker: dict[str, int | str] | None = getattr(config, "workerinput", None)
    if worker is None or config.args != config.getini("testpaths"):
        return
    number, count = int(str(worker["workerid"]).removeprefix("gw")), int(worker["workercount"])
    for path in sorted((ROOT / "tests").rglob("test_*.py"))[number::count]:
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def parse_styles_once() -> None:
    """Let the hundreds of apps that a process starts read each style sheet once: a tenth of what a screen's test costs.

    What is read depends on the theme's colours too, and is the same objects for all, as it is for all widgets of one.
    """
    from textual.css.model import RuleSet
    from textual.css.stylesheet import Stylesheet
    from textual.css.types import CSSLocation

    parse = Stylesheet._parse_rules
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def parse_rules(
        self: Stylesheet,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        place = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (place, tuple(self._variables.items()))
        if key not in parsed:
            parsed[key] = parse(self, *place)
        return parsed[key]

    Stylesheet._parse_rules = parse_rules  # type: ignore[method-assign]
    # Rules are told apart by what they are, a million times a minute, and the interpreter does that itself.
    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]


def leave_out_of_the_waste() -> None:
    """Let no later search for what is unused look at the thousands of tests and modules, which stay to the end."""
    gc.collect()
    gc.freeze()


def search_for_waste_as_ever() -> None:
    """Search as often as when the tests began: a command sets that for its own short life, and workers live long."""
    gc.set_threshold(*_SEARCHES)
