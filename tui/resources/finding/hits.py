"""Hits: what a search found, ranked as it comes, without doubles, and no more than can be looked through."""

from __future__ import annotations

from bisect import insort
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.resources.columns import Column, Row
from tui.resources.finding.fit import Fit, Needle
from tui.resources.finding.texts import names_of, texts_of
from tui.resources.place import Place, format_place
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.resources.types import ResourceType, Scope

KEPT = 500
COLUMNS = (
    Column("name", priority=9),
    Column("type", priority=8, width=14),
    Column("profile", priority=7),
    Column("in", priority=6),
    Column("match", priority=5, stretch=True),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found.

    `type` is empty where the hit is a profile itself, and `key` where it is a whole list. `scope` is the list's.
    `where` is the column or attribute that fits, empty for the name, and `text` what stands there. `rank` orders: names
    first, then attributes, then names that only have the letters; in each the better fit, then what was lately visited.
    """

    profile: str
    type: str
    scope: tuple[str, ...]
    key: str
    name: str
    where: str
    text: str
    rank: tuple[int, int, int, int, str]

    @property
    def identity(self) -> tuple[str, str, tuple[str, ...], str]:
        """What two hits on the same thing have in common."""
        return self.profile, self.type, self.scope, self.key

    @property
    def place(self) -> str:
        """The list in which it is, as the command bar takes it."""
        return format_place(Place(self.type, self.scope, profile=self.profile)) if self.type else f"@{self.profile}"

    @property
    def visit(self) -> str:
        """What is remembered of having gone there."""
        scope = (*self.scope, self.key) if self.key else self.scope
        return format_place(Place(self.type or "@", scope, profile=self.profile))

    @property
    def id(self) -> str:
        """What names it in a table."""
        return repr(self.identity)

    @property
    def why(self) -> str:
        """Where it fits, and what stands there."""
        return f"{self.where}: {self.text}" if self.where else ""


def hit_on_item(
    needle: Needle,
    profile: str,
    kind: ResourceType[Any, Any],
    scope: Scope,
    item: Any,
    columns: Sequence[Column],
    *,
    recent: Container[str],
    sure: bool = False,
) -> Hit | None:
    """Return the hit on an item, None if nothing of it fits. `sure` says that the store itself has found it."""
    names = names_of(kind, item)
    if not names:
        return None
    fits = [(fit, name) for name in names if (fit := needle.fit(name)) is not None]
    place, text, fit, group = "", "", Fit.FUZZY, 2
    if fits:
        fit, group = min(fits)[0], 0
    else:
        best = _best_text(needle, columns, item, "\n".join(names).casefold())
        if best is not None:
            fit, place, text = best
            group = 1
        elif sure:
            fit, group, place, text = Fit.PART, 1, "found by", "the store"
        elif not any(needle.is_fuzzy_in(name) for name in names):
            return None
    name = kind.label(item) or names[0]
    made = Hit(profile, kind.name, scope.parents, kind.key(item), name, place, text, (group, fit, 1, len(name), name))
    return made if made.visit not in recent else _as_recent(made)


def hit_on_name(needle: Needle, profile: str, type: str, name: str, text: str, recent: Container[str]) -> Hit | None:
    """Return the hit on a profile or on a whole list; `text` is what else may fit, such as an address."""
    fit, where = needle.fit(name), ""
    if fit is None and text:
        fit, where = needle.fit(text), "address"
    if fit is None:
        return None
    rank = (1 if where else 0, fit, 0, len(name), name)
    return Hit(profile, type, (), "", type or name, where, text if where else "", rank)


def _as_recent(hit: Hit) -> Hit:
    group, fit, _, length, name = hit.rank
    return Hit(hit.profile, hit.type, hit.scope, hit.key, hit.name, hit.where, hit.text, (group, fit, 0, length, name))


def _best_text(needle: Needle, columns: Sequence[Column], item: Any, names: str) -> tuple[Fit, str, str] | None:
    """Return the best fit among the item's texts; words may stand in several of them, and in the name."""
    best: tuple[Fit, str, str] | None = None
    left = {word for word in needle.words if word not in names}
    spread: list[tuple[str, str]] = []
    for place, text in texts_of(columns, item):
        folded = text.casefold()
        fit = needle.fit_folded(folded)
        if fit is not None and (best is None or fit < best[0]):
            best = fit, place, text
            if fit is Fit.EXACT:
                break
        held = {word for word in left if word in folded}
        if held:
            spread.append((place, text))
            left -= held
    if best is None and not left and spread:
        place, text = spread[0]
        return Fit.PART, place, text
    return best


class HitList:
    """The best hits so far, as a `RowSource`. `found` counts all of them, kept or not."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._hits: list[Hit] = []
        self._known: dict[tuple[str, str, tuple[str, ...], str], Hit] = {}
        self.found = 0

    def __len__(self) -> int:
        return len(self._hits)

    def __getitem__(self, index: int) -> Hit:
        return self._hits[index]

    def add(self, hit: Hit) -> bool:
        """Take a hit in; return whether it is among those that are kept, and new or better than it was."""
        known = self._known.get(hit.identity)
        if known is not None:
            if known.rank <= hit.rank:
                return False
            self._hits.remove(known)
        else:
            self.found += 1
            if len(self._hits) >= self._kept:
                if self._hits[-1].rank <= hit.rank:
                    return False
                self._known.pop(self._hits.pop().identity)
        self._known[hit.identity] = hit
        insort(self._hits, hit, key=lambda one: one.rank)
        return True

    def row(self, index: int) -> Row | None:
        """Return a row for a table with COLUMNS."""
        if not 0 <= index < len(self._hits):
            return None
        hit = self._hits[index]
        cells = (hit.name, hit.type or "profile", hit.profile, " › ".join(hit.scope), hit.why)
        return Row(hit.id, tuple(printable(cell, 300) for cell in cells), {4: "muted"})

    def index_of(self, key: str) -> int | None:
        """Return where the hit of that id is."""
        return next((index for index, hit in enumerate(self._hits) if hit.id == key), None)

    def want(self, first: int, last: int) -> None:
        """All rows are here already."""
