"""What the viewer says of an array beside its picture, as plain lines."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.resources.arrays.array_source import item_bytes
from tui.resources.arrays.picture import is_complex, short_number, value_text
from tui.resources.cells import bytes_text, number_text
from tui.services.printable import printable
from tui.widgets.facts_pane import Fact

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource
    from tui.resources.arrays.array_statistics import ArrayStatistics

BARS = 12
NOTE_WIDTH = 32


def array_facts(
    source: ArraySource, statistics: ArrayStatistics | None, note: str, share: float | None
) -> Sequence[Fact]:
    """Return the facts of an array. `note` says what is going on with its statistics, `share` how far it has come."""
    facts = [Fact("array"), *_facts_of(source), Fact("", "")]
    if statistics is None:
        return [*facts, Fact("statistics"), Fact(note or "not yet", "")]
    what = "all cells" if statistics.is_exact else f"sample of {number_text(statistics.cells)}"
    facts += [Fact(f"statistics, {what}"), *_statistics_facts(source, statistics)]
    if note:
        facts.append(Fact(note, "" if share is None else f"{share:.0%}"))
    if statistics.histogram is not None:
        facts += [Fact("", ""), Fact("histogram"), *_bars(statistics)]
    return facts


def _facts_of(source: ArraySource) -> list[Fact]:
    cells = math.prod(source.shape)
    chunks = "in one piece" if source.chunks is None else _by(source.chunks)
    fill = "none" if source.fill_value is None else value_text(source.fill_value)
    facts = [
        Fact("type", source.dtype),
        Fact("shape", _by(source.shape) or "one cell"),
        Fact("size", f"{bytes_text(cells * item_bytes(source.dtype))}"),
        Fact("chunks", chunks),
        Fact("fill value", printable(fill, 20)),
    ]
    if not source.written:
        facts.append(Fact("written", "never"))
    return [*facts, *(Fact(line, "") for line in textwrap.wrap(printable(source.note), NOTE_WIDTH))]


def _statistics_facts(source: ArraySource, found: ArrayStatistics) -> list[Fact]:
    if not found.count:
        words = "every cell is the fill value" if found.filled == found.cells else "no number in these cells"
        return [Fact("cells", number_text(found.cells)), Fact(words, "")]
    of = " magnitude" if is_complex(source.dtype) else ""
    facts = [
        Fact("values", number_text(found.count)),
        Fact(f"min{of}", _number(found.minimum)),
        Fact(f"max{of}", _number(found.maximum)),
        Fact(f"mean{of}", f"{found.mean:.7g}"),
        Fact(f"std{of}", f"{found.std:.7g}"),
        Fact("NaN", number_text(found.nan)),
        Fact("fill", f"{number_text(found.filled)}  ({_percent(found.fill_share)})"),
    ]
    return [*facts, Fact("infinite", number_text(found.infinite))] if found.infinite else facts


def _bars(found: ArrayStatistics) -> list[Fact]:
    assert found.histogram is not None
    few = found.histogram.coarsened(BARS)
    most = max(few.counts)
    edges = few.edges
    return [
        Fact(short_number(edges[number]), number_text(count), count / most) for number, count in enumerate(few.counts)
    ]


def _number(value: float | int | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.7g}"


def _percent(share: float) -> str:
    return "0 %" if share == 0 else "100 %" if share == 1 else f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def _by(lengths: Sequence[int]) -> str:
    return " x ".join(str(length) for length in lengths)
