"""A QR code as lines of text, two of its rows in each, for a telephone's camera to read from a terminal."""

from __future__ import annotations

BORDER = 2
"""Light modules around the code. A camera needs some; two are enough where what is around them is dark."""
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def qr_lines(text: str) -> tuple[str, ...]:
    """Return the code of a text, its light modules drawn and its dark ones left out: it is to be shown light on dark.

    Raises:
        ValueError: the text is too long for a code.
    """
    import segno

    code = segno.make(text, error="l", micro=False, boost_error=False)
    rows = [[not module for module in row] for row in code.matrix_iter(border=BORDER)]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return tuple(
        "".join(_HALVES[upper, lower] for upper, lower in zip(rows[at], rows[at + 1], strict=True))
        for at in range(0, len(rows), 2)
    )
