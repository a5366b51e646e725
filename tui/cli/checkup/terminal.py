"""The doctor on the terminal: its kind, its size, its colours and signs, and what stands between it and the program."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.cli.checkup.finding import Finding, fine, note, wrong
from tui.cli.terminal import colour_depth

if TYPE_CHECKING:
    from tui.config.settings import Settings

LEAST_COLUMNS, LEAST_ROWS = 80, 24


def terminal_findings(settings: Settings | None) -> Iterator[Finding]:
    """Yield what the terminal can do. Where stdout is none, nothing can be wrong with it."""
    is_terminal = sys.stdout.isatty()
    if not is_terminal:
        yield note("terminal", "stdout", "no terminal; what follows is said of the environment alone")
    for finding in (*_kind(), *_size(is_terminal), *_colours(is_terminal), *_signs(settings)):
        is_blamed = finding.verdict == "wrong" and not is_terminal
        yield finding.model_copy(update={"verdict": "note"}) if is_blamed else finding
    yield from _between()
    if settings is not None:
        yield fine("terminal", "mouse", f"{'on' if settings.wants_mouse() else 'off'} ({settings.mouse})")


def _kind() -> Iterator[Finding]:
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        text = f"{kind or 'not set'}: no screen can be drawn; `arraydeck get` and the like work"
        yield wrong("terminal", "TERM", text, "export TERM=xterm-256color")
    elif not _is_known(kind):
        text = f"{kind}: this machine does not know that terminal"
        mend = "export TERM=xterm-256color, or bring its description over: infocmp -x | ssh HOST tic -x -"
        yield wrong("terminal", "TERM", text, mend)
    else:
        yield fine("terminal", "TERM", kind)


def _is_known(kind: str) -> bool:
    """Whether terminfo describes this kind of terminal; True where there is no terminfo to ask."""
    try:
        import curses
    except ImportError:
        return True
    quiet = os.open(os.devnull, os.O_WRONLY)
    try:
        curses.setupterm(kind, quiet)
    except curses.error:
        return False
    finally:
        os.close(quiet)
    return True


def _size(is_terminal: bool) -> Iterator[Finding]:
    size = shutil.get_terminal_size()
    text = f"{size.columns}x{size.lines}"
    if is_terminal and (size.columns < LEAST_COLUMNS or size.lines < LEAST_ROWS):
        mend = f"make the window {LEAST_COLUMNS}x{LEAST_ROWS} or larger; smaller ones cut lists short"
        yield note("terminal", "size", text, mend)
    else:
        yield fine("terminal", "size", text)


def _colours(is_terminal: bool) -> Iterator[Finding]:
    if os.environ.get("NO_COLOR"):
        yield fine("terminal", "colours", "none, as NO_COLOR says")
        return
    depth = colour_depth() if is_terminal else os.environ.get("COLORTERM") or "as TERM says"
    if depth in ("16", "256") and os.environ.get("TMUX"):
        mend = "in ~/.tmux.conf: set -as terminal-features ',*:RGB'; and export COLORTERM=truecolor"
        yield note("terminal", "colours", f"{depth}: pictures are coarser than they need be", mend)
    elif depth == "16":
        mend = "export COLORTERM=truecolor, if the terminal can; most do"
        yield note("terminal", "colours", "16: pictures are drawn with few colours", mend)
    else:
        yield fine("terminal", "colours", depth)


def _signs(settings: Settings | None) -> Iterator[Finding]:
    encoding = sys.stdout.encoding or "ascii"
    if encoding.lower().replace("-", "").startswith("utf"):
        yield fine("terminal", "encoding", encoding)
    elif settings is not None and settings.ascii:
        yield fine("terminal", "encoding", f"{encoding}, and ascii = true")
    else:
        mend = "export LC_ALL=C.UTF-8; or ascii = true in settings.toml, for a terminal that cannot"
        yield wrong("terminal", "encoding", f"{encoding}: borders and signs come out wrong", mend)


def _between() -> Iterator[Finding]:
    is_remote = bool(os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"))
    yield fine("terminal", "ssh", "yes" if is_remote else "no")
    if os.environ.get("TMUX"):
        yield fine("terminal", "multiplexer", "tmux: copied text goes to its buffer")
    elif os.environ.get("STY"):
        text = "screen: copied text does not reach your own clipboard"
        yield note("terminal", "multiplexer", text, "use tmux, or run arraydeck outside of screen")
    else:
        yield fine("terminal", "multiplexer", "none: copied text goes by OSC 52")
