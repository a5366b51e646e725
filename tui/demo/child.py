"""The demo's child process: makes each system's sample, says where in one JSON line, stays until it is let go."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from tui.demo.leftovers import hold
from tui.resources.registry import Registry
from tui.services.sample_world import PROFILES
from tui.services.serving.pulse import end_all
from tui.services.serving.trouble import NO_TROUBLE, read_trouble

REMOVING_SECONDS = 5.0


def main(arguments: list[str] | None = None) -> int:
    """Make the samples below `--dir`, say where in one line, `{"dir": …, "profiles": […], "secrets": …}`, and wait for
    stdin's end, which comes even if the parent is killed, or for SIGTERM. With `--remove` the folder goes too."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo.child", description=main.__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--remove", action="store_true")
    parser.add_argument("--faults", default="")
    options = parser.parse_args(arguments)
    folder: Path = options.dir
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        hold(folder)
    except BlockingIOError:
        print(f"another demo is running in {folder}", file=sys.stderr)
        return 1
    # What goes wrong here is told in the folder's log, which the parent reads before it removes the folder.
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError, SystemExit):
        _serve(folder, options.faults)
    end_all()
    if options.remove:
        _remove(folder)
    # Not through the interpreter's end, which would wait for servers in the middle of an answer.
    os._exit(0)


def _serve(folder: Path, faults: str) -> None:
    registry = Registry()
    trouble = read_trouble(faults, {*registry.names(), *PROFILES}) if faults else NO_TROUBLE
    systems = list(registry.systems())
    # Side by side: each waits for files, ports and processes of its own.
    with ThreadPoolExecutor(len(systems)) as threads:
        begun = [threads.submit(system.demo, folder / system.name, trouble) for system in systems]
        made = [(system, profile) for system, future in zip(systems, begun, strict=True) for profile in future.result()]
    line = {
        "dir": str(folder),
        "profiles": [profile.model_dump(mode="json") for _, profile in made],
        "secrets": {profile.name: dict(system.demo_secrets(profile)) for system, profile in made},
    }
    print(json.dumps(line), flush=True)
    sys.stdin.buffer.read()


def _remove(folder: Path) -> None:
    """Remove the folder, again if a server has put something into it meanwhile."""
    deadline = time.monotonic() + REMOVING_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
