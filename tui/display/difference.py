"""Difference: what has to be written so that the terminal shows what it should, given what it shows now."""

from __future__ import annotations

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate

from tui.display.cells import Cells, Update, check, strips_of
from tui.display.looks import Look, Looks
from tui.display.pen import Pen
from tui.display.shifts import Shift, find_shift

_NEAR = 4
"""Unchanged cells between two changed ones that are rather written again than jumped over."""
_LONG = 5
"""Changed blanks from which on it is shorter to erase to the end of the line."""
_ERASED = 9
"""Blanks from which on it is shorter to erase them within a line: `CSI n X` and then a move."""
_SYNC_FROM = 512
"""Characters from which on a frame is held together by the marks of synchronised output; less arrives at once."""
SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


class Difference:
    """Two screens: what the program wants to be seen, and what the terminal shows.

    `erases_in_colour` says that the terminal fills what it erases with the paper that is on (bce in terminfo).
    """

    def __init__(self, system: ColorSystem = ColorSystem.TRUECOLOR, *, erases_in_colour: bool = True) -> None:
        self._system = system
        self._erases = erases_in_colour
        self._few = False
        self._cursor = (0, 0)
        self._shape(0, 0)

    def _shape(self, width: int, height: int) -> None:
        self._looks = Looks(self._system, few_colours=self._few)
        self._wanted = Cells(width, height)
        self._shown = Cells(width, height)
        self._pen = Pen(width, height, self._looks)
        self._dirty: set[int] = set()
        self._astray = True

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self._wanted.width, self._wanted.height

    def resize(self, width: int, height: int) -> None:
        """Have screens of this size, of which nothing is known."""
        self._shape(width, height)

    def forget(self) -> None:
        """Know no longer what the terminal shows, so that all is written with the next difference."""
        self._shown.forget()
        self._pen.forget()
        self._dirty.update(range(self._wanted.height))
        self._astray = True

    def use_few_colours(self) -> None:
        """Write 256 colours from now on. What is shown has to be painted again by the program."""
        self._few = True
        self._shape(*self.size)

    def paint(self, update: Update, size: tuple[int, int]) -> None:
        """Take over what the program wants to be seen on a screen of this size.

        Raises:
            Unpaintable: the update holds control codes; nothing was taken over.
        """
        strips = list(strips_of(update))
        check(strips)
        if size != self.size:
            self._shape(*size)
        height, wanted, looks = self._wanted.height, self._wanted, self._looks
        for y, x, strip in strips:
            if 0 <= y < height:
                wanted.put(y, x, strip, looks)
                self._dirty.add(y)

    def step_aside(self, update: object) -> str:
        """Know nothing of where an update is written by somebody else; return what has to be written before it."""
        if isinstance(update, (LayoutUpdate, ChopsUpdate)):
            for y, x, strip in strips_of(update):
                self._wanted.forget_part(y, x, x + strip.cell_length)
                self._shown.forget_part(y, x, x + strip.cell_length)
        else:
            self.forget()
        self._pen.leave()
        return self._pen.take()

    def write(self, cursor: tuple[int, int] = (0, 0), *, sync: bool = False) -> str:
        """Return what has to be written, and take it for written. `cursor` is column and line of the text cursor."""
        wanted, shown, pen = self._wanted, self._shown, self._pen
        changed = [y for y in sorted(self._dirty) if self._differs(y)]
        self._dirty.clear()
        if changed and self._astray:
            pen.leave()
        self._astray = self._astray and not changed
        shift = find_shift(wanted, shown, changed)
        if shift is not None:
            self._shift(shift)
            changed = [y for y in range(wanted.height) if self._differs(y)]
        for y in changed:
            self._write_line(y)
        if cursor != self._cursor or (changed and cursor != (0, 0)):
            # An input method shows what is composed at the cursor, hidden or not.
            self._cursor = cursor
            pen.move(cursor[1], cursor[0])
        text = pen.take()
        return f"{SYNC_BEGIN}{text}{SYNC_END}" if sync and len(text) >= _SYNC_FROM else text

    def _differs(self, y: int) -> bool:
        wanted, shown = self._wanted, self._shown
        return wanted.texts[y] != shown.texts[y] or wanted.looks[y] != shown.looks[y]

    def _shift(self, shift: Shift) -> None:
        """Let the terminal move lines. What comes free is blank in no colour, on every terminal."""
        pen, shown = self._pen, self._shown
        pen.use(self._looks.plain)
        held = shift.bottom < shown.height - 1
        if held:
            pen.raw(f"\x1b[{shift.top + 1};{shift.bottom + 1}r")
        pen.move(shift.top, 0)
        count = abs(shift.by)
        pen.raw(f"\x1b[{count if count > 1 else ''}{'M' if shift.by > 0 else 'L'}" + ("\x1b[r" if held else ""))
        lines = range(shift.top, shift.bottom + 1)
        texts = {y: shown.texts[y] for y in lines}
        looks = {y: shown.looks[y] for y in lines}
        for y in lines:
            if (came_from := y + shift.by) in lines:
                shown.texts[y], shown.looks[y] = texts[came_from], looks[came_from]
            else:
                shown.blank(y, self._looks.plain)

    def _write_line(self, y: int) -> None:
        texts, looks = self._wanted.texts[y], self._wanted.looks[y]
        was, looked = self._shown.texts[y], self._shown.looks[y]
        cells = zip(texts, was, looks, looked, strict=True)
        changed = [
            x
            for x, (text, before, look, once) in enumerate(cells)
            if (text != before or look is not once) and text is not None
        ]
        if not changed:
            return
        tail = self._tail(texts, looks, changed)
        start = end = -1
        for x in changed:
            if x >= tail:
                break
            if end < 0:
                start = x
            elif not self._joins(texts, looks, end, x):
                self._write_run(y, start, end)
                start = x
            end = x + 1
        if end >= 0:
            self._write_run(y, start, end)
        if tail < len(texts):
            look = looks[tail]
            assert look is not None
            self._pen.move(y, next(x for x in changed if x >= tail))
            if self._pen.look is None or not self._pen.look.draws_blank_as(look):
                self._pen.use(look)
            self._pen.erase()
        for x in changed:
            was[x], looked[x] = texts[x], looks[x]

    def _tail(self, texts: list[str | None], looks: list[Look | None], changed: list[int]) -> int:
        """Return the column from which on the line is erased, its width if it is not."""
        width = len(texts)
        look = looks[-1]
        if texts[-1] != " " or look is None or not look.fills or (look.paper and not self._erases):
            return width
        start = width - 1
        while start and texts[start - 1] == " " and looks[start - 1] is look:
            start -= 1
        return start if sum(x >= start for x in changed) >= _LONG else width

    def _joins(self, texts: list[str | None], looks: list[Look | None], end: int, x: int) -> bool:
        """Whether unchanged cells are so few and so plain that they are rather written again."""
        if x - end > _NEAR:
            return False
        look = looks[end - 1]
        return x == end or (
            look is not None
            and all(
                text is not None
                and len(text) == 1
                and (other is look or (other is not None and text == " " and look.draws_blank_as(other)))
                for text, other in zip(texts[end:x], looks[end:x], strict=True)
            )
        )

    def _write_run(self, y: int, start: int, end: int) -> None:
        """Write a part of a line."""
        texts, looks, pen = self._wanted.texts[y], self._wanted.looks[y], self._pen
        x = start - 1 if start and texts[start] == "" else start
        while x < end:
            text, look = texts[x], looks[x]
            if not text or look is None:
                x += 1
                continue
            pen.move(y, x)
            if text == " ":
                blanks = x + 1
                while blanks < end and texts[blanks] == " " and looks[blanks] is look:
                    blanks += 1
                if pen.look is None or not pen.look.draws_blank_as(look):
                    pen.use(self._ahead(texts[blanks:end], looks[blanks:end], look))
                if blanks - x >= _ERASED and look.fills and (not look.paper or self._erases):
                    pen.erase(blanks - x)
                else:
                    pen.write(" " * (blanks - x), blanks - x)
                x = blanks
                continue
            pen.use(look)
            wide = x + 1 < len(texts) and texts[x + 1] == ""
            if wide or len(text) > 1:
                pen.write(text, 2 if wide else 1)
                if len(text) > 1:
                    pen.doubt()
                x += 1 + wide
                continue
            behind = x + 1
            while behind < end and looks[behind] is look and _is_single(texts, behind):
                behind += 1
            pen.write("".join(text for text in texts[x:behind] if text), behind - x)
            x = behind

    def _ahead(self, texts: list[str | None], looks: list[Look | None], blank: Look) -> Look:
        """Return the look for blanks: that of the text behind them if it will do, which spares a step."""
        for text, look in zip(texts, looks, strict=True):
            if text != " ":
                return look if look is not None and look.draws_blank_as(blank) else blank
            if look is not blank:
                break
        return blank


def _is_single(texts: list[str | None], x: int) -> bool:
    """Whether a cell holds one code point that is one cell wide, and no blank."""
    text = texts[x]
    return text is not None and len(text) == 1 and text != " " and (x + 1 >= len(texts) or texts[x + 1] != "")
