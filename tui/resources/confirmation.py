"""Confirmation: what a person is told, and what they must type, before something is destroyed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.actions import Action
    from tui.resources.sending import Sending


@dataclass(frozen=True, slots=True)
class Challenge:
    """Something to type: `asks` says what, `expected` is the text that will do. `name` is `item`, `count` or
    `profile`."""

    name: str
    asks: str
    expected: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the dialog shows. `names` lists every target, `lines` what happens in detail; both are printable.

    `command` does the same from a shell. `sending` finds out what would be sent, which may take a while.
    """

    title: str
    profile: Profile
    summary: str
    lines: tuple[str, ...]
    names: tuple[str, ...]
    challenges: tuple[Challenge, ...]
    command: str = ""
    sending: Callable[[], Awaitable[Sending]] | None = field(default=None, compare=False)

    def accepts(self, answers: Mapping[str, str]) -> bool:
        """Whether every challenge was answered to the letter."""
        return all(answers.get(challenge.name) == challenge.expected for challenge in self.challenges)


Confirm = Callable[[Confirmation], Awaitable[Mapping[str, str] | None]]
"""Asks the person, and returns the answers by challenge name, or None where they turned away."""


async def nobody(_: Confirmation) -> None:
    """Answer for nobody: what needs a confirmation is turned away."""


class NotConfirmed(Exception):
    """The person turned away, or what they typed was not what was asked for. Nothing was changed."""


LONGEST = 64
"""Characters of a name that a person is asked to type."""


def _name_challenge(name: str) -> Challenge:
    if len(name) > LONGEST:
        return Challenge("item", "the first 12 characters of its name", name[:12])
    return Challenge("item", "its name", name)


def challenges_for(action: Action, profile: Profile, labels: Sequence[str]) -> tuple[Challenge, ...]:
    """Return what must be typed before `action` runs on the items of these labels, nothing if it may just run."""
    from tui.resources.actions import Danger

    asked: list[Challenge] = []
    if action.danger is Danger.DESTROYS:
        if len(labels) > 1:
            asked.append(Challenge("count", "the number of items", str(len(labels))))
        elif labels:
            asked.append(_name_challenge(printable(labels[0])))
        else:
            asked.append(Challenge("item", "the name of the action", action.name))
    if profile.tag == "prod" and action.is_dangerous:
        asked.append(Challenge("profile", "the name of the profile", profile.name))
    return tuple(asked)
