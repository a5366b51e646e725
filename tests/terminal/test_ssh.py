"""Over a real ssh line of 256 kbit/s with 150 ms of delay added each way: in tmux, cut off, and found again.

No time is asserted. What a key costs is asserted in bytes, which are time on such a line: while nothing waits behind
anything, an effect is there when the line has carried the key there, and these bytes back.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import TOY
from tests.terminal.pty_program import PtyProgram, Screen
from tests.terminal.slow_line import SlowLine
from tests.terminal.ssh_server import CannotRun, SshServer, remote_command, ssh_server
from tui.config.profiles import Profile, ProfileStore

RATE, DELAY = 32_000, 0.15
COLUMNS, ROWS = 100, 30
FRAME = 9_000
"""Bytes that a whole screen takes at most, in 256 colours, with what tmux and ssh add."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    try:
        with ssh_server(tmp_path_factory.mktemp("sshd") / "own") as running:
            yield running
    except CannotRun as reason:
        pytest.skip(str(reason))


@pytest.fixture
def line(server: SshServer) -> Iterator[SlowLine]:
    with SlowLine(server.port, RATE, DELAY) as made:
        yield made


@pytest.fixture
def profiles(home: Path, storage: Path, boxes: Path) -> None:
    """Two profiles of two systems, in the home that is used at the other end."""
    store = ProfileStore()
    store.add(Profile(name="weather", system="deker", uri=str(storage)))
    store.add(Profile(name="lab", system="toy", uri=f"toy://{boxes}"))


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[str]:
    """The command that begins a tmux of the test's own, or comes back to it; it is ended with the test."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -g status off\nset -g focus-events on\nset -sg escape-time 10\n")
    command = f"env LC_ALL=C.UTF-8 tmux -S {tmp_path}/tmux -f {settings}"
    yield command
    subprocess.run([*shlex.split(command), "kill-server"], check=False, capture_output=True)


class Walk:
    """A person at the near end: presses keys, waits for what they bring about, and counts what came for it."""

    def __init__(self, program: PtyProgram, line: SlowLine) -> None:
        self.program = program
        self.line = line
        self.keys = 0
        self.costs: list[tuple[str, int]] = []

    def press(self, keys: str, *, sees: str = "", misses: str = "", on: int | None = None) -> None:
        """Press keys as fast as can be, and wait for a text, for one to be gone, or for the cursor on a row."""
        before = self.line.down
        for key in keys.split():
            self.program.press(key)
            self.keys += 1

        def done(screen: Screen) -> bool:
            row = row_of_cursor(screen)
            return sees in screen.text and not (misses and misses in screen.text) and (on is None or row == on)

        try:
            self.program.wait_for(done)
        except AssertionError as error:
            error.add_note(f"after {keys}; the cursor is on row {row_of_cursor(self.program.screen)}")
            raise
        self.drain()
        self.costs.append((keys, self.line.down - before))

    def drain(self) -> None:
        """Wait until the line has carried nothing for longer than it takes there and back."""
        quiet_since, carried = time.monotonic(), self.line.down
        while time.monotonic() - quiet_since < 2 * DELAY + 0.05:
            if self.line.down != carried:
                quiet_since, carried = time.monotonic(), self.line.down
            time.sleep(0.01)


def row_of_cursor(screen: Screen) -> int:
    """Return which row of the list has the cursor: the one on a paper of its own."""
    papers = [screen.buffer[row][2].bg for row in range(2, screen.lines - 1)]
    odd = [number for number, paper in enumerate(papers) if papers.count(paper) == 1]
    return odd[0] if len(odd) == 1 else -1


def test_two_hundred_keys_in_tmux(server: SshServer, line: SlowLine, profiles: None, home: Path, tmux: str) -> None:
    inside = shlex.quote(remote_command(home, TOY, "open", "weather"))
    with server.client(line, f"{tmux} new-session -A -s deck {inside}", columns=COLUMNS, rows=ROWS) as program:
        program.see("temperature")
        walk = Walk(program, line)
        walk.drain()
        walk.press("j j j", on=3)
        walk.press("enter", sees="› arrays")
        walk.press("d", misses="PRIMARY")
        walk.press(" ".join("j" * 22), on=22)
        walk.press(" ".join("k" * 17), on=5)
        walk.press(" ".join(["pagedown", "pageup"] * 12 + ["g"]), on=0)
        walk.press(" ".join("jk" * 20 + "j"), on=1)
        walk.press("G", on=26)
        # No number: it could be that of the second in which the storage was made.
        walk.press("/ Z u g enter", sees="10 of 80")
        walk.press("escape", misses="/Zug")
        walk.press("?", sees="keys that work here")
        walk.press("escape", misses="keys that work here")
        walk.press("g space space space", sees="3 marked")
        walk.press("escape", misses="marked")
        walk.press("0", sees="recent events")
        walk.press(": b o x e s space @ l a b enter", sees="atlas")
        walk.press(" ".join(["j", "j"] + ["k", "j"] * 32), on=2)
        assert walk.keys >= 200
        dear = [(keys, cost) for keys, cost in walk.costs if cost > FRAME]
        assert not dear, f"more than a screen for keys that were pressed together: {dear}"
        shown = program.text
        program.press("\x02", "d")
        assert program.wait() == 0
    with server.client(line, f"{tmux} attach -t deck", columns=COLUMNS, rows=ROWS) as again:
        again.wait_for(lambda screen: screen.text == shown)
        again.press("q")
        again.wait()


def test_cut_off_without_tmux_it_goes_on_where_it_was(
    server: SshServer, line: SlowLine, profiles: None, home: Path
) -> None:
    command = remote_command(home, TOY)
    with server.client(line, command, columns=COLUMNS, rows=ROWS) as program:
        program.see("recent events")
        program.press(":", "boxes @lab", "enter")
        program.see("atlas")
        program.press("j", "j")
        program.wait_for(lambda screen: row_of_cursor(screen) == 2)
        line.cut()
        program.wait()
    with server.client(line, command, columns=COLUMNS, rows=ROWS) as again:
        again.see("the line was lost")
        again.wait_for(lambda screen: row_of_cursor(screen) == 2)
        again.press("q")
        assert again.wait() == 0
