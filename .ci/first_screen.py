"""Starts an installed arraydeck in a pseudo-terminal, waits for its first screen, quits with `q`, checks the end."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

import pyte

ROWS, COLUMNS, LIMIT = 24, 80, 30.0


def main(argv: list[str]) -> int:
    """Return 0 when the welcome screen came up and `q` ended the program with exit code 0."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(argv[0], argv)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    deadline = time.monotonic() + LIMIT
    drawn = False
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                received = os.read(terminal, 65536)
            except OSError:
                break
            if not received:
                break
            stream.feed(received)
        if not drawn and "start the demo" in "\n".join(screen.display):
            drawn = True
            print("\n".join(line.rstrip() for line in screen.display))
            os.write(terminal, b"q")
    ended, status = os.waitpid(pid, os.WNOHANG)
    if not ended:
        os.kill(pid, 9)
        print("the dashboard did not end", file=sys.stderr)
        return 1
    return os.waitstatus_to_exitcode(status) if drawn else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
