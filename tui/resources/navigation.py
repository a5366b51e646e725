"""Navigation: the lists that were opened, on a stack and in a history, each kept as it was left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.resources.place import Place, format_place
from tui.resources.watcher import Watcher

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.connections import Connection
    from tui.resources.together.part import Part
    from tui.resources.types import ResourceType, Scope

HISTORY_KEPT = 50


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item really is: the list of one profile."""

    connection: Connection
    type: ResourceType[Any, Any]
    scope: Scope
    item: Any


class Frame:
    """A list that is being looked at, with its loader and its refresh loop. It keeps cursor, filter and marks.

    `parts` are the lists that it is made of, where it shows several profiles.
    """

    parts: tuple[Part, ...] = ()

    def __init__(
        self, connection: Connection, resource_type: ResourceType[Any, Any], scope: Scope, settings: Settings
    ) -> None:
        from tui.resources.listing import Listing

        self.connection = connection
        self.type = resource_type
        self.scope = scope
        lists = settings.lists
        self.listing = Listing(
            connection, resource_type, scope, load_limit=lists.load_limit, moved_seconds=lists.moved_seconds
        )
        self.watcher = Watcher(
            self.listing.refresh,
            resource_type.refresh * lists.refresh,
            retry_in=lambda: connection.health.delay,
        )

    @property
    def place(self) -> Place:
        """Where this is, as it is typed."""
        return Place(self.type.name, self.scope.parents, self.listing.view.filter_text, self.connection.profile.name)

    @property
    def text(self) -> str:
        """Where this is, as text."""
        return format_place(self.place)

    @property
    def visit(self) -> str:
        """What is remembered of having been here: the list, and the item under the cursor."""
        key = self.listing.view.position.key
        scope = self.scope.parents if key is None else (*self.scope.parents, key)
        return format_place(Place(self.type.name, scope, profile=self.connection.profile.name))

    def is_at(self, connection: Connection, resource_type: ResourceType[Any, Any], scope: Scope) -> bool:
        """Whether this is that list."""
        return self.connection is connection and self.type is resource_type and self.scope == scope

    def origin(self, item: Any) -> Origin:
        """Return where an item of this list is to be asked for and acted on."""
        return Origin(self.connection, self.type, self.scope, item)

    async def close(self) -> None:
        """Stop refreshing and let go of the source."""
        self.watcher.pause()
        await self.listing.close()


@dataclass
class Navigation:
    """A stack of frames for going back, and a history of all of them for going to and fro."""

    stack: list[Frame] = field(default_factory=list[Frame])
    history: list[Frame] = field(default_factory=list[Frame])
    at: int = -1

    @property
    def current(self) -> Frame | None:
        """The list on top."""
        return self.stack[-1] if self.stack else None

    def open(self, frame: Frame, *, below: bool) -> list[Frame]:
        """Put a frame on top: below the current one when drilling, else alone. Return frames nobody needs any more."""
        before = {id(kept): kept for kept in (*self.stack, *self.history)}
        if not below:
            self.stack = [frame]
        elif frame in self.stack:
            del self.stack[self.stack.index(frame) + 1 :]
        else:
            self.stack.append(frame)
        self.history = [*self.history[: self.at + 1], frame][-HISTORY_KEPT:]
        self.at = len(self.history) - 1
        kept = {id(one) for one in (*self.stack, *self.history)}
        return [one for key, one in before.items() if key not in kept]

    def back(self) -> Frame | None:
        """Leave the top frame; return the one below, None if there is none."""
        if len(self.stack) < 2:
            return None
        self.stack.pop()
        if self.stack[-1] in self.history:
            self.at = len(self.history) - 1 - self.history[::-1].index(self.stack[-1])
        return self.stack[-1]

    def travel(self, step: int) -> Frame | None:
        """Go through the history; return the frame there, None at its end."""
        if not 0 <= self.at + step < len(self.history):
            return None
        self.at += step
        frame = self.history[self.at]
        self.stack = self.stack[: self.stack.index(frame) + 1] if frame in self.stack else [frame]
        return frame

    def last_store(self, own: Connection) -> Connection | None:
        """Return the connection of the newest list of one store, None if there was none."""
        frames = (*self.stack[::-1], *self.history[self.at :: -1])
        return next((frame.connection for frame in frames if frame.connection is not own and not frame.parts), None)

    def find(self, connection: Connection, resource_type: ResourceType[Any, Any], scope: Scope) -> Frame | None:
        """Return the newest frame of a list that was opened before."""
        for frame in reversed(self.history):
            if frame.is_at(connection, resource_type, scope):
                return frame
        return None

    def stretch(self, factor: float) -> None:
        """Have every list that was opened refresh so many times less often."""
        for frame in {id(kept): kept for kept in (*self.stack, *self.history)}.values():
            frame.watcher.stretch(factor)
