"""AsciiFilter: our own signs and lines in ASCII, for terminals that have nothing else. Foreign text stays as it is."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "●": "+", "▲": "!", "✖": "x", "◌": "~", "○": "-", "◆": "*", "…": ".", "—": "-", "–": "-", "›": ">", "·": "-",
    "↑": "^", "↓": "v", "▼": "v", "▶": ">", "◀": "<", "✓": "y", "✗": "x", "•": "*", "’": "'",
    "─": "-", "━": "=", "│": "|", "┃": "#", "═": "=", "║": "|",
    "░": ".", "▒": ":", "▔": "-", "▁": "_", "▎": "|", "▊": "|", "▏": "|", "▕": "|", "█": "#", "▌": "|", "▐": "|",
    "▂": ".", "▃": ",", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "▀": "-",
}  # fmt: skip
_CORNERS = "┌┐└┘╭╮╰╯┏┓┗┛╔╗╚╝├┤┬┴┼┣┫┳┻╋"
_TABLE = str.maketrans(_SIGNS | dict.fromkeys(_CORNERS, "+"))


class AsciiFilter(LineFilter):
    """Replaces each sign by one of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments with their signs replaced."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(_TABLE), segment.style, segment.control)
            for segment in segments
        ]
