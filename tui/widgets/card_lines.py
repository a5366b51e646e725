"""Card lines: what a profile's card says, laid out for its width: what matters most stays where room is little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.resources.cells import sign_of
from tui.resources.columns import Tone
from tui.widgets.column_layout import fit
from tui.widgets.sparkline import sparkline

LINES = 5
BETWEEN = " · "
ARROWS = {True: ("▲", "^"), False: ("▼", "v")}


@dataclass(frozen=True, slots=True)
class Told:
    """A fact in words, such as `collections 7`, and what its colour says."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """How a fact moved: `collections`, up or down, `+2 since yesterday`, and its values over the days."""

    label: str
    is_up: bool
    words: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card says. All texts are printable. `latencies` are in seconds, the newest last; `facts` and `moved`
    have the most telling first; `past` is what went wrong last and is over."""

    name: str
    system: str = ""
    tag: str = ""
    read_only: bool = False
    health: str = "connecting"
    tone: Tone = "muted"
    latencies: tuple[float, ...] = ()
    uri: str = ""
    facts: tuple[Told, ...] = ()
    moved: tuple[Moved, ...] = ()
    job: str = ""
    problem: str = ""
    hint: str = ""
    past: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one colour."""

    text: str
    tone: Tone | None = None


Line = tuple[Piece, ...]


def card_lines(content: CardContent, width: int, *, ascii: bool = False) -> list[Line]:
    """Return the lines of a card, each cut to `width` cells, `LINES` of them."""
    facts = _fact_lines(content.facts, width)
    problem_tone: Tone = "bad" if content.tone != "warn" else "warn"
    # By what gives way first when there is not room for all; shown in the order of the numbers.
    wanted: list[tuple[int, Line]] = [
        (0, _health_line(content, width, ascii)),
        (6, (Piece(content.problem, problem_tone),)),
        (2, facts[0] if facts else ()),
        (7, (Piece(content.hint, "muted"),)),
        (5, (Piece(content.job, "accent"),)),
        (4, _moved_line(content.moved, width, ascii)),
        (3, facts[1] if len(facts) > 1 else ()),
        (8, (Piece(content.past, "muted"),)),
        (1, (Piece(_end_of(content.uri, width), "muted"),)),
    ]
    lines = [(at, line) for at, line in wanted if any(piece.text for piece in line)][:LINES]
    shown = [_cut(line, width) for _, line in sorted(lines, key=lambda pair: pair[0])]
    return [*shown, *([()] * (LINES - len(shown)))]


def _health_line(content: CardContent, width: int, ascii: bool) -> Line:
    health = f"{sign_of(content.tone, ascii=ascii)} {content.health}"
    spark = sparkline(content.latencies, max(width - cell_len(health) - 2, 0), ascii=ascii)
    return (Piece(fit(health, max(width - len(spark), 0)) + spark, content.tone),)


def _fact_lines(facts: Sequence[Told], width: int) -> list[Line]:
    """Return the facts in lines, none of them broken."""
    lines: list[list[Piece]] = []
    used = 0
    for fact in facts:
        size = cell_len(fact.text)
        if lines and used + len(BETWEEN) + size <= width:
            lines[-1] += [Piece(BETWEEN, "muted"), Piece(fact.text, fact.tone)]
            used += len(BETWEEN) + size
        else:
            lines.append([Piece(fact.text, fact.tone)])
            used = size
    return [tuple(line) for line in lines]


def _moved_line(moved: Sequence[Moved], width: int, ascii: bool) -> Line:
    """Return as many trends as there is room for; the first one's days follow it where they fit."""
    pieces: list[Piece] = []
    room = width
    for one in moved:
        text = f"{one.label} {ARROWS[one.is_up][ascii]} {one.words}"
        spark = sparkline(one.values, room - cell_len(text) - 1, ascii=ascii, from_least=True)
        if len(one.values) > 1 and len(spark) >= min(len(one.values), 4):
            text = f"{text} {spark}"
        if pieces and cell_len(text) + len(BETWEEN) > room:
            break
        pieces += [*([Piece(BETWEEN, "muted")] if pieces else []), Piece(text, "accent")]
        room -= cell_len(text) + len(BETWEEN)
    return tuple(pieces)


def _end_of(text: str, width: int) -> str:
    """Return the end of an address that is too long: it says more than the beginning."""
    return text if cell_len(text) <= width or width < 2 else "…" + text[1 - width :]


def _cut(line: Line, width: int) -> Line:
    kept: list[Piece] = []
    room = width
    for piece in line:
        size = cell_len(piece.text)
        if size > room:
            kept.append(Piece(fit(piece.text, room), piece.tone))
            break
        kept.append(piece)
        room -= size
    return tuple(kept)
