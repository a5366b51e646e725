"""What drives the screen in tests: keys in, text out, and waiting for a condition instead of for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tui.app import ArraydeckApp

PATIENCE = 30.0
"""Seconds for what takes one: other programs may have the machine at the same time."""
NAPS = (0.01, 0.05)
"""Seconds between two looks at the screen, the first and the longest: a look costs as much as a paint."""
PASTED = 6
"""Characters that are typed one by one; every key is waited for."""


class Driver:
    """A running dashboard at the fingertips of a test."""

    def __init__(self, app: ArraydeckApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        """What the terminal shows, a line a row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def lines(self) -> list[str]:
        """The rows of the terminal."""
        return self.text.split("\n")

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text; a long one is pasted into the field that takes it, as people do."""
        focused = self.app.focused
        if len(text) > PASTED and isinstance(focused, Input) and "\n" not in text:
            focused.post_message(events.Paste(text))
            await self.pilot.pause()
            return
        await self.pilot.press(*("space" if character == " " else character for character in text))

    async def until(self, condition: Callable[[], object], what: str = "the condition") -> None:
        """Wait until the condition holds, and fail with the screen's text if it never does."""
        end, (nap, longest) = time.monotonic() + PATIENCE, NAPS
        while not condition():
            assert time.monotonic() < end, f"{what} never came true; the screen:\n{self.text}"
            await asyncio.sleep(nap)
            nap = min(nap * 1.5, longest)

    async def sees(self, *texts: str) -> None:
        """Wait until all of these texts are on the screen."""
        await self.until(lambda: not _missing(texts, self.text), f"{texts}")

    async def misses(self, *texts: str) -> None:
        """Wait until none of these texts is on the screen."""
        await self.until(lambda: len(_missing(texts, self.text)) == len(texts), f"no {texts}")


def _missing(texts: Sequence[str], shown: str) -> list[str]:
    """Return those of the texts that are not in what is shown."""
    return [text for text in texts if text not in shown]
