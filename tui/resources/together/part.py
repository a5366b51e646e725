"""Part: what one profile gives to a list of several profiles: a list of its own, which loads and refreshes alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.resources.cells import duration_text
from tui.resources.listing import Listing
from tui.resources.together.below_all import Placed, below_all
from tui.resources.watcher import Watcher
from tui.services.health import State
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.columns import Column
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType, Scope


@dataclass(frozen=True, slots=True)
class Source:
    """A list that is one of several: where it is, and of which type. `scope` may lack its last word: then all that
    hangs below any such parent is meant."""

    connection: Connection
    type: ResourceType[Any, Any]
    scope: Scope

    @property
    def is_below_all(self) -> bool:
        """Whether the scope lacks its last word."""
        return len(self.scope.parents) < self.type.depth

    @property
    def profile(self) -> str:
        """The profile's name."""
        return self.connection.profile.name

    @property
    def listed(self) -> ResourceType[Any, Any]:
        """The type whose pages are listed; its items are `Placed` where no single parent was named."""
        if not self.is_below_all:
            return self.type
        return below_all(self.type, self.connection.system.ancestry(self.type)[-2])

    def unpacked(self, listed: Any) -> tuple[Scope, Any]:
        """Return the scope and the item of what was listed."""
        return (listed.scope, listed.item) if isinstance(listed, Placed) else (self.scope, listed)

    def path(self, scope: Scope, item: Any) -> str:
        """Return what names an item of this source: its key, after its parent's where no single one was named."""
        key = self.type.key(item)
        return f"{scope.parent}/{key}" if self.is_below_all else key

    @property
    def parent_name(self) -> str:
        """What a parent is called, where a column must say which: `org`. Empty where one was named."""
        if not self.is_below_all:
            return ""
        parent = self.connection.system.ancestry(self.type)[-2]
        return parent.aliases[0] if parent.aliases else parent.name


class Part:
    """A source that is being looked at. It refreshes by itself while the list is seen, whatever becomes of others."""

    def __init__(self, source: Source, settings: Settings, *, load_limit: int) -> None:
        lists, kind = settings.lists, source.listed
        self.source = source
        self.listing = Listing(
            source.connection, kind, source.scope, load_limit=load_limit, moved_seconds=lists.moved_seconds
        )
        health = source.connection.health
        self.watcher = Watcher(self.listing.refresh, kind.refresh * lists.refresh, retry_in=lambda: health.delay)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of this part's items, as far as they are known."""
        return self.source.type.columns if self.source.is_below_all else self.listing.view.columns

    @property
    def is_well(self) -> bool:
        """Whether its rows are what the store said last."""
        state = self.listing.state
        return state.refreshed is not None and state.error is None

    def rows(self) -> Iterator[tuple[Scope, Any]]:
        """Yield the scope and the item of everything that is loaded, in the store's order."""
        return (self.source.unpacked(listed) for listed in self.listing.view.items())

    @property
    def trouble(self) -> str:
        """What keeps it from being well, in words; empty if nothing does."""
        state, health = self.listing.state, self.source.connection.health
        if self.is_well:
            return ""
        if state.error is None:
            return "loading"
        down = health.state in (State.OFFLINE, State.UNAUTHENTICATED)
        words = health.words if down else printable(str(state.error), 120)
        if health.state is State.OFFLINE:
            words = words.replace("offline", "disconnected", 1)
        return words

    @property
    def age(self) -> str:
        """How old its rows are, in words; empty while they are as new as can be, or there are none."""
        state = self.listing.state
        if self.is_well or state.refreshed is None:
            return ""
        seconds = (datetime.now(UTC) - state.refreshed).total_seconds()
        return f"{state.loaded:,} rows from {duration_text(seconds)} ago"
