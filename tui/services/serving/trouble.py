"""Trouble: what the demo's servers suffer from on request: slow answers, failures that come and go, or being down."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tui.services.printable import printable
from tui.services.serving.faults import Fault, Faults
from tui.services.serving.pulse import beat
from tui.services.serving.server import EmbeddedServer

SLOW_SECONDS = 1.1
"""How long a slow server takes before each answer: enough to be called degraded."""
FLAKY_EVERY, FLAKY_FOR = (4.0, 9.0), (1.5, 6.0)
"""Seconds between two spells of failures, and how long one lasts, from and to."""
_SPELLS = (("status", 503), ("drop", 0), ("cut", 0), ("status", 500), ("garbage", 0))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What shall go wrong. `down` has names of systems and of profiles that cannot be reached at all."""

    slow: bool = False
    flaky: bool = False
    down: frozenset[str] = frozenset()

    def is_down(self, *names: str) -> bool:
        """Whether a store of these names cannot be reached."""
        return not self.down.isdisjoint(names)

    def __str__(self) -> str:
        """Return what `read_trouble` makes the same trouble of."""
        words = [*(["slow"] if self.slow else []), *(["flaky"] if self.flaky else [])]
        return ",".join([*words, *([f"down={','.join(sorted(self.down))}"] if self.down else [])])


NO_TROUBLE = Trouble()


def read_trouble(text: str, names: Collection[str]) -> Trouble:
    """Return what a text such as `slow`, `flaky`, `down=arakoon,weather` or several of them with commas asks for.

    Raises:
        ValueError: a word is none of these, or `down` names no store; the message says what is known.
    """
    slow = flaky = False
    down: set[str] = set()
    takes_names = False
    for word in [word for word in re.split(r"[,\s]+", text) if word]:
        kind, equals, name = word.partition("=")
        if equals and kind == "down":
            takes_names = True
            down.add(_known(name, names))
        elif word in ("slow", "flaky"):
            slow, flaky = slow or word == "slow", flaky or word == "flaky"
            takes_names = False
        elif takes_names and not equals:
            down.add(_known(word, names))
        else:
            likely = difflib.get_close_matches(word, ["slow", "flaky", "down=NAME"], 1, 0.5)
            more = f"; do you mean {likely[0]}?" if likely else ""
            raise ValueError(f"{printable(word, 60)!r} is none of slow, flaky and down=NAME{more}")
    if not (slow or flaky or down):
        raise ValueError("say slow, flaky or down=NAME, or several of them with commas between")
    return Trouble(slow, flaky, frozenset(down))


def _known(name: str, names: Collection[str]) -> str:
    if name not in names:
        raise ValueError(f"there is no {printable(name, 60) or 'name'!r}; known are {', '.join(sorted(names))}")
    return name


def trouble_server(
    server: EmbeddedServer, faults: Faults, trouble: Trouble, names: Sequence[str], sides: Sequence[str] = ("",)
) -> None:
    """Let a server that was started suffer from now on, until the process ends.

    Args:
        names: what `down` may call it.
        sides: those of its ports whose answers are slow, or fail at times.
    """
    if trouble.is_down(*names):
        server.down()
        return
    slow: list[Fault] = []

    def be_slow() -> None:
        if trouble.slow:
            slow[:] = [faults.add("slow", side=side, times=-1, seconds=SLOW_SECONDS) for side in sides]

    be_slow()
    if not trouble.flaky:
        return
    chance = random.Random("".join(names))
    spell: list[Fault] = []

    def turn(number: int) -> float:
        """Begin or end a spell of failures; return how long the new state lasts."""
        # The fault that was planned first is met first: what is slow waits until the spell is over.
        for fault in (*slow, *spell):
            faults.remove(fault)
        spell.clear()
        if number % 2:
            be_slow()
            return chance.uniform(*FLAKY_EVERY)
        kind, status = chance.choice(_SPELLS)
        spell.extend(faults.add(kind, side=side, times=-1, status=status) for side in sides)
        return chance.uniform(*FLAKY_FOR)

    beat(f"trouble of {names[0]}", turn)
