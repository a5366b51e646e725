"""DetailPane: a `Detail` beside the list, following the cursor."""

from __future__ import annotations

from rich.cells import cell_len
from textual.containers import VerticalScroll
from textual.content import Content, Span
from textual.widgets import Static

from tui.resources.cells import full_text
from tui.resources.columns import Tone
from tui.resources.detail import Detail, Section, Table
from tui.services.printable import printable

_COLOURS: dict[Tone, str] = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error",
    "stale": "$text-muted",
    "muted": "$text-muted",
    "accent": "$text-accent",
}
MOST = 4_000
"""Characters of one value; the JSON view has the whole."""


class DetailPane(VerticalScroll):
    """Shows sections, tables, links and previews as text that no data can turn into markup."""

    DEFAULT_CSS = """
    DetailPane { padding: 0 1; }
    DetailPane Static { width: 1fr; height: auto; }
    """
    can_focus = True

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._body = Static(markup=False)
        self.detail: Detail | None = None

    def compose(self):
        yield self._body

    def show(self, detail: Detail) -> None:
        """Show a detail; the scroll stays where it is if it is the same item's."""
        same = self.detail is not None and self.detail.title == detail.title
        if self.detail == detail:
            return
        self.detail = detail
        self._body.update(detail_content(detail))
        if not same:
            self.scroll_home(animate=False)

    def show_words(self, words: str, tone: Tone = "muted") -> None:
        """Show a sentence instead."""
        self.detail = None
        self._body.update(Content.styled(printable(words), _COLOURS[tone]))


def detail_content(detail: Detail) -> Content:
    """Return the text of a detail, styled by role."""
    lines: list[Content] = [Content.styled(printable(detail.title, 200), "bold")]
    for section in detail.sections:
        lines += [Content(""), Content.styled(printable(section.title, 80).upper(), "$text-accent bold")]
        lines += _fields(section)
        if section.table is not None:
            lines += _table(section.table)
    if detail.links:
        lines += [Content(""), Content.styled("LINKS (o)", "$text-accent bold")]
        lines += [Content("  " + printable(link.label, 80)) for link in detail.links]
    if detail.previews:
        lines += [Content(""), Content.styled("PREVIEWS (o)", "$text-accent bold")]
        lines += [Content("  " + printable(preview.label, 80)) for preview in detail.previews]
    return Content("\n").join(lines)


def _fields(section: Section) -> list[Content]:
    labels = [printable(field.label, 40) for field in section.fields]
    width = min(max((cell_len(label) for label in labels), default=0), 22)
    lines: list[Content] = []
    for label, field in zip(labels, section.fields, strict=True):
        value = full_text(field.value, field.kind)
        if len(value) > MOST:
            value = value[:MOST] + "… (y shows all)"
        head = f"{label.ljust(width)}  "
        spans = [Span(0, len(head), "$text-muted")]
        if field.tone is not None:
            spans.append(Span(len(head), len(head) + len(value), _COLOURS[field.tone]))
        lines.append(Content(head + value, spans))
    return lines


def _table(table: Table) -> list[Content]:
    rows = [[full_text(value, "text")[:200] for value in row] for row in table.rows]
    widths = [
        min(max([cell_len(heading), *(cell_len(row[index]) for row in rows)]), 40)
        for index, heading in enumerate(table.headings)
    ]
    heading = "  ".join(text.ljust(width) for text, width in zip(table.headings, widths, strict=True))
    lines = [Content.styled(heading.rstrip(), "$text-muted")]
    for row in rows:
        lines.append(Content("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()))
    return lines
