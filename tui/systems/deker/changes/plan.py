"""Plans: which paths of a storage a change makes, replaces and removes, before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from tui.systems.deker.format.names import shown


@dataclass(frozen=True, slots=True)
class Put:
    """Make a file, a symbolic link or a directory at `path`, or replace one; parents that are missing are made.

    One of `content` (the bytes of a file), `link` (the text of a symbolic link) and `prepare` says what. `prepare` is
    given a path in the trash, where it makes a file or a directory; it may block. Without `replaces` it is a conflict
    if something is there. With `holds` the file is flocked from the moment it appears until the change is complete.
    """

    path: str
    content: bytes | None = None
    link: str | None = None
    prepare: Callable[[str], None] | None = None
    replaces: bool = False
    holds: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Move what is at `path` to the trash: a file, a link (never what it points to), or a whole directory.

    Parent directories that this empties go too, up to and not including `prune`. With `alone` it does not come back
    beside something that appeared in its directory meanwhile.
    """

    path: str
    why: str = ""
    prune: str = ""
    alone: bool = False


Step = Put | Remove


@dataclass(frozen=True, slots=True)
class Need:
    """A file without which a change is not taken back, for what comes back would belong to nothing.

    With `unchanged` it must then hold what it holds when the change is made.
    """

    path: str
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A change: `kind` is one word for programs, `title` says it to a person, the steps are made in their order."""

    kind: str
    title: str
    steps: tuple[Step, ...]
    needs: tuple[Need, ...] = ()

    def lines(self, root: str) -> tuple[str, ...]:
        """Return a line for each path that changes, relative to the storage."""
        return tuple(line_of(step, root) for step in self.steps)


def line_of(step: Step, root: str) -> str:
    """Return what a step does to its path, in words; the path is relative to the storage."""
    path = shown(os.path.relpath(step.path, root))
    why = f"  ({step.why})" if step.why else ""
    if isinstance(step, Remove):
        return f"to the trash: {path}{why}"
    target = f" -> {shown(step.link)}" if step.link is not None else ""
    return f"{'replace' if step.replaces else 'make'}: {path}{target}{why}"
