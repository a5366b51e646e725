"""A foreign host: it records every byte that anybody sends it, and answers that there is nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

_ANSWER = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Recorder:
    """Listens within `with`. `url` names it otherwise than a server at 127.0.0.1 is named."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listening.getsockname()[1]}"
        self._lock = threading.Lock()
        self._heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, name="recorder", daemon=True)

    @property
    def heard(self) -> list[bytes]:
        """What each connection has sent; a request is in it before its answer is sent."""
        with self._lock:
            return list(self._heard)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._heard.clear()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self._record(connection)

    def _record(self, connection: socket.socket) -> None:
        found = b""
        while b"\r\n\r\n" not in found:
            part = connection.recv(65536)
            found += part
            if not part:
                break
        with self._lock:
            self._heard.append(found)
        connection.sendall(_ANSWER)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65536):
            with self._lock:
                self._heard[-1] += part

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
