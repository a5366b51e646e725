"""Pen: writes at places of the screen with the shortest moves and steps between looks."""

from __future__ import annotations

from tui.display.looks import Look, Looks


class Pen:
    """Collects the bytes of one frame. It knows where the cursor is and which look is on, or that nobody knows."""

    def __init__(self, width: int, height: int, looks: Looks) -> None:
        self._width = width
        self._height = height
        self._looks = looks
        self._place: tuple[int, int] | None = None
        self.look: Look | None = None
        self._parts: list[str] = []

    def take(self) -> str:
        """Return what was written, and begin anew. A link never stays open between frames."""
        if self.look is not None and self.look.link:
            self.use(self._looks.plain)
        text = "".join(self._parts)
        self._parts = []
        return text

    def forget(self) -> None:
        """Know neither place nor look: somebody else wrote."""
        self._place = self.look = None

    def leave(self) -> None:
        """Have everything as Textual's own writing expects it: no look, all lines scroll."""
        self._parts.append("\x1b[m\x1b[r")
        self.forget()

    def raw(self, sequence: str) -> None:
        """Write a sequence that leaves the cursor nobody knows where."""
        self._parts.append(sequence)
        self._place = None

    def use(self, look: Look) -> None:
        """Go on with this look."""
        if self.look is not look:
            self._parts.append(self._looks.step(self.look, look))
            self.look = look

    def write(self, text: str, cells: int) -> None:
        """Write a text where the cursor is."""
        self._parts.append(text)
        if self._place is None:
            return
        x = self._place[1] + cells
        # At the right border terminals differ in where the cursor stays; of what is made of several code points, in
        # how wide it is.
        sure = x < self._width and (cells != 1 or len(text) == 1)
        self._place = (self._place[0], x) if sure else None

    def erase(self, cells: int | None = None) -> None:
        """Erase so many cells, or all to the end of the line. The cursor stays."""
        self._parts.append("\x1b[K" if cells is None else f"\x1b[{cells}X")

    def doubt(self) -> None:
        """Trust the cursor's place no longer."""
        self._place = None

    def move(self, y: int, x: int) -> None:
        """Have the cursor at a line and a column, both counted from 0."""
        if self._place != (y, x):
            self._parts.append(_move(self._place, y, x, self._height))
            self._place = (y, x)


def _move(place: tuple[int, int] | None, y: int, x: int, height: int) -> str:
    """Return the shortest way from a place to another."""
    best = f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"
    if x == y == 0:
        best = "\x1b[H"
    if place is None:
        return best
    ways = [best]
    line, column = place
    if line == y:
        ways.append(_along(column, x))
        ways.append("\r" + _along(0, x))
    elif line + 1 == y < height:
        ways.append("\r\n" + _along(0, x))
    if column == x and line != y:
        distance, letter = (y - line, "B") if y > line else (line - y, "A")
        ways.append(f"\x1b[{distance if distance > 1 else ''}{letter}")
    return min(ways, key=len)


def _along(column: int, x: int) -> str:
    """Return the way along a line."""
    distance = abs(x - column)
    if distance == 0:
        return ""
    if x < column and distance <= 3:
        return "\b" * distance
    return f"\x1b[{distance if distance > 1 else ''}{'C' if x > column else 'D'}"
