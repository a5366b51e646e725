"""How the tests start: what each process of them has to compile is compiled once, by one of them."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


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


def leave_out_of_the_waste() -> None:
    """Let no later search for what is unused look at the thousands of tests and modules, which stay to the end."""
    gc.collect()
    gc.freeze()
