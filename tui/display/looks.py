"""Looks: how a cell is drawn (attributes, colours, link), and the fewest bytes that lead from one look to another."""

from __future__ import annotations

from dataclasses import dataclass

from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip

_ENDED_BY = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29",
    "21": "24", "51": "54", "52": "54", "53": "55",
}  # fmt: skip
"""ECMA-48: which parameter of SGR ends which attribute. One may end two."""
_SEEN_ON_BLANKS = frozenset(("4", "5", "6", "7", "9", "21", "51", "52", "53"))
_LINK_END = "\x1b]8;;\x1b\\"
_KEPT = 4096
"""Looks, styles and steps that are remembered; a program shows a few dozen at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How a cell is drawn. There is one object for each look, so that `is` compares.

    `attributes` are SGR parameters such as `1`; `ink` and `paper` are the parameters that set the two colours, empty
    for the terminal's own; `link` is what follows `OSC 8 ;`.
    """

    attributes: frozenset[str] = frozenset()
    ink: str = ""
    paper: str = ""
    link: str = ""

    @property
    def fills(self) -> bool:
        """Whether a blank in this look is nothing but paper, so that erasing draws the same."""
        return not self.link and not self.attributes & _SEEN_ON_BLANKS

    def draws_blank_as(self, blank: Look) -> bool:
        """Whether a blank drawn with this look is seen as one that is drawn with `blank`."""
        return (
            self.paper == blank.paper
            and self.link == blank.link
            and blank.fills
            and not self.attributes & _SEEN_ON_BLANKS
        )


class Looks:
    """All looks that were met, and the steps between them. `few_colours` turns 16 million colours into 256."""

    def __init__(self, system: ColorSystem = ColorSystem.TRUECOLOR, *, few_colours: bool = False) -> None:
        self._system = system
        self._few = few_colours
        self.plain = Look()
        self._known: dict[tuple[frozenset[str], str, str, str], Look] = {}
        self._styles: dict[Style, tuple[Look, Look]] = {}
        self._steps: dict[tuple[Look, Look], str] = {}
        self._known[(self.plain.attributes, "", "", "")] = self.plain

    def of(self, style: Style | None) -> tuple[Look, Look]:
        """Return the look of a style, and that of its blanks, of which only the paper is seen."""
        if style is None:
            return self.plain, self.plain
        found = self._styles.get(style)
        if found is None:
            if len(self._styles) > _KEPT:
                self._styles.clear()
            found = self._styles[style] = self._make(style)
        return found

    def step(self, before: Look | None, after: Look) -> str:
        """Return the shortest bytes that lead from one look to another; None is a look that nobody knows."""
        if before is after:
            return ""
        if before is None:
            return _sgr(["0", *_whole(after)]) + (f"\x1b]8;{after.link}\x1b\\" if after.link else "")
        found = self._steps.get((before, after))
        if found is None:
            if len(self._steps) > _KEPT:
                self._steps.clear()
            found = self._steps[(before, after)] = _step(before, after)
        return found

    def _make(self, style: Style) -> tuple[Look, Look]:
        attributes, ink, paper = _parsed(Strip.render_ansi(style, self._system))
        if self._few:
            ink, paper = _fewer(ink), _fewer(paper)
        link = f"id={style.link_id};{style.link}" if style.link else ""
        look = self._one(attributes, ink, paper, link)
        if look.attributes & _SEEN_ON_BLANKS or link:
            return look, look
        return look, self._one(frozenset(), "", paper, "")

    def _one(self, attributes: frozenset[str], ink: str, paper: str, link: str) -> Look:
        key = (attributes, ink, paper, link)
        if len(self._known) > _KEPT:
            # What is on the screen in a look that is forgotten is written once more: no harm.
            self._known = {(self.plain.attributes, "", "", ""): self.plain}
        return self._known.setdefault(key, Look(*key))


def _parsed(parameters: str) -> tuple[frozenset[str], str, str]:
    """Take SGR parameters apart into attributes and the two colours."""
    attributes: set[str] = set()
    colours = {"3": "", "4": ""}
    codes = iter(parameters.split(";")) if parameters else iter(())
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes)
            values = [next(codes) for _ in range(1 if kind == "5" else 3)]
            colours[code[0]] = ";".join((code, kind, *values))
        elif code in ("39", "49"):
            colours[code[0]] = ""
        elif len(code) == 3 or (len(code) == 2 and code[0] in "349"):
            colours["4" if code[:-1] in ("4", "10") else "3"] = code
        else:
            attributes.add(code)
    return frozenset(attributes), colours["3"], colours["4"]


def _fewer(colour: str) -> str:
    """Return a colour of 16 million as the nearest of 256."""
    parts = colour.split(";")
    if len(parts) != 5:
        return colour
    near = Color.from_rgb(*(int(part) for part in parts[2:])).downgrade(ColorSystem.EIGHT_BIT)
    return f"{parts[0]};5;{near.number}"


def _whole(look: Look) -> list[str]:
    return [*sorted(look.attributes), *(colour for colour in (look.ink, look.paper) if colour)]


def _sgr(parameters: list[str]) -> str:
    return f"\x1b[{';'.join(parameters)}m" if parameters != ["0"] else "\x1b[m"


def _step(before: Look, after: Look) -> str:
    ended = {_ENDED_BY[attribute] for attribute in before.attributes - after.attributes}
    # What ends one attribute may end another that is to stay.
    kept = {attribute for attribute in before.attributes & after.attributes if _ENDED_BY[attribute] not in ended}
    small = [*sorted(ended), *sorted(after.attributes - kept)]
    if before.ink != after.ink:
        small.append(after.ink or "39")
    if before.paper != after.paper:
        small.append(after.paper or "49")
    sgr = ""
    if small:
        sgr = min((_sgr(small), _sgr(["0", *_whole(after)])), key=len)
    if before.link != after.link:
        sgr += f"\x1b]8;{after.link}\x1b\\" if after.link else _LINK_END
    return sgr
