"""Standing: how far a search has come in one profile, and how it says so."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui.resources.cells import duration_text, number_text
from tui.services.printable import printable

QUIET = 1.5
"""Seconds without an answer after which a profile is called silent."""
NAMED = 3
"""Profiles that a line names before it merely counts them."""

State = Literal["asked", "searching", "done", "bounded", "failed"]


@dataclass
class Standing:
    """`bounded` names the bound at which the search stopped short of everything; `problem` why it failed, or a part
    of it. `looked` counts the items that were looked at, `pages` what was asked for."""

    profile: str
    state: State = "asked"
    looked: int = 0
    pages: int = 0
    bound: str = ""
    problem: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of this profile."""
        return self.state in ("done", "bounded", "failed")

    @property
    def is_silent(self) -> bool:
        """Whether it has not answered at all by now."""
        return self.state == "failed" or (self.state == "asked" and time.monotonic() - self.began > QUIET)


def silent_words(standings: Sequence[Standing]) -> str:
    """Return which profiles are silent, "" if none is."""
    silent = [one for one in standings if one.is_silent]
    named = [f"{printable(one.profile, 30)} ({printable(one.problem, 60) or _waited(one)})" for one in silent[:NAMED]]
    more = [f"and {len(silent) - NAMED} more"] if silent[NAMED:] else []
    return f"silent: {', '.join([*named, *more])}" if silent else ""


def bound_words(standings: Sequence[Standing]) -> str:
    """Return what was not searched whole, and why, "" if all was."""
    short = [one for one in standings if one.state == "bounded"]
    partly = [one for one in standings if one.problem and one.state != "failed"]
    words = [f"not all of {printable(one.profile, 30)}: {one.bound}" for one in short[:NAMED]]
    words += [f"{printable(one.profile, 30)}: {printable(one.problem, 80)}" for one in partly[:NAMED]]
    more = len(short) + len(partly) - len(words)
    return "; ".join([*words, *([f"and {more} more"] if more else [])])


def progress_words(standings: Sequence[Standing], found: int, shown: int) -> str:
    """Return how far the search has come, in words."""
    over = sum(one.is_over for one in standings)
    looked = sum(one.looked for one in standings)
    found_words = f"{number_text(found)} found" + (f", the best {number_text(shown)} shown" if shown < found else "")
    profiles = f"{len(standings)} profile{'' if len(standings) == 1 else 's'}"
    where = f"searched {profiles}" if over == len(standings) else f"searching, {over} of {profiles} done"
    return f"{found_words} · {where} · {number_text(looked)} looked at"


def _waited(standing: Standing) -> str:
    return duration_text(round(time.monotonic() - standing.began))
