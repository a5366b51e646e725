"""SystemScreen: the frame of a system's own screens: a header, what the system shows, and the keys. It is live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen

from tui.resources.watcher import Watcher
from tui.services.errors import ServiceError
from tui.services.printable import printable
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.app import ArraydeckApp
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType, Scope

S = TypeVar("S")
D = TypeVar("D")


class SystemScreen(Screen[None], Generic[S, D]):
    """A look at one item of a list, or with None at the list's place. A subclass says what `load` fetches, `show`
    paints.

    `load` runs every `refresh_every` seconds while the screen is seen, 0 only when asked; `show` is called with what it
    returned. What fails is said in the header, and what was shown stays.
    """

    DEFAULT_CSS = "SystemScreen #system-body { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,h,q", "back", "back", id="system.back"),
        Binding("r", "refresh_now", "refresh now", id="system.refresh"),
    ]
    refresh_every: ClassVar[float] = 2.0
    keys_shown: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "back"), ("r", "refresh"))

    app: ArraydeckApp  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, item: Any) -> None:
        super().__init__()
        self.connection, self.kind, self.scope, self.item = connection, kind, scope, item
        self.problem: ServiceError | None = None
        self.watcher = Watcher(self._refresh, self.refresh_every, retry_in=lambda: connection.health.delay)

    def compose(self) -> ComposeResult:
        yield HeaderLine(id="system-head")
        with Vertical(id="system-body"):
            yield from self.compose_body()
        yield KeyLine()

    def compose_body(self) -> ComposeResult:
        """Make what the system shows."""
        raise NotImplementedError

    async def load(self, service: S) -> D:
        """Fetch what is to be shown. Raises `ServiceError`."""
        raise NotImplementedError

    def show(self, data: D) -> None:
        """Show what was fetched."""
        raise NotImplementedError

    def parts(self) -> tuple[Part, ...]:
        """Return what the header says besides profile and place."""
        return ()

    @property
    def place(self) -> str:
        """What is looked at, for the header."""
        return (
            self.kind.name if self.item is None else f"{self.kind.name} › {printable(self.kind.label(self.item), 60)}"
        )

    @property
    def ascii(self) -> bool:
        """Whether only ASCII may be shown."""
        return bool(getattr(self.app, "ascii", False))

    def on_mount(self) -> None:
        self.query_one(KeyLine).show_own(self.keys_shown)
        self._head()
        self.watcher.resume()

    def on_screen_resume(self) -> None:
        self.watcher.resume()

    def on_screen_suspend(self) -> None:
        self.watcher.pause()

    def on_unmount(self) -> None:
        self.watcher.pause()

    async def _refresh(self) -> None:
        words = self.kind.name if self.item is None else f"{self.kind.name} {self.kind.key(self.item)}"
        try:
            service = await self.connection.service()
            async with self.connection.watched(f"look at {words}"):
                found = await self.load(service)
        except ServiceError as error:
            self.problem = error
            self._head()
            raise
        self.problem = None
        self.show(found)
        self._head()

    def _head(self) -> None:
        profile = self.connection.profile
        is_prod = profile.tag == "prod"
        parts = [
            Part(f"PROD {profile.name}" if is_prod else profile.name, "prod" if is_prod else "title", 9),
            Part("read-only" if profile.read_only else "", "warn", 8),
            Part(self.connection.notice, "bad", 9),
            Part(self.place, None, 8),
            *self.parts(),
        ]
        if self.problem is not None:
            parts.append(Part(printable(str(self.problem), 200), "bad", 9, right=True, cut=True))
        self.query_one("#system-head", HeaderLine).show(*parts)

    def say(self, message: str) -> None:
        """Show a message in the keys' place."""
        self.query_one(KeyLine).say(printable(message, 400))

    def action_back(self) -> None:
        self.dismiss()

    def action_refresh_now(self) -> None:
        self.watcher.now()


def screen_class(where: str) -> type[SystemScreen[Any, Any]]:
    """Return the class that `module:Class` names."""
    from importlib import import_module

    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
