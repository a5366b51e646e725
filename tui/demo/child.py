"""The demo's child process: makes each system's sample, says where in one JSON line, stays until it is let go."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from tui.resources.registry import Registry


def main(arguments: list[str] | None = None) -> int:
    """Make the samples below `--dir`, say where in one line, `{"dir": …, "profiles": […], "secrets": …}`, and wait for
    stdin's end or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo.child", description=main.__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    folder: Path = parser.parse_args(arguments).dir
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    registry = Registry()
    made = [(system, profile) for system in registry.systems() for profile in system.demo(folder / system.name)]
    line = {
        "dir": str(folder),
        "profiles": [profile.model_dump(mode="json") for _, profile in made],
        "secrets": {profile.name: dict(system.demo_secrets(profile)) for system, profile in made},
    }
    print(json.dumps(line), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.buffer.read()
    return 0


def _leave(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
