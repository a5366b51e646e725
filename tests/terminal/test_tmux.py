"""Inside tmux: small frames that clear nothing, rest behind another window, and a whole screen on return."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import TOY
from tests.terminal.pty_program import PtyProgram
from tests.terminal.ssh_server import remote_command


def test_small_frames_rest_and_return(home: Path, boxes: Path, tmp_path: Path) -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -g status off\nset -g focus-events on\n")
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", str(settings)]
    inside = remote_command(home, TOY, "open", f"toy://{boxes}")
    environment = {"TMUX": "", "LC_ALL": "C.UTF-8"}
    with PtyProgram([*tmux, "new-session", inside], columns=100, rows=30, env=environment) as program:

        def tell(*words: str) -> None:
            subprocess.run([*tmux, *words], check=True, timeout=20)

        try:
            program.see("atlas")
            program.see("COLOUR")
            program.settle()
            before = len(program.received)
            assert program.count(lambda: program.press("j")) < 1_500
            painted = bytes(program.received[before:])
            assert b"\x1b[2J" not in painted and b"\x1b[J" not in painted
            tell("new-window", "exec sleep 60")
            program.wait_for(lambda screen: "atlas" not in screen.text)
            # A window in the background is drawn by tmux into its memory, which can be read at any time.
            time.sleep(0.5)
            boxes.write_text(json.dumps([*json.loads(boxes.read_text()), {"name": "dione"}]))
            time.sleep(2.5)
            behind = subprocess.run(
                [*tmux, "capture-pane", "-p", "-t", ":0"], capture_output=True, text=True, check=True, timeout=20
            ).stdout
            assert "atlas" in behind and "dione" not in behind
            tell("select-window", "-t", ":0")
            program.see("dione")
            assert all(name in program.text for name in ("atlas", "borea", "ceres", "enter open"))
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
