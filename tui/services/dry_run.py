"""A dry run: what runs inside goes up to its first change, which is written down and not sent."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NoReturn

MOST = 20
"""Changes of one dry run that are written down: those that go out at the same time."""


@dataclass(frozen=True, slots=True)
class Held:
    """A change that was not sent. `text` is it as a command line or in words; `method`, `target` and `body` are what
    a request consists of, its secrets replaced."""

    text: str
    method: str = ""
    target: str = ""
    body: object = None


class NotSent(BaseException):
    """Ends what would have changed something. No Exception: who handles failures must not take it for one."""


class DryRun:
    """What a dry run has held back so far."""

    def __init__(self) -> None:
        self.held: list[Held] = []

    def hold(self, change: Held) -> NoReturn:
        """Write down a change in place of sending it, and end whoever asked for it.

        Raises:
            NotSent: always.
        """
        if len(self.held) < MOST:
            self.held.append(change)
        raise NotSent


_current: ContextVar[DryRun | None] = ContextVar("dry_run", default=None)


def current() -> DryRun | None:
    """Return the dry run that one is in, None in earnest. Who is about to send a change asks it, and has it held.

    Tasks that are begun in a dry run stay in it, so that nothing that it leaves behind changes anything either.
    """
    return _current.get()


@contextmanager
def dry_run() -> Generator[DryRun]:
    """Let nothing inside change a store: reads go through, a change is held and ends the block without an error."""
    made, before = DryRun(), _current.get()
    _current.set(made)
    try:
        yield made
    except NotSent:
        pass
    except BaseExceptionGroup as group:
        # Tasks that ran side by side end together; what failed besides is what is told.
        _, others = group.split(NotSent)
        if others is not None:
            raise others from None
    finally:
        _current.set(before)


@contextmanager
def in_earnest() -> Generator[None]:
    """Leave the dry run for what must be done even to read: a log-in, and its renewal."""
    before = _current.get()
    _current.set(None)
    try:
        yield
    finally:
        _current.set(before)
