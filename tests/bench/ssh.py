"""What a key costs over a real ssh line of 256 kbit/s with 150 ms of delay added each way, in tmux and without."""

from __future__ import annotations

import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import TOY
from tests.terminal.pty_program import PtyProgram
from tests.terminal.slow_line import SlowLine
from tests.terminal.ssh_server import CannotRun, remote_command, ssh_server

RATE, DELAY = 32_000, 0.15
FRAME = 1 / 60
HELD_SECONDS, HELD_HERTZ = 2.0, 30
KEYS = ("j", "j", "k", "pagedown", "pageup", "G", "g", "space", "escape", "?", "escape")
TIMES = 4


def run(sample: Path, folder: Path) -> Iterator[str]:
    """Lag of single keys beside what the line itself takes, and after held keys."""
    if shutil.which("tmux") is None:
        yield "ssh: not measured, tmux is not installed"
        return
    folder.mkdir(parents=True)
    local = [sys.executable, "-m", "tui.cli.main", "open", str(sample)]
    with PtyProgram(local, columns=120, rows=40, env={"ARRAYDECK_HOME": str(folder / "near")}) as program:
        own = _own_times(program, None)
    yield (
        f"ssh: the same keys without a line take median {statistics.median(own) * 1000:.0f} ms, most "
        f"{max(own) * 1000:.0f} ms"
    )
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
    over = _own_times(program, line)
    yield (
        f"ssh {name}: {len(over)} single keys, from the key to the last byte that it brought about, beyond the line's "
        f"own time (there, back and the bytes): median {statistics.median(over) * 1000:.0f} ms, most "
        f"{max(over) * 1000:.0f} ms (one frame is {FRAME * 1000:.0f})"
    )
    for what, keys in (("j", ("j",)), ("PageDown and PageUp", ("pagedown", "pageup"))):
        program.press("g")
        _drain(program)
        before, began = line.down, time.monotonic()
        for number in range(int(HELD_SECONDS * HELD_HERTZ)):
            time.sleep(max(0.0, began + number / HELD_HERTZ - time.monotonic()))
            program.press(keys[number % len(keys)])
        last = time.monotonic()
        _drain(program)
        behind = max(program.last_byte_at - last, 0.0)
        yield (
            f"ssh {name}: after {what} held for {HELD_SECONDS:g} s the last byte comes {behind * 1000:.0f} ms later, "
            f"of which {2 * DELAY * 1000:.0f} ms are the line's ({line.down - before:,} bytes)"
        )


def _own_times(program: PtyProgram, line: SlowLine | None) -> list[float]:
    """Return for each of the keys how long its last byte took, without what the line takes for it."""
    program.see("temperature", 60)
    _drain(program)
    program.press("j", "j", "j", "enter")
    program.see("› arrays", 60)
    program.press("d")
    _drain(program)
    times: list[float] = []
    for key in KEYS * TIMES:
        before, began = (0 if line is None else line.down), time.monotonic()
        program.press(key)
        _drain(program)
        own = program.last_byte_at - began
        if own < 0:
            continue  # it brought about nothing
        times.append(own if line is None else own - 2 * DELAY - (line.down - before) / line.rate)
    return times


def _drain(program: PtyProgram) -> None:
    """Wait until nothing has come for longer than the line takes there and back."""
    began = time.monotonic()
    while time.monotonic() - max(program.last_byte_at, began) < 2 * DELAY + 0.2:
        time.sleep(0.005)
