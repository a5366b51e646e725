"""A terminal to compare by: pyte's, with the attributes that pyte does not know, read as an eye sees it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pyte
from rich.cells import cell_len

_LINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")
_PRIVATE = re.compile(r"\x1b\[\?2026[hl]|\x1b\[6n")


class _Cell(NamedTuple):
    data: str = " "
    fg: str = "default"
    bg: str = "default"
    bold: bool = False
    italics: bool = False
    underscore: bool = False
    strikethrough: bool = False
    reverse: bool = False
    blink: bool = False
    dim: bool = False
    link: str = ""


class _Screen(pyte.Screen):
    link = ""

    @property
    def default_char(self) -> Any:
        return _Cell(link=self.link)

    def select_graphic_rendition(self, *attributes: int, **private: Any) -> None:
        super().select_graphic_rendition(*attributes, **private)
        dim = self.cursor.attrs.dim
        codes = iter(attributes or (0,))
        for code in codes:
            if code in (38, 48):
                for _ in range(1 if next(codes) == 5 else 3):
                    next(codes)
            elif code in (0, 2, 22):
                dim = code == 2
        self.cursor.attrs = self.cursor.attrs._replace(dim=dim)

    def report_device_status(self, *_: Any, **__: Any) -> None:
        return None


class Terminal:
    """Shows what is fed to it. Lines do not wrap, as Textual asks of a terminal."""

    def __init__(self, width: int, height: int) -> None:
        self._screen = _Screen(width, height)
        self._screen.reset_mode(7, private=True)
        self._screen.cursor.attrs = _Cell()
        self._stream = pyte.Stream(self._screen)
        self.fed = 0

    def feed(self, text: str) -> None:
        """Take what a program writes."""
        self.fed += len(text)
        text = _PRIVATE.sub("", text)
        for index, part in enumerate(_LINK.split(text)):
            if index % 2:
                self._screen.link = part
                self._screen.cursor.attrs = self._screen.cursor.attrs._replace(link=part)
            else:
                self._stream.feed(part)

    def poke(self, y: int, x: int) -> None:
        """Change one cell, as a defect would."""
        cell = self._screen.buffer[y][x]
        self._screen.buffer[y][x] = cell._replace(data="#" if cell.data != "#" else "+")

    def seen(self) -> list[list[tuple[Any, ...]]]:
        """Return what is seen in each cell: of a blank no more than its paper."""
        lines: list[list[tuple[Any, ...]]] = []
        for y in range(self._screen.lines):
            line = self._screen.buffer[y]
            lines.append([_seen(line[x - 1].data, line[x], line[x + 1].data) for x in range(self._screen.columns)])
        return lines

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._screen.display)


def _seen(before: str, cell: Any, after: str) -> tuple[Any, ...]:
    dim, link = getattr(cell, "dim", False), getattr(cell, "link", "")
    data = cell.data
    is_half = (after != "" and cell_len(data) == 2) if data else cell_len(before) < 2
    if is_half:
        data = " "  # the other half of a wide character was written over
    if data != " ":
        return (data, *cell[1:9], dim, link)
    lines = (cell.underscore, cell.strikethrough, cell.reverse, cell.blink)
    ink = (cell.fg, cell.bold, dim) if any(lines) or link else ()
    return (data, cell.bg, *lines, *ink, link)


def differences(one: Terminal, other: Terminal) -> list[str]:
    """Return where two terminals are seen to differ, a line for each cell."""
    found: list[str] = []
    for y, (line, others) in enumerate(zip(one.seen(), other.seen(), strict=True)):
        for x, (cell, counterpart) in enumerate(zip(line, others, strict=True)):
            if cell != counterpart:
                found.append(f"line {y} column {x}: {cell} and {counterpart}")
    return found
