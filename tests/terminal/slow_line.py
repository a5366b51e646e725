"""A slow line between two sockets of this machine: so many bytes a second each way, and a delay each way."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from types import TracebackType

AHEAD = 4_096
"""Bytes that are taken beyond what is on the line, so that whoever sends feels how slow it is."""


class SlowLine:
    """Listens on `port` and passes on to `target`. `delay` is in seconds and added in each direction.

    `down` counts the bytes that came from the target, as they arrive at the other end.
    """

    def __init__(self, target: int, rate: float, delay: float) -> None:
        self.rate = rate
        self.delay = delay
        self.down = 0
        self._target = target
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> SlowLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Lose all connections, as when a line is dropped."""
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket()
            # The system would take much from who sends, before it lets him wait.
            far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, AHEAD)
            far.connect(("127.0.0.1", self._target))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [near, far]
            _Way(self, near, far, counts=False)
            _Way(self, far, near, counts=True)


class _Way:
    """One direction: a thread that takes bytes, and one that hands them over when their time has come."""

    def __init__(self, line: SlowLine, source: socket.socket, sink: socket.socket, *, counts: bool) -> None:
        self._line = line
        self._source, self._sink = source, sink
        self._counts = counts
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._changed = threading.Condition()
        self._ended = False
        for work in (self._take, self._hand_over):
            threading.Thread(target=work, daemon=True).start()

    def _take(self) -> None:
        free_at = 0.0
        while True:
            try:
                data = self._source.recv(1_024)
            except OSError:
                data = b""
            now = time.monotonic()
            free_at = max(free_at, now) + len(data) / self._line.rate
            with self._changed:
                self._ended = not data
                self._waiting.append((free_at + self._line.delay, data))
                self._changed.notify()
            if not data:
                return
            time.sleep(max(0.0, free_at - now - AHEAD / self._line.rate))

    def _hand_over(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                due, data = self._waiting.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    self._sink.shutdown(socket.SHUT_WR)
                    return
                self._sink.sendall(data)
            except OSError:
                return
            if self._counts:
                self._line.down += len(data)
