"""What a key costs over a real ssh line of 256 kbit/s with 150 ms of delay added each way, in tmux and without."""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.display import HELD_HERTZ, HELD_SECONDS
from tests.conftest import TOY
from tests.terminal.pty_program import PtyProgram
from tests.terminal.slow_line import SlowLine
from tests.terminal.ssh_server import CannotRun, remote_command, ssh_server

RATE, DELAY = 32_000, 0.15
FRAME = 1 / 60
KEYS = ("j", "j", "k", "pagedown", "pageup", "G", "g", "d", "d", "?", "escape")
TIMES = 5


def run(sample: Path, folder: Path) -> Iterator[str]:
    """Lag of single keys beside what the line itself takes, and after held keys."""
    if shutil.which("tmux") is None:
        yield "ssh: not measured, tmux is not installed"
        return
    folder.mkdir(parents=True)
    try:
        with ssh_server(folder / "sshd") as server:
            for name in ("without tmux", "in tmux"):
                tmux = f"env LC_ALL=C.UTF-8 tmux -S {folder}/tmux -f {os.devnull}"
                command = remote_command(folder / "home", TOY, "open", str(sample))
                command = f"{tmux} new-session {shlex.quote(command)}" if name == "in tmux" else command
                try:
                    with (
                        SlowLine(server.port, RATE, DELAY) as line,
                        server.client(line, command, columns=120, rows=40) as program,
                    ):
                        yield from _lags(name, program, line)
                finally:
                    subprocess.run([*shlex.split(tmux), "kill-server"], check=False, capture_output=True)
    except CannotRun as reason:
        yield f"ssh: not measured, {reason}"


def _lags(name: str, program: PtyProgram, line: SlowLine) -> Iterator[str]:
    program.see("temperature", 60)
    _drain(program)
    program.press("j", "j", "j", "enter")
    program.see("› arrays", 60)
    _drain(program)
    over: list[float] = []
    for key in KEYS * TIMES:
        lag, carried = _pressed(program, line, key)
        over.append(lag - (2 * DELAY + carried / RATE))
    yield (
        f"ssh {name}: {len(over)} single keys, beyond the line's own time (there, back and the bytes): median "
        f"{statistics.median(over) * 1000:.0f} ms, most {max(over) * 1000:.0f} ms (one frame is {FRAME * 1000:.0f})"
    )
    for key in ("j", "pagedown"):
        before, began = line.down, time.monotonic()
        for number in range(int(HELD_SECONDS * HELD_HERTZ)):
            time.sleep(max(0.0, began + number / HELD_HERTZ - time.monotonic()))
            program.press(key)
        last = time.monotonic()
        _drain(program)
        behind = max(program.last_byte_at - last, 0.0)
        yield (
            f"ssh {name}: after {key} held for {HELD_SECONDS:g} s the last byte comes {behind * 1000:.0f} ms later, of "
            f"which {2 * DELAY * 1000:.0f} ms are the line's ({line.down - before:,} bytes)"
        )


def _pressed(program: PtyProgram, line: SlowLine, key: str) -> tuple[float, int]:
    """Return how long after a key the last byte came that it brought about, and how many bytes came."""
    before, began = line.down, time.monotonic()
    program.press(key)
    _drain(program)
    return max(program.last_byte_at - began, 0.0), line.down - before


def _drain(program: PtyProgram) -> None:
    """Wait until nothing has come for longer than the line takes there and back."""
    began = time.monotonic()
    while time.monotonic() - max(program.last_byte_at, began) < 2 * DELAY + 0.2:
        time.sleep(0.005)
