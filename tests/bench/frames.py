"""Frames: what a person sees, as runs of text in one look, taken from a program's screen and kept in a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from pyte.graphics import FG_BG_256
from pyte.screens import Char

from tests.terminal.pty_program import PtyProgram, Screen

NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
NUMBERS = {
    "default": -1,
    **{colour: number for number, colour in reversed([*enumerate(FG_BG_256)]) if number > 15},
    **{name: number for number, name in enumerate(NAMES)},
    **{f"bright{name}": number for number, name in enumerate(NAMES, 8)},
}
"""pyte's names of colours, and its hexadecimal ones of the 240 others, to their numbers."""

Run = tuple[str, int, int, int]
"""A text, the numbers of its ink and its paper (-1 is the terminal's own), and the sum of its effects."""
Frame = tuple[tuple[Run, ...], ...]
BOLD, ITALIC, UNDERLINE, REVERSE = 1, 2, 4, 8
SEEN_IN_BLANKS = UNDERLINE | REVERSE


def frame_of(program: PtyProgram) -> Frame:
    """Return what is seen now."""
    found: list[Frame] = []

    def take(screen: Screen) -> bool:
        found.append(tuple(_line(screen, y) for y in range(screen.lines)))
        return True

    program.wait_for(take)
    return found[0]


def _line(screen: Screen, y: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    line = screen.buffer[y]
    for x in range(screen.columns):
        char = line[x]
        look = (NUMBERS[char.fg], NUMBERS[char.bg], _effects(char))
        if runs and runs[-1][1:] == look:
            runs[-1] = (runs[-1][0] + char.data, *look)
        else:
            runs.append((char.data, *look))
    return tuple(runs)


def _effects(char: Char) -> int:
    return BOLD * char.bold + ITALIC * char.italics + UNDERLINE * char.underscore + REVERSE * char.reverse


def with_quiet_blanks(frame: Frame) -> Frame:
    """Return the frame with blanks in the ink that is most common on their paper: nobody sees a blank's ink."""
    inks: dict[int, Counter[int]] = {}
    for text, ink, paper, effects in (run for line in frame for run in line):
        if not effects & SEEN_IN_BLANKS:
            inks.setdefault(paper, Counter())[ink] += len(text.replace(" ", ""))
    usual = {paper: counter.most_common(1)[0][0] for paper, counter in inks.items()}
    return tuple(_joined(_quiet(run, usual) for run in _pieces(line)) for line in frame)


def with_following_blanks(frame: Frame) -> Frame:
    """Return the frame with blanks in the look of the text before them, as far as it has their paper."""
    lines: list[tuple[Run, ...]] = []
    for line in frame:
        runs: list[Run] = []
        for text, ink, paper, effects in _pieces(line):
            before = runs[-1] if runs else ("", -1, paper, 0)
            if text.isspace() and not (effects | before[3]) & SEEN_IN_BLANKS and before[2] == paper:
                runs.append((text, before[1], paper, before[3]))
            else:
                runs.append((text, ink, paper, effects))
        lines.append(_joined(runs))
    return tuple(lines)


def _pieces(line: tuple[Run, ...]) -> Iterable[Run]:
    """Yield the runs with words and blanks apart."""
    for text, ink, paper, effects in line:
        for _, characters in groupby(text, str.isspace):
            yield "".join(characters), ink, paper, effects


def _quiet(run: Run, usual: dict[int, int]) -> Run:
    text, _, paper, effects = run
    return (text, usual[paper], paper, 0) if text.isspace() and not effects & SEEN_IN_BLANKS else run


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    return tuple(("".join(run[0] for run in same), *look) for look, same in groupby(runs, lambda run: run[1:]))


def write_frames(path: Path, frames: Sequence[Frame]) -> None:
    """Keep frames in a file."""
    path.write_text(json.dumps(frames))


def read_frames(path: Path) -> list[Frame]:
    """Return the frames of a file."""
    return [
        tuple(tuple((text, ink, paper, effects) for text, ink, paper, effects in line) for line in frame)
        for frame in json.loads(path.read_text())
    ]
