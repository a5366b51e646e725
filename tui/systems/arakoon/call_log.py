"""The cluster's part of the command log: every call that goes to a node, by name and key, with sizes for values."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from tui.services.command_log import CommandLog
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.services.shell_words import command_line, shell_word
from tui.systems.arakoon.call_words import call_text
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.wire.commands import Command

T = TypeVar("T")
# What looks at one key, and the action of `keys` that asks for the same.
_LOOKS = {"get": "value", "exists": "exists"}


class CallLog:
    """Writes the calls of one profile into the command log."""

    def __init__(self, log: CommandLog, profile: str) -> None:
        self._log = log
        self._profile = profile

    async def noted(self, asking: Coroutine[Any, Any, T], command: Command[T], values: Sequence[Any], node: str) -> T:
        """Return what `asking` returns, and note how long it took and how it ended."""
        at, began, outcome = datetime.now(UTC), time.monotonic(), "cancelled"
        try:
            result = await asking
            outcome = "ok"
            return result
        except ServiceError as error:
            outcome = error.kind
            raise
        finally:
            first, _, rest = call_text(command, values, node).partition("\n")
            text = printable(first, 200)
            line = self._command_line(command, values)
            told = line or (f"{first}\n{rest}" if rest else "")
            self._log.add(at, self._profile, text, time.monotonic() - began, outcome, told, "arakoon")

    def _command_line(self, command: Command[Any], values: Sequence[Any]) -> str:
        action = _LOOKS.get(command.name)
        if action is None or not values or not isinstance(values[0], bytes):
            return ""
        key, place = key_text(values[0]), shell_word(self._log.place_of(self._profile))
        if action == "exists":
            named = [f"--key={shell_word(key)}"]
        else:
            named = [*(["--", "--"] if key.startswith("-") else []), shell_word(key)]
        return command_line(["arraydeck", "run", "keys", action, "-p", place, *named])
