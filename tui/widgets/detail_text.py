"""DetailText: a `Detail` as the lines of a pane, styled by role; no data can turn into markup."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui.resources.cells import full_text
from tui.resources.columns import Tone
from tui.resources.detail import Detail, Field, Section, Table
from tui.services.printable import printable

TONE_COLOURS: dict[Tone, str] = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error",
    "stale": "$foreground-muted",
    "muted": "$foreground-muted",
    "accent": "$text-accent",
}
MOST = 4_000
"""Characters of one value; the JSON view has the whole."""
NARROW = 16
"""Cells for values below which they stand under their labels instead of beside them."""


def detail_lines(detail: Detail, width: int, links_key: str = "o") -> list[Content]:
    """Return the lines of a detail, `width` cells wide. A long value goes on under where it began. `links_key` leads to
    what is linked."""
    lines = Content.styled(printable(detail.title, 200), "bold").wrap(width)
    for section in detail.sections:
        lines += [Content(""), _heading(printable(section.title, 80).upper())]
        lines += _fields(section, width)
        if section.table is not None:
            lines += _table(section.table, width)
    for heading, entries in (("LINKS", detail.links), ("PREVIEWS", detail.previews)):
        if entries:
            lines += [Content(""), _heading(f"{heading} ({links_key})")]
            lines += [Content("  " + printable(entry.label, 80)) for entry in entries]
    return lines


def _heading(text: str) -> Content:
    return Content.styled(text, "$text-accent bold")


def _fields(section: Section, width: int) -> list[Content]:
    labels = [printable(field.label, 40) for field in section.fields]
    beside = min(max((cell_len(label) for label in labels), default=0), 22) + 2
    if width - beside < NARROW:
        beside = 2
    lines: list[Content] = []
    for label, field in zip(labels, section.fields, strict=True):
        head = label + " " * (beside - cell_len(label))
        first, *more = _value(field).wrap(max(width - beside, 1)) or [Content("")]
        if cell_len(head) > beside:
            lines.append(Content.styled(head, "$foreground-muted"))
            lines += [Content(" " * beside) + line for line in (first, *more)]
        else:
            lines.append(Content.styled(head, "$foreground-muted") + first)
            lines += [Content(" " * beside) + line for line in more]
    return lines


def _value(field: Field) -> Content:
    value = full_text(field.value, field.kind)
    if len(value) > MOST:
        value = value[:MOST] + "… (y shows all)"
    return Content(value) if field.tone is None else Content.styled(value, TONE_COLOURS[field.tone])


def _table(table: Table, width: int) -> list[Content]:
    headings = [printable(heading, 40) for heading in table.headings]
    rows = [[full_text(value, "text")[:200] for value in row] for row in table.rows]
    widths = [
        min(max([cell_len(heading), *(cell_len(row[index]) for row in rows)]), 40)
        for index, heading in enumerate(headings)
    ]
    lines = [Content.styled(_table_line(headings, widths), "$foreground-muted")]
    for row in rows:
        lines += _table_row(row, widths, width)
    return lines


def _table_row(row: list[str], widths: list[int], width: int) -> list[Content]:
    """Return a row; where its last cell is too long for the pane, that cell goes on under where it began."""
    text = _table_line(row, widths)
    before = _table_line([*row[:-1], "."], widths)[:-1] if row else ""
    indent = cell_len(before)
    if cell_len(text) <= width or width - indent < NARROW:
        return [Content(text)]
    first, *more = Content(row[-1]).wrap(width - indent)
    return [Content(before) + first, *(Content(" " * indent) + line for line in more)]


def _table_line(texts: list[str], widths: list[int]) -> str:
    padded = [
        text if cell_len(text) > width else set_cell_size(text, width)
        for text, width in zip(texts, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()
