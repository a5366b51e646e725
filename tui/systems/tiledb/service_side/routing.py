"""Which handler a request goes to, by the path as it was sent: `f%2Farr` stays one segment (contract §3, §12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from tui.systems.tiledb.service_side.call import Handler
from tui.systems.tiledb.service_side.refusal import Refusal


@dataclass(frozen=True)
class Route:
    """A method and a template whose parts are words, `{name}`, or `{name?}`, which may be empty.

    `anybody`: no credential is needed.
    """

    method: str
    template: str
    handler: Handler
    anybody: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """The segments of the template."""
        return tuple(self.template.strip("/").split("/"))

    def names(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Return the decoded names of a path, None if the path is another's."""
        found: dict[str, str] = {}
        for part, segment in zip(self.parts, segments, strict=True):
            if not part.startswith("{"):
                if part != segment:
                    return None
            elif segment or part.endswith("?}"):
                found[part.strip("{?}")] = unquote(segment)
            else:
                return None
        return found


class Routing:
    """All routes of a generation. A word goes before a name, the earlier segment deciding."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[int, list[Route]] = defaultdict(list)
        for route in routes:
            self._routes[len(route.parts)].append(route)
        for same in self._routes.values():
            same.sort(key=lambda route: [part.startswith("{") for part in route.parts])

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """Return the route of a path and its names.

        Raises:
            Refusal: 404, there is none; 405, not of this method.
        """
        segments = tuple(raw_path.removeprefix("/").split("/"))
        known = False
        for route in self._routes.get(len(segments), ()):
            names = route.names(segments)
            if names is None:
                continue
            if route.method == method:
                return route, names
            known = True
        raise Refusal(405, f"{method} is not allowed here") if known else Refusal(404, "no such route")
