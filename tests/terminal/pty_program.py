"""A program in a pseudo-terminal: its bytes counted, its screen read with pyte, its keys pressed by the test.

    with PtyProgram([sys.executable, "-m", "tui.cli.main"], columns=80, rows=24) as program:
        program.wait_for(lambda screen: "arraydeck" in screen.text)
        program.press("q")
        assert program.wait() == 0 and program.is_restored

A reader thread takes what the program writes, answers the questions that Textual asks a terminal, and keeps a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

QUIET = 0.12
"""Seconds without a byte after which a paint is over."""
PATIENCE = 60.0
"""Seconds for what takes one or two: other programs may have the machine at the same time."""
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "backspace": "\x7f",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "space": " ",
    "ctrl+d": "\x04",
    "ctrl+p": "\x10",
    "ctrl+s": "\x13",
}
_ANSWERS = ((b"\x1b[c", b"\x1b[?62;4c"), (b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y"))
# The size is the pseudo-terminal's own, and programs are started as they are after the first time: compiled.
_NOT_INHERITED = ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE")
_MODES = re.compile(rb"\x1b\[\?([\d;]+)([hl])")


class Screen(pyte.Screen):
    """pyte's screen, which does not know the private sequences of newer terminals."""

    def __init__(self, columns: int, rows: int) -> None:
        self._text: str | None = None
        super().__init__(columns, rows)

    @property
    def text(self) -> str:
        """What is visible, line by line. It is put together once for all who ask until something is written."""
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self.display)
        return self._text

    def change(self) -> None:
        """Forget the text: something was written, or the size is another."""
        self._text = None

    def erase_in_display(self, how: int = 0, *arguments: object, **more: object) -> None:
        """Erase; a test does that too, where a terminal lost what it showed."""
        self.change()
        super().erase_in_display(how, *arguments, **more)

    def report_device_status(self, *_: object, **__: object) -> None:
        return None

    def report_device_attributes(self, *_: object, **__: object) -> None:
        return None


class PtyProgram:
    """The program. `received` is all that it wrote; `screen` is what a person would see."""

    def __init__(
        self, argv: Sequence[str], *, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None
    ) -> None:
        self.screen = Screen(columns, rows)
        self.received = bytearray()
        self._stream = pyte.ByteStream(self.screen)
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._code: int | None = None
        self._closing = threading.Event()
        inherited = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        environment = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), environment)
        self._size(columns, rows)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> PtyProgram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()
        self._closing.set()
        self._reader.join(2)
        with contextlib.suppress(OSError):
            os.close(self._terminal)

    @property
    def text(self) -> str:
        """What is visible now."""
        with self._lock:
            return self.screen.text

    @property
    def last_byte_at(self) -> float:
        """When the program wrote last, by the monotonic clock."""
        with self._lock:
            return self._last

    def press(self, *keys: str) -> None:
        """Press keys, one after another; a name of KEYS or any text."""
        for key in keys:
            os.write(self._terminal, KEYS.get(key, key).encode())

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        with self._lock:
            self.screen.resize(rows, columns)
            self.screen.change()
        self._size(columns, rows)
        self.signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped connection does."""
        self._closing.set()
        self._reader.join(2)
        os.close(self._terminal)

    def wait_for(self, condition: Callable[[Screen], bool], seconds: float = PATIENCE) -> str:
        """Wait until the screen is as the condition says; return its text. Fails with the screen in the message."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if condition(self.screen):
                    return self.screen.text
            if self._code is None and self._ended():
                # What it wrote last may not have been read yet.
                self.settle(2)
                with self._lock:
                    if condition(self.screen):
                        return self.screen.text
                break
            time.sleep(0.01)
        raise AssertionError(f"did not come about; exit code {self._code}; the screen:\n{self.text}")

    def see(self, text: str, seconds: float = PATIENCE) -> str:
        """Wait until a text is visible."""
        return self.wait_for(lambda screen: text in screen.text, seconds)

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until nothing was written for a moment."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if time.monotonic() - self._last > QUIET:
                    return
            time.sleep(0.01)

    def count(self, act: Callable[[], object]) -> int:
        """Return how many bytes the program wrote because of `act`."""
        self.settle()
        with self._lock:
            before = len(self.received)
        act()
        time.sleep(QUIET)
        self.settle()
        with self._lock:
            return len(self.received) - before

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait until the program has ended; return its exit code, negative for a signal."""
        deadline = time.monotonic() + seconds
        while not self._ended():
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not end; the screen:\n{self.text}")
            time.sleep(0.01)
        with contextlib.suppress(AssertionError):
            self.settle(2)
        assert self._code is not None
        return self._code

    @property
    def is_restored(self) -> bool:
        """Whether the terminal was left as it was found: its own screen, a cursor, no mouse and no paste mode."""
        on: dict[bytes, bool] = {}
        for match in _MODES.finditer(bytes(self.received)):
            for mode in match[1].split(b";"):
                on[mode] = match[2] == b"h"
        wrong = [mode for mode in (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004") if on.get(mode)]
        return not wrong and on.get(b"25", True)

    def _ended(self) -> bool:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is not None

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while not self._closing.is_set():
            if not select.select([self._terminal], [], [], 0.05)[0]:
                continue
            try:
                chunk = os.read(self._terminal, 65536)
            except OSError:
                return
            if not chunk:
                return
            with self._lock:
                self.received += chunk
                self._last = time.monotonic()
                self.screen.change()
                # pyte knows neither the kitty keyboard's sequences nor DCS; it would show them as text.
                self._stream.feed(
                    re.sub(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b[P_][^\x1b]*\x1b\\|\x1b\[\?[\d;]*\$p", b"", chunk)
                )
            for question, answer in _ANSWERS:
                if question in chunk:
                    with contextlib.suppress(OSError):
                        os.write(self._terminal, answer)
