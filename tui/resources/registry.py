"""Registry: finds the systems by name, lazily; those of third parties through the entry-point group."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui.resources.system import System
from tui.services.errors import InvalidInput, NotFound
from tui.services.printable import printable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from tui.resources.discovery import Found

GROUP = "arraydeck.systems"

AnySystem = System[Any]


class Registry:
    """The systems that this installation knows. `problems` says which could not be loaded, and why."""

    def __init__(self) -> None:
        self._loaded: dict[str, AnySystem] = {}
        self.problems: dict[str, str] = {}

    def names(self) -> list[str]:
        """Return the names of all systems, those of third parties last. Imports none of them."""
        built_in = list(_built_in())
        return built_in + [name for name in _entry_points() if name not in built_in]

    def system(self, name: str) -> AnySystem:
        """Return the system of that name, importing its folder if need be.

        Raises:
            NotFound: there is none, or it is a plug-in that cannot be loaded.
        """
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def systems(self) -> Iterator[AnySystem]:
        """Yield every system that can be loaded; a broken one is noted in `problems` and skipped."""
        for name in self.names():
            try:
                yield self.system(name)
            except NotFound:
                continue

    def discovered(self) -> list[Found]:
        """Return what the systems' own tools left on this machine. Blocks for a while at most.

        A system that cannot look is noted in `problems`, and hides nothing that others find.
        """
        from tui.resources.discovery import look_around

        found, problems = look_around(list(self.systems()))
        self.problems |= problems
        return found

    def for_uri(self, uri: str) -> AnySystem:
        """Return the system that `uri` means.

        Raises:
            InvalidInput: no system knows it; the hint shows what they do know.
        """
        for system in self.systems():
            if system.accepts(uri):
                return system
        known = ", ".join(system.uri_example for system in self.systems() if system.uri_example)
        raise InvalidInput("arraydeck", "open", f"no system knows the address {printable(uri, 200)}", f"try {known}")

    def _load(self, name: str) -> AnySystem:
        try:
            system: object
            if name in _built_in():
                system = importlib.import_module(f"tui.systems.{name}").system
            elif name in _entry_points():
                system = _entry_points()[name].load()
            else:
                known = ", ".join(self.names())
                raise NotFound("arraydeck", "systems", f"there is no system {printable(name, 80)}", f"known: {known}")
            if not isinstance(system, System):
                raise TypeError("the entry point is not a System")
            return cast("AnySystem", system)
        except NotFound:
            raise
        except Exception as error:
            reason = printable(f"{type(error).__name__}: {error}", 300)
            self.problems[name] = reason
            hint = "repair or remove the plug-in; the other systems are not touched by it"
            raise NotFound("arraydeck", "systems", f"the system {name} cannot be loaded: {reason}", hint) from error


def forget_entry_points() -> None:
    """Look for plug-ins anew when next asked, since one was installed meanwhile."""
    _entry_points.cache_clear()


@cache
def _built_in() -> tuple[str, ...]:
    folder = Path(__file__).parent.parent / "systems"
    return tuple(sorted(module.name for module in pkgutil.iter_modules([str(folder)]) if module.ispkg))


@cache
def _entry_points() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP)}
