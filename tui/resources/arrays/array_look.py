"""ArrayLook: how a person wants an array's numbers shown: which part, which colours, and from where to where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from tui.resources.arrays.colour_maps import MAPS, MapKind
from tui.resources.arrays.picture import MOST_CLASSES, Part, Scale, choose_scale

LookFit = Literal["robust", "full", "array", "held"]

_FIT_WORDS: dict[LookFit, str] = {
    "robust": "2-98 % of plane",
    "full": "min-max of plane",
    "array": "min-max of array",
    "held": "held",
}
_PARTS: tuple[Part, ...] = ("magnitude", "phase", "real", "imaginary")


@dataclass(slots=True)
class ArrayLook:
    """The choices so far. The kind of map is found by the first plane and kept, so that sliding does not flicker."""

    part: Part = "value"
    fit: LookFit = "robust"
    kind: MapKind | None = None
    plain: bool = False
    """Whether there are shades instead of colours, of which a diverging map would waste half."""
    array_limits: tuple[float, float] | None = None
    scale: Scale | None = None
    maps: dict[MapKind, str] = field(default_factory=dict[MapKind, str])

    @property
    def fit_words(self) -> str:
        """What the colours are fitted to, in words."""
        return "" if self.part == "phase" or self.kind == "categorical" else _FIT_WORDS[self.fit]

    def scale_for(self, values: NDArray[Any], fill_value: Any) -> Scale:
        """Return, and keep, the scale for a plane's values."""
        limits = self.array_limits if self.fit == "array" else None
        if self.fit == "held" and self.scale is not None:
            limits = (self.scale.low, self.scale.high)
        found = self._choose(values, fill_value, limits, self.kind)
        if self.kind == "categorical" and found.classes > MOST_CLASSES:
            found = self._choose(values, fill_value, limits, None)
        if self.part != "phase":
            self.kind = found.kind
        self.scale = found
        return found

    def _choose(
        self, values: NDArray[Any], fill_value: Any, limits: tuple[float, float] | None, kind: MapKind | None
    ) -> Scale:
        fit = "full" if kind == "categorical" or self.fit == "full" else "robust"
        found = choose_scale(values, fill_value, part=self.part, fit=fit, limits=limits, kind=kind)
        if self.plain and found.kind == "diverging":
            found = choose_scale(values, fill_value, part=self.part, fit=fit, limits=limits, kind="sequential")
        name = self.maps.get(found.kind)
        return found if name is None else found.with_map(name)

    def next_map(self) -> str:
        """Take the next map of the kind that is shown; past the last one, another kind that suits numbers."""
        kind = self.kind if self.part != "phase" else "cyclic"
        kind = kind or "sequential"
        names = MAPS[kind]
        at = names.index(self.maps.get(kind, names[0])) + 1
        if at < len(names):
            self.maps[kind] = names[at]
        else:
            self.maps[kind] = names[0]
            if kind in ("sequential", "diverging"):
                self.kind = "diverging" if kind == "sequential" else "sequential"
                return MAPS[self.kind][0]
        return self.maps[kind]

    def next_fit(self) -> str:
        """Fit the colours to the next thing, and return it in words."""
        order: list[LookFit] = ["robust", "full", "array", "held"]
        if self.array_limits is None:
            order.remove("array")
        self.fit = order[(order.index(self.fit) + 1) % len(order)] if self.fit in order else "robust"
        if self.fit != "held" and self.kind != "categorical":
            self.kind = None
        return self.fit_words

    def next_part(self) -> Part:
        """Show the next part of complex numbers."""
        at = _PARTS.index(self.part) if self.part in _PARTS else -1
        self.part = _PARTS[(at + 1) % len(_PARTS)]
        self.kind, self.fit = None, "robust" if self.fit in ("array", "held") else self.fit
        return self.part
