"""Live names: the names that may stand behind a type in a typed line, from lists that are loaded, or asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui.resources.types import Scope
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.connections import Connection
    from tui.resources.navigation import Frame
    from tui.resources.types import ResourceType

SECONDS = 4.0
"""How long a store may take to tell names. Whoever types has long gone on by then."""
PAUSE = 0.15
"""Seconds without a key after which a store is asked."""
NAMES = 2_000
"""Names of a list that are looked through."""
ASKED = 200
"""Answers that are kept; the oldest goes."""

_Question = tuple[str, str, Scope, str]


class LiveNames:
    """Answers at once with what is known, and asks the store for what is not, without anybody waiting for it.

    `changed` is called when more is known; `is_typed` says whether a line is still being typed. A store is asked one
    short question for each list, and again only when a type asks by the beginning of the name, as keys do.
    """

    def __init__(
        self, frames: Callable[[], Sequence[Frame]], changed: Callable[[], None], is_typed: Callable[[], bool]
    ) -> None:
        self._frames = frames
        self._changed = changed
        self._is_typed = is_typed
        self._newest: _Question | None = None
        self._told: dict[_Question, Sequence[str]] = {}
        self._asking: dict[_Question, asyncio.Task[None]] = {}

    def names(
        self, connection: Connection, kind: ResourceType[Any, Any], scope: tuple[str, ...], begun: str
    ) -> list[str]:
        """Return names of the next word of a scope of `kind`, as far as they are known; they begin with `begun`."""
        wanted = _list_of_next(connection, kind, scope)
        if wanted is None:
            return []
        of_next, where = wanted
        known = [*self._loaded(connection, of_next, where), *self._asked(connection, of_next, where, begun)]
        return [name for name in dict.fromkeys(known) if name.startswith(begun) and name]

    def forget(self) -> None:
        """Forget what was told, and what is asked: another line begins, and names come and go."""
        for task in self._asking.values():
            task.cancel()
        self._asking.clear()
        self._told.clear()

    def _loaded(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope) -> Iterator[str]:
        for frame in self._frames():
            if frame.is_at(connection, kind, scope):
                view = frame.listing.view
                for index in range(min(len(view), NAMES)):
                    item = view.item(index)
                    if item is not None and _may_stand(kind, item):
                        yield kind.key(item)

    def _asked(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, begun: str) -> Sequence[str]:
        question = (connection.profile.name, kind.name, scope, begun if kind.completes else "")
        self._newest = question
        if question in self._told:
            return self._told[question]
        if question not in self._asking:
            if kind.completes:
                # Only the newest beginning matters.
                for task in self._asking.values():
                    task.cancel()
            asking = self._ask(question, connection, kind, scope, begun)
            self._asking[question] = asyncio.create_task(asking, name=f"names of {kind.name}")
        return ()

    async def _ask(
        self, question: _Question, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, begun: str
    ) -> None:
        told: Sequence[str] = ()
        try:
            # A line that is pasted, or known by heart, is gone by then, and so is a word that was typed on.
            await asyncio.sleep(PAUSE)
            if question != self._newest or not self._is_typed():
                return
            with suppress(ServiceError, TimeoutError):
                async with asyncio.timeout(SECONDS):
                    service = await connection.service()
                    async with connection.watched(f"names of {kind.name}"):
                        told = await kind.completions(service, scope, begun)
        finally:
            self._asking.pop(question, None)
        self._told[question] = told[:NAMES]
        while len(self._told) > ASKED:
            self._told.pop(next(iter(self._told)))
        if told:
            self._changed()


def _list_of_next(
    connection: Connection, kind: ResourceType[Any, Any], scope: tuple[str, ...]
) -> tuple[ResourceType[Any, Any], Scope] | None:
    """Return the list whose items may be the next word of a scope of `kind`, None where it takes no more words."""
    levels = connection.system.ancestry(kind)
    if len(scope) < len(levels) - 1:
        return levels[len(scope)], Scope(scope)
    if kind.nests and len(scope) == len(levels) - 1:
        return kind, Scope(scope)
    return None


def _may_stand(kind: ResourceType[Any, Any], item: Any) -> bool:
    """Whether an item may be a word of a scope: of a list that nests, only what holds others may."""
    return not kind.nests or kind.child_of(item) == kind.name
