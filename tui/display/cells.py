"""Cells: a screen as a grid of characters and looks, painted from the updates that Textual makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, split_graphemes
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from tui.display.looks import Look, Looks

Update = LayoutUpdate | ChopsUpdate
"""What Textual draws on a whole screen. Inline programs have another update, which is left to Textual."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Unpaintable(Exception):
    """The update holds control codes: what it does to the screen cannot be known."""


class Cells:
    """A grid of cells.

    The character of a cell is a text of one or more code points, "" for the second half of a wide one, and None where
    nobody knows what is there.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.texts: list[list[str | None]] = []
        self.looks: list[list[Look | None]] = []
        self.forget()

    def forget(self) -> None:
        """Know nothing any more."""
        self.texts = [[None] * self.width for _ in range(self.height)]
        self.looks = [[None] * self.width for _ in range(self.height)]

    def forget_part(self, y: int, start: int, end: int) -> None:
        """Know nothing of a part of a line any more."""
        if 0 <= y < self.height:
            for x in range(max(start, 0), min(end, self.width)):
                self.texts[y][x] = self.looks[y][x] = None

    def line(self, y: int, width: int) -> str | None:
        """Return the text of a line's begin, None where a part of it is unknown."""
        texts = self.texts[y][:width]
        return None if None in texts else "".join(texts)  # pyright: ignore[reportArgumentType, reportCallIssue]

    def blank(self, y: int, look: Look) -> None:
        """Empty a line."""
        self.texts[y] = [" "] * self.width
        self.looks[y] = [look] * self.width

    def put(self, y: int, x: int, strip: Strip, looks: Looks) -> int:
        """Paint a strip and return the column behind it."""
        texts, styles, width = self.texts[y], self.looks[y], self.width
        begun = x
        for text, style, _ in strip:
            look, blank = looks.of(style)
            if text.isascii():
                end = min(x + len(text), width)
                text = text[: max(end - x, 0)]
                if not text:
                    continue
                texts[x:end] = text
                if look is blank or " " not in text:
                    styles[x:end] = [look] * len(text)
                elif text.isspace():
                    styles[x:end] = [blank] * len(text)
                else:
                    styles[x:end] = [blank if character == " " else look for character in text]
                x = end
            else:
                x = self._put_wide(texts, styles, x, text, (look, blank))
        # Half of a wide character was painted over: terminals blank its other half.
        if 0 < begun < width and texts[begun] != "" and _is_wide(texts[begun - 1]):
            texts[begun - 1] = " "
        if begun < x < width and texts[x] == "" and not _is_wide(texts[x - 1]):
            texts[x] = " "
        return x

    def _put_wide(
        self, texts: list[str | None], styles: list[Look | None], x: int, text: str, looks: tuple[Look, Look]
    ) -> int:
        look, blank = looks
        for character, size in _characters(text):
            if x + size > self.width:
                if x < self.width:
                    texts[x], styles[x] = " ", blank
                return self.width
            if size == 0:
                # It belongs to the character before it; at a line's begin there is none.
                at = x - 1 if x and texts[x - 1] else x - 2
                if at >= 0 and texts[at]:
                    texts[at] = f"{texts[at]}{character}"
                continue
            texts[x], styles[x] = character, blank if character == " " else look
            if size == 2:
                texts[x + 1], styles[x + 1] = "", look
            x += size
        return x


def strips_of(update: Update) -> Iterator[tuple[int, int, Strip]]:
    """Return the strips that an update writes, each with its line and column, as Textual's own writing places them."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield y, x, strip
                x += strip.cell_length
        return
    for y, start, stop in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > stop or end <= start:
                continue
            yield y, x, strip if x >= start and end <= stop else strip.crop(0, min(end, stop) - x)


def check(strips: list[tuple[int, int, Strip]]) -> None:
    """Refuse what cannot be painted.

    Raises:
        Unpaintable: a strip holds control codes.
    """
    for _, _, strip in strips:
        for text, _, control in strip:
            if control or _CONTROL.search(text):
                raise Unpaintable


@lru_cache(4096)
def _characters(text: str) -> tuple[tuple[str, int], ...]:
    """Return what a text is made of as a terminal draws it, each with its width in cells, as Rich measures it."""
    spans, _ = split_graphemes(text)
    return tuple((text[start:end], size) for start, end, size in spans)


def _is_wide(text: str | None) -> bool:
    return bool(text) and cell_len(text) == 2
