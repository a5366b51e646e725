"""Capital letters and digits drawn large, of half blocks or of plain characters."""

from __future__ import annotations

_ROWS = 5
# Five rows of three, a digit each, whose bits are the columns from the left.
_GLYPHS = {
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553", "H": "55755",
    "I": "72227", "J": "11152", "K": "55655", "L": "44447", "M": "57755", "N": "65555", "O": "25552", "P": "65644",
    "Q": "25563", "R": "65655", "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255",
    "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717",
    "6": "74757", "7": "71122", "8": "75757", "9": "75717", "-": "00700", " ": "00000",
}  # fmt: skip


def large_lines(text: str, *, ascii: bool = False) -> tuple[str, ...]:
    """Return a text in letters of three cells by five, two rows a line; () if a character of it cannot be drawn."""
    glyphs = [_GLYPHS.get(character) for character in text.upper()]
    if not all(glyphs):
        return ()
    rows = [" ".join(_row(int(glyph[at]) if glyph else 0) for glyph in glyphs) for at in range(_ROWS)]
    if ascii:
        return tuple(row.replace("█", "#") for row in rows)
    rows.append(" " * len(rows[0]))
    return tuple(
        "".join(_half(upper, lower) for upper, lower in zip(rows[at], rows[at + 1], strict=True))
        for at in range(0, len(rows), 2)
    )


def _row(bits: int) -> str:
    return "".join("█" if bits & bit else " " for bit in (4, 2, 1))


def _half(upper: str, lower: str) -> str:
    if upper == lower:
        return upper
    return "▀" if upper != " " else "▄"
