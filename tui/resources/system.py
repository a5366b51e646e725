"""System: what a system's folder gives to the program. Light to import; the rest is loaded when it is used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tui.services.errors import NotFound, NotSupported

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.jobs.remote import JobSource
    from tui.resources.columns import ColumnKind, Tone
    from tui.resources.discovery import Found
    from tui.resources.types import ResourceType
    from tui.services.command_log import CommandLog
    from tui.services.serving.trouble import Trouble

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Fact:
    """A telling number or word of a profile, for its card on the home screen."""

    label: str
    value: Any
    kind: ColumnKind = "text"
    tone: Tone | None = None


class System(ABC, Generic[S]):
    """A kind of array store. One instance a process; `S` is its service, the async client."""

    name: ClassVar[str]
    title: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]
    """The URI schemes that mean this system, such as `arakoon`."""
    uri_example: ClassVar[str] = ""
    facts_stay: ClassVar[float] = 0.0
    """Seconds for which facts that cost several requests are good enough; with 0 they are asked for with every sign of
    life."""

    @abstractmethod
    async def open(self, profile: Profile) -> S:
        """Return a service on the profile's store.

        Raises:
            ServiceError: it cannot be opened; the message says why.
        """

    def watch(self, service: S, log: CommandLog, profile: str) -> None:
        """Let a service write every request that it sends from now on into `log`, if it sends any that tell something.

        What is asked of the service is in the log already; this is what goes over the wire for it.
        """

    @abstractmethod
    async def close(self, service: S) -> None:
        """Let go of all that `open` took. Safe to call twice."""

    @abstractmethod
    async def probe(self, service: S) -> None:
        """Ask the store for a sign of life, as cheaply as it can be had.

        Raises:
            ServiceError: it gave none.
        """

    @abstractmethod
    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        """Import and return the resource types in the order of their digit keys."""

    def options_model(self) -> type[BaseModel] | None:
        """Return the model that validates a profile's `options`, None if there are none."""
        return None

    def accepts(self, uri: str) -> bool:
        """Whether `uri` means this system. Looks at the text alone, unless a path must be looked at."""
        scheme, colon, _ = uri.partition(":")
        return bool(colon) and scheme.lower() in self.schemes

    def discover(self) -> Sequence[Found]:
        """Return what this system's own tools left on this machine. Runs in a thread, beside other systems.

        It reads no secret, and looks at a bounded number of files of a bounded size.
        """
        return ()

    async def facts(self, service: S) -> Sequence[Fact]:
        """Return the few most telling numbers of the store, for its card."""
        return ()

    def notice(self, service: S) -> str:
        """Return what the header must always say of how the store is read or written now, "" if nothing is special."""
        return ""

    def job_source(self, service: S) -> JobSource | None:
        """Return what knows the jobs of the store itself, for the list of all jobs; None if it has none."""
        return None

    def screen(self, name: str) -> str:
        """Return where a screen of this system's own is, as `module:Class`.

        Raises:
            NotSupported: it has no such screen.
        """
        raise NotSupported(self.name, "screen", f"{self.title} has no screen called {name}")

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        """Make sample data below `folder`, with what shall go wrong, and return the profiles that show it.

        Runs in the demo's own process. What moves by itself is bounded: a demo may be left open for days.
        """
        return ()

    def demo_secrets(self, profile: Profile) -> Mapping[str, str]:
        """Return what a profile of `demo` logs in with, by the names of its secrets. It opens the sample alone."""
        return {}

    @cached_property
    def types(self) -> dict[str, ResourceType[Any, Any]]:
        """The resource types by name, imported when first asked for."""
        return {made.name: made for made in (kind() for kind in self.load_types())}

    def type_named(self, name: str) -> ResourceType[Any, Any]:
        """Return the resource type of that name or alias.

        Raises:
            NotFound: this system has none; the hint lists what it has.
        """
        for made in self.types.values():
            if name == made.name or name in made.aliases:
                return made
        known = ", ".join(self.types)
        raise NotFound(self.name, "types", f"{self.title} has no resource type {name!r}", f"it has {known}")

    def children(self, resource_type: ResourceType[Any, Any]) -> tuple[ResourceType[Any, Any], ...]:
        """Return the types that hang below `resource_type`, the one that `enter` opens first."""
        return tuple(made for made in self.types.values() if made.parent is type(resource_type))

    def child_of(self, resource_type: ResourceType[Any, Any], item: Any) -> ResourceType[Any, Any] | None:
        """Return the type that `enter` drills into from `item`, None at a leaf."""
        named = resource_type.child_of(item)
        if named is not None:
            return self.types[named] if named else None
        children = self.children(resource_type)
        return children[0] if children else None

    def ancestry(self, resource_type: ResourceType[Any, Any]) -> tuple[ResourceType[Any, Any], ...]:
        """Return the type's parents, outermost first, and the type itself: one for each level of a scope."""
        chain = [resource_type]
        while (parent := chain[0].parent) is not None:
            chain.insert(0, self.types[parent.name])
        return tuple(chain)
