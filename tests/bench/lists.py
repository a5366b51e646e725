"""Each system's lists in the demo: bytes at rest and for each act, beside plain Textual and ncurses on the same rows.

Ours and plain Textual are the real dashboard. ncurses is given the screens that ours showed, one after another, each of
which stood still for a moment: the same rows, header, details and colours. All three have 256
colours, which is what there is over ssh.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.demo_world import demo_world, home_with
from tests.bench.frames import Frame, frame_of, with_following_blanks, with_quiet_blanks, write_frames
from tests.terminal.pty_program import QUIET, PtyProgram

COLUMNS, ROWS = 120, 40
AIM = 1.4
AT_REST = 20.0
LOOK_EVERY = 0.05
STILL, LONGEST, LATEST = 0.45, 5.0, 2.0
"""Seconds without a byte after which an act is over, after which it is taken to be over, and until it begins."""
DIRECT = {"COLORTERM": ""}


@dataclass(frozen=True)
class Listed:
    """A list: its title, the keys that lead there, what is seen then, and whether it is longer than the screen."""

    title: str
    place: str
    sign: str
    is_long: bool = False

    @property
    def acts(self) -> dict[str, tuple[Sequence[str], ...]]:
        """The acts by name, each as the keys that are pressed, one after another, with a pause behind each."""
        in_all = {
            "cursor": (("j",), ("j",), ("k",)),
            "one cell, a mark": ((" ",), (" ",)),
            "open, back": (("enter",), ("escape",)),
            "dialog": (("c",), ("escape",)),
        }
        if not self.place:
            return {"cursor": (("j",), ("j",), ("k",)), "dialog": (("T",), ("escape",))}
        if not self.is_long:
            return in_all
        return {
            "cursor": in_all["cursor"],
            "page down": (("pagedown",), ("pagedown",), ("pageup",)),
            "scroll": (("j",), ("j",), ("j",)),
            **in_all,
        }


LISTS = (
    Listed("home", "", "6 online"),
    Listed("Deker collections", "collections @weather", "temperature"),
    Listed("Deker arrays", "arrays stations @weather", "Aarhus", True),
    Listed("Arakoon nodes", "nodes @cluster", "arakoon_0"),
    Listed("Arakoon keys", "keys @cluster", "readings/"),
    Listed("Arakoon entries", "entries readings/ @cluster", "readings/aarhus", True),
    Listed("Arraylake repositories", "repos kestrel-forecast @catalogue", "surface-icon"),
    Listed("TileDB assets", "assets archive @platform", "NAME"),
    Listed("TileDB tasks", "tasks @platform", "regrid", True),
    Listed("LeapYear databases", "databases @surveys", "hail"),
    Listed("LeapYear tables", "tables 'farm yields' @surveys", "harvest 2019"),
    Listed("LeapYear jobs", "remote-jobs @surveys", "analysis"),
)


@dataclass
class Measured:
    """Bytes of an act, and the screens that were seen, the first of them before it."""

    ours: int = 0
    plain: int = 0
    seen: list[tuple[Frame, ...]] = field(default_factory=list)


def run(folder: Path) -> Iterator[str]:
    """Go to each list in turn; tell of each act in a line, and at last what was above the aim."""
    above: list[str] = []
    with demo_world(folder / "world") as profiles, ExitStack() as stack:
        argv = [sys.executable, "-m", "tui.cli.main"]
        programs: list[PtyProgram] = []
        for name, more in (("ours", {}), ("plain", {"ARRAYDECK_DISPLAY": "plain"})):
            env = {**home_with(folder / name, profiles), **DIRECT, **more}
            programs.append(stack.enter_context(PtyProgram(argv, columns=COLUMNS, rows=ROWS, env=env)))
        ours, plain = programs
        for program in programs:
            program.see(f"{len(profiles)} online", 60)
        for listed in LISTS:
            for program in programs:
                _go(program, listed)
                _warm_up(program, listed)
            measured = {"at rest, a minute": _rest(ours, plain)}
            for act, presses in listed.acts.items():
                if act == "scroll":
                    for program in programs:
                        program.press("g", *"j" * ROWS)
                        _still(program)
                measured[act] = _act(ours, plain, presses)
            floors = _floors(folder / "frames.json", [one.seen for one in measured.values()])
            for (act, one), floor in zip(measured.items(), floors, strict=True):
                times = 60 / AT_REST if act == "at rest, a minute" else 1
                line = _line(listed.title, act, one, floor, times)
                if one.ours > AIM * floor:
                    above.append(line)
                yield line
    yield f"lists: {len(above)} acts above {AIM} of ncurses" + "".join(f"\n  {line}" for line in above)


def _line(title: str, act: str, one: Measured, floor: int, times: float) -> str:
    shown = sum(len(screens) - 1 for screens in one.seen)
    changes = f" ({shown} changes seen)" if times != 1 else ""
    if not floor:
        return (
            f"{title}, {act}{changes}: {one.ours * times:,.0f} bytes, plain Textual {one.plain * times:,.0f}, ncurses 0"
        )
    return (
        f"{title}, {act}{changes}: {one.ours * times:,.0f} bytes, plain Textual {one.plain * times:,.0f} "
        f"(x{one.plain / floor:.1f}), ncurses {floor * times:,.0f}; of ncurses {one.ours / floor:.2f}"
    )


def _go(program: PtyProgram, listed: Listed) -> None:
    if listed.place:
        program.press(":")
        program.settle()
        program.press(*listed.place, "enter")
    program.see(listed.sign, 60)
    program.press("g")
    time.sleep(2)
    _still(program)


def _warm_up(program: PtyProgram, listed: Listed) -> None:
    """Do each act once, so that nothing has to be loaded for it while it is measured."""
    for keys in (keys for presses in listed.acts.values() for keys in presses):
        program.press(*keys)
        time.sleep(LATEST / 2)
        _still(program)
    program.press("g")
    _still(program)


def _still(program: PtyProgram, since: int | None = None) -> list[Frame]:
    """Wait until nothing was written for a moment, or for as long as a list that moves by itself may keep on.

    With `since`, how many bytes there were, wait first for one more. Return the screens that stood still meanwhile.
    """
    began = time.monotonic()

    def is_over() -> bool:
        passed = time.monotonic() - began
        if since is not None and len(program.received) == since:
            return passed > LATEST
        return passed > LONGEST or time.monotonic() - max(program.last_byte_at, began) > STILL

    return _watch(program, is_over)


def _watch(program: PtyProgram, is_over: Callable[[], bool]) -> list[Frame]:
    """Return each screen that stood still for a moment, and differs from the one before, until it is over.

    What flickers between two of them is our own waste. What stood still was there to be seen, such as a list that moved
    by itself, and ncurses has to send it too.
    """
    seen: list[Frame] = []
    received = -1
    while not is_over():
        time.sleep(LOOK_EVERY)
        if len(program.received) != received and time.monotonic() - program.last_byte_at > QUIET:
            received, frame = len(program.received), frame_of(program)
            if not seen or frame != seen[-1]:
                seen.append(frame)
    return seen


def _act(ours: PtyProgram, plain: PtyProgram, presses: Sequence[Sequence[str]]) -> Measured:
    found = Measured()
    for keys in presses:
        for program in (ours, plain):
            _still(program)
            frame, before = frame_of(program), len(program.received)
            program.press(*keys)
            seen = _still(program, before)
            sent = len(program.received) - before
            if program is ours:
                found.ours += sent
                found.seen.append((frame, *seen, frame_of(program)))
            else:
                found.plain += sent
    return found


def _rest(ours: PtyProgram, plain: PtyProgram) -> Measured:
    """Let both rest side by side."""
    sent, plainly, began = len(ours.received), len(plain.received), time.monotonic()
    seen = _watch(ours, lambda: time.monotonic() - began > AT_REST)
    return Measured(len(ours.received) - sent, len(plain.received) - plainly, [tuple(seen)])


def _floors(file: Path, acts: Sequence[Sequence[tuple[Frame, ...]]]) -> list[int]:
    """Return what ncurses sends for the same screens, for each act: the less of two ways to colour blanks.

    What the terminal shows does not tell which ink a blank has, and a program that chose it badly would send more.
    """
    frames = [frame for act in acts for screens in act for frame in screens]
    ways: list[list[int]] = []
    for way in (with_quiet_blanks, with_following_blanks):
        write_frames(file, [way(frame) for frame in frames])
        sent = iter(_sent_by_curses(file, len(frames)))
        # The first screen of each is the one before the act.
        ways.append([sum(sum([next(sent) for _ in screens][1:]) for screens in act) for act in acts])
    return [min(pair) for pair in zip(*ways, strict=True)]


def _sent_by_curses(file: Path, count: int) -> list[int]:
    argv = [sys.executable, "-m", "tests.bench.curses_frames", str(file)]
    with PtyProgram(argv, columns=COLUMNS, rows=ROWS, env=DIRECT) as program:
        program.wait_for(lambda screen: bool(screen.text.strip()), 60)
        program.settle()
        return [len(program.received), *(program.count(lambda: program.press("n")) for _ in range(count - 1))]
