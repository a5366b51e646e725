"""Copying: into tmux's buffer or the person's own terminal, and never the clipboard of a remote machine."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from textual.app import App

OSC_52_LIMIT = 75_000
"""Characters of the encoded text; terminals drop longer ones without a word."""
TMUX_SECONDS = 1.0


async def copy_text(app: App[Any], text: str, mode: Literal["auto", "tmux", "osc52", "none"]) -> str:
    """Copy `text`, and return in words where it went or why it went nowhere."""
    if mode == "none":
        return "copying is switched off (clipboard = none in settings.toml)"
    size = f"{len(text):,} characters"
    if mode == "tmux" or (mode == "auto" and os.environ.get("TMUX") and shutil.which("tmux")):
        problem = await _into_tmux(text)
        if problem is None:
            return f"copied {size} (tmux)"
        if mode == "tmux":
            return f"not copied: {problem}"
    encoded = base64.b64encode(text.encode("utf-8", "backslashreplace"))
    if len(encoded) > OSC_52_LIMIT:
        return f"not copied: {size} are too many for a terminal; export them with x instead"
    driver = app._driver  # pyright: ignore[reportPrivateUsage]
    if driver is None:
        return "not copied: there is no terminal"
    driver.write(f"\x1b]52;c;{encoded.decode()}\a")
    return f"copied {size} (terminal)"


async def _into_tmux(text: str) -> str | None:
    """Return what went wrong, None if the text is in tmux's buffer and, where it allows that, in the terminal's."""
    try:
        process = await asyncio.create_subprocess_exec(
            *("tmux", "load-buffer", "-w", "-"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        return f"tmux cannot be run: {error.strerror}"
    try:
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "backslashreplace")), TMUX_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return "tmux did not answer"
    return None if process.returncode == 0 else f"tmux refused ({process.returncode})"
