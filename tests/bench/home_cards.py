"""The home screen with ten profiles of which three are dead: first paint, all cards told, bytes and CPU at rest."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.measure import medians, processor_seconds
from tests.terminal.pty_program import PtyProgram
from tui.config.profiles import Profile, ProfileStore

COLUMNS, ROWS = 120, 40
ALIVE = 7
AT_REST = 20.0


def run(storage: Path, home: Path) -> Iterator[str]:
    """Print how long the first frame and the last card take, against a bare Textual app, and what being seen costs."""
    with _dead_ports() as (silent, refused):
        uris = [
            *[("deker", str(storage))] * ALIVE,
            ("arakoon", f"arakoon://127.0.0.1:{silent}/demo"),
            ("leapyear", f"leapyear+http://127.0.0.1:{silent}"),
            ("arakoon", f"arakoon://127.0.0.1:{refused}/demo"),
        ]
        store = ProfileStore(home / "config" / "profiles.toml")
        for number, (system, uri) in enumerate(uris):
            options = {"username": "nobody"} if system == "leapyear" else {}
            store.add(Profile(name=f"store{number}", system=system, uri=uri, options=options))
        argv = [sys.executable, "-m", "tui.cli.main"]
        env = {"ARRAYDECK_HOME": str(home), "ARRAYDECK_STORE8_PASSWORD": "it logs in nowhere"}

        def seconds(command: list[str], *signs: str) -> float:
            began = time.monotonic()
            with PtyProgram(command, columns=COLUMNS, rows=ROWS, env=env) as program:
                for sign in signs:
                    program.see(sign)
                return time.monotonic() - began

        bare_argv = [sys.executable, "-m", "tests.bench.bare_program"]
        bare, ours = medians(lambda: seconds(bare_argv, "bare Textual"), lambda: seconds(argv, "store0", "store9"))
        yield (
            f"home of 10 profiles, 3 dead: first paint {ours * 1000:.0f} ms, bare Textual {bare * 1000:.0f} ms, "
            f"ratio {ours / bare:.2f}"
        )
        _, told = medians(lambda: 0.0, lambda: seconds(argv, f"{ALIVE} online"))
        yield f"home of 10 profiles, 3 dead: all {ALIVE} others told after {told * 1000:.0f} ms"
        with PtyProgram(argv, columns=COLUMNS, rows=ROWS, env=env) as program:
            program.see(f"{ALIVE} online")
            program.settle(1)
            before, used, began = len(program.received), processor_seconds(program), time.monotonic()
            time.sleep(AT_REST)
            passed = time.monotonic() - began
            sent, cpu = len(program.received) - before, processor_seconds(program) - used
        share, rate = cpu / passed * 100, sent / passed * 60
        yield f"home of 10 profiles, seen: {share:.1f} % of a core, {rate:,.0f} bytes a minute"


@contextmanager
def _dead_ports() -> Generator[tuple[int, int]]:
    """Yield the port of a server that accepts and never answers, and one at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield server.getsockname()[1], nobody.getsockname()[1]
