"""Aliases: names of one's own for places, such as `mine` for `arrays weather /temp @lab`, from settings.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.resources.place import Place, parse_place
from tui.services.errors import InvalidInput
from tui.services.printable import printable


class Aliases:
    """The aliases of the settings. A list of that name goes before an alias: no alias hides a list."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def items(self) -> list[tuple[str, str]]:
        """Return each alias with the text that it stands for, by name."""
        return sorted(self._texts.items())

    def expand(self, place: Place) -> Place:
        """Return the place that an alias stands for; what was typed behind it is added, or goes before its own.

        An alias may begin with another one. A place whose type is no alias is returned as it is.

        Raises:
            InvalidInput: the aliases go round in a circle, or the text of one is no place.
        """
        met: list[str] = []
        while place.type in self._texts:
            name = place.type
            if name in met:
                way = printable(" → ".join([*met, name]), 200)
                raise InvalidInput("arraydeck", "go", f"these aliases lead in a circle: {way}", "see [aliases]")
            met.append(name)
            try:
                meant = parse_place(self._texts[name])
            except InvalidInput as error:
                words = f"the alias {printable(name, 40)}: {error.message}"
                raise InvalidInput("arraydeck", "go", words, "see [aliases] in settings.toml") from error
            place = replace(
                meant,
                scope=meant.scope + place.scope,
                filter=place.filter or meant.filter,
                profile=place.profile or meant.profile,
            )
        return place

    @property
    def problems(self) -> list[str]:
        """What is wrong with them, a sentence for each that leads nowhere."""
        found: list[str] = []
        for name in self._texts:
            try:
                self.expand(Place(name))
            except InvalidInput as error:
                found.append(f"settings.toml: aliases.{printable(name, 40)}: {error.message}")
        return found
