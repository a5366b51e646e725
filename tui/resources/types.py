"""ResourceType: what a list screen, a detail pane, the command line and the docs are all made from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tui.services.errors import NotFound, NotSupported

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.resources.actions import Action, Context
    from tui.resources.arrays.array_source import ArraySource, Index
    from tui.resources.columns import Column
    from tui.resources.detail import Detail

S = TypeVar("S")
T = TypeVar("T", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a list hangs: the keys of its parents, outermost first. The empty scope is the profile itself."""

    parents: tuple[str, ...] = ()

    def __truediv__(self, key: str) -> Scope:
        return Scope((*self.parents, key))

    @property
    def parent(self) -> str:
        """The key of the nearest parent, empty at the top."""
        return self.parents[-1] if self.parents else ""


@dataclass(frozen=True, slots=True)
class Query:
    """What a list asks of its source. A source may use `text` (the filter as typed) to send less; it need not."""

    page_size: int = 200
    text: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items in the source's own order, and how many there are in all where the source knows it."""

    items: tuple[T, ...]
    total: int | None = None


class ResourceType(Generic[S, T]):
    """A kind of thing that a system holds. One instance serves every profile and keeps no state.

    A subclass gives the class variables, `pages`, and as much of the rest as its system can do.
    """

    name: ClassVar[str]
    title: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    model: ClassVar[type[BaseModel]]
    parent: ClassVar[type[ResourceType[Any, Any]] | None] = None
    columns: ClassVar[tuple[Column, ...]]
    scoped_columns: ClassVar[str] = ""
    """What the names of those columns begin with that `columns_of` adds; "" where they may have any name."""
    refresh: ClassVar[float] = 5.0
    """Seconds between refreshes of a list that is seen; 0 refreshes on demand only."""
    prefetch: ClassVar[int] = 1000
    """Rows that are loaded without being scrolled to. A source that is dear to ask sets it low."""
    fills: ClassVar[bool] = False
    """Whether `pages` gives light items whose dear fields `fill` adds for the rows that are seen."""
    nests: ClassVar[bool] = False
    """Whether an item may hold items of this same type, as a prefix of keys holds prefixes. Its key names it whole: a
    scope has one word more than parents at most."""
    nothing: ClassVar[str] = ""
    """What an empty list says, where "there are no …" and the name is not what is meant."""
    opens: ClassVar[str | None] = None
    """The system's screen that `enter` opens on an item, rather than a list below it."""
    enters: ClassVar[str] = ""
    """The action that `enter` runs on an item, where nothing hangs below it."""
    views: ClassVar[bool] = False
    """Whether an item is an array that can be looked at: `array` gives it, and there is an action `show`."""
    searched: ClassVar[bool] = True
    """Whether a search over everything looks through lists of this type. Not one that lists what others list too."""
    finds: ClassVar[bool] = False
    """Whether `find` asks the store itself: what it gives is found, wherever it lies below the scope."""
    completes: ClassVar[bool] = False
    """Whether `completions` asks for the names that begin as typed, rather than for the first ones there are."""
    search_fills: ClassVar[int] = 50
    """Items of a list that a search fills to look at them. A type whose `fill` asks no server sets it high."""
    actions: ClassVar[Mapping[str, Action]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        from tui.resources.actions import collect_actions

        cls.actions = collect_actions(cls)
        if cls.views:
            from tui.resources.arrays.array_show import SHOW

            cls.actions = {**cls.actions, SHOW.name: SHOW}

    @property
    def depth(self) -> int:
        """How many parents a scope of this type names."""
        return 0 if self.parent is None else self.parent().depth + 1

    def below(self, scope: Scope, item: T) -> Scope:
        """Return where the lists hang that lie below `item` of the list at `scope`."""
        return Scope((*scope.parents[: self.depth], self.key(item)))

    def key(self, item: T) -> str:
        """Return the text that names `item` among its siblings, and stays the same while it lives."""
        return str(getattr(item, "name"))  # noqa: B009

    def label(self, item: T) -> str:
        """Return what a person types to confirm a deletion; the key unless that cannot be typed."""
        return self.key(item)

    def identity(self, item: T) -> Hashable:
        """Return what differs when another thing took the same name: an id, a revision, an inode."""
        return self.key(item)

    def command_of(self, item: T) -> str:
        """Return the command line that an item itself stands for, "" where it stands for none."""
        return ""

    def opens_item(self, item: T) -> str | None:
        """Return the name of the system's screen that `enter` opens on this item; None drills into a list."""
        return self.opens

    def child_of(self, item: T) -> str | None:
        """Return the name of the type that `enter` drills into; None leaves it to the system's first child, "" is
        a leaf whatever hangs below its type."""
        return None

    async def columns_of(self, service: S, scope: Scope) -> tuple[Column, ...]:
        """Return the columns of this list, where they depend on the scope."""
        return self.columns

    def pages(self, service: S, scope: Scope, query: Query) -> AsyncIterator[Page[T]]:
        """Yield the list page by page. It is consumed as far as needed and may be closed at any point."""
        raise NotSupported("arraydeck", "list", f"{self.name} cannot be listed")

    async def fill(self, service: S, scope: Scope, items: Sequence[T]) -> Sequence[T | None]:
        """Return `items` with their dear fields, in the same order; None stands for one that is gone."""
        return items

    async def get(self, service: S, scope: Scope, key: str) -> T:
        """Return the item of that key, filled.

        Raises:
            NotFound: there is none.
        """
        async for page in self.pages(service, scope, Query(page_size=1000)):
            for item in page.items:
                if self.key(item) == key:
                    filled = (await self.fill(service, scope, (item,)))[0]
                    if filled is not None:
                        return filled
        raise NotFound("arraydeck", "get", f"{self.name}: there is no {key!r}", "list them to see the names")

    async def describe(self, service: S, scope: Scope, item: T) -> Detail:
        """Return all that there is to say of `item`; made from its model unless a type knows better."""
        from tui.resources.detail import generic_detail

        return generic_detail(self, item)

    def find(self, service: S, scope: Scope, text: str) -> AsyncIterator[Page[T]]:
        """Yield the items among which a search for `text` looks; with `finds`, those that the store finds itself."""
        return self.pages(service, scope, Query(page_size=500))

    def inside(self, scope: Scope, item: T) -> tuple[str, Scope] | str | None:
        """Return the list in which a search looks inside an item once all else was searched, since that is dear: the
        name of its type, and its scope. A text says why it does not; None where there is nothing inside."""
        return None

    def listed_in(self, service: S, scope: Scope, item: T) -> Scope:
        """Return the scope of the list that shows an item which `find` gave for `scope`."""
        return scope

    async def completions(self, service: S, scope: Scope, begun: str) -> Sequence[str]:
        """Return keys of the list at `scope` for a line that is being typed, of which `begun` is there. One request."""
        async for page in self.pages(service, scope, Query()):
            return [self.key(item) for item in page.items if not self.nests or self.child_of(item) == self.name]
        return ()

    async def array(self, service: S, scope: Scope, item: T) -> ArraySource:
        """Return `item` as an array that is read piece by piece; `views` says whether there are any.

        Raises:
            ServiceError: it cannot be read.
        """
        raise NotSupported("arraydeck", "view", f"{self.name} are no arrays")

    def selection(self, source: ArraySource, text: str) -> Index:
        """Return the part of one of this type's arrays that a typed index means, such as `0, :, 10:20`.

        Raises:
            InvalidInput: it means nothing.
        """
        from tui.resources.arrays.array_index import read_index

        return read_index(source, text)

    def form_of(self, action: str, item: T) -> type[BaseModel] | None:
        """Return the form of an action on this item where it is a narrower one than the action's own."""
        return None

    def unavailable(self, service: S, action: str) -> str | None:
        """Return why the store that an open service speaks to never does this action, None if it may. At once."""
        return None

    async def choices(self, context: Context[S], field: str) -> Sequence[str]:
        """Return the values that a form's field with `asks` offers here, such as the names of buckets."""
        return ()

    async def undo(self, context: Context[S], data: Mapping[str, Any]) -> str:
        """Undo what an action of this type journalled as `data`; return what was done, in words.

        Raises:
            Conflict: it was changed since, and undoing would lose that change.
        """
        raise NotSupported("arraydeck", "undo", f"changes of {self.name} cannot be undone")
