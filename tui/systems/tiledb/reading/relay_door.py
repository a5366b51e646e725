"""The side of a relay that the library speaks to: plain HTTP on this machine, for whoever has the key."""

from __future__ import annotations

import hmac
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.profiles.classic_file import KEY_HEADER

if TYPE_CHECKING:
    import httpx

    from tui.systems.tiledb.reading.relay import Relay

IN_MEMORY = 2**23
"""Bytes of a request's body that are kept in memory; one that is larger is kept on disk."""
PIECE = 2**16
_NOT_SENT_ON = frozenset(
    (
        *("host", "connection", "proxy-connection", "keep-alive", "te", "upgrade", "expect"),
        *("content-length", "transfer-encoding", "authorization", "proxy-authorization", KEY_HEADER.lower()),
    )
)
_NOT_SENT_BACK = frozenset(("connection", "keep-alive", "transfer-encoding", "location", "server", "date"))


class Body:
    """What came with a request, whole: a redirection asks for it once more."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it lives as long as the body
        self.length = 0

    def add(self, part: bytes) -> None:
        """Add what comes next."""
        self._file.write(part)
        self.length += len(part)

    def parts(self) -> Iterator[bytes]:
        """Yield it from its beginning."""
        self._file.seek(0)
        while part := self._file.read(PIECE):
            yield part

    def close(self) -> None:
        """Let go of it."""
        self._file.close()


class DoorServer(ThreadingHTTPServer):
    """Listens on a free port of this machine. Raises OSError if there is none."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Door)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a connection that is lost is the library's to notice."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The head and the body's parts would else be sent one by one, and each wait for the other side to have read it.
    wbufsize = PIECE
    disable_nagle_algorithm = True
    server: DoorServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the standard error is the terminal's."""

    def handle_expect_100(self) -> bool:
        """Say at once that the body may come."""
        may_come = super().handle_expect_100()
        self.wfile.flush()
        return may_come

    def do_GET(self) -> None:
        given = self.headers.get(KEY_HEADER, "").encode("utf-8", "replace")
        # First, so that nobody else makes it read anything.
        if not hmac.compare_digest(given, self.server.relay.key.encode()):
            self._refuse(401, "this door is for the program that opened it", hang_up=True)
            return
        # Anything else would be read as a part of the server's name.
        if not self.path.startswith("/"):
            self._refuse(400, "the path does not begin with a slash", hang_up=True)
            return
        body = Body()
        try:
            if self._take(body):
                self._relay(body)
            else:
                self._refuse(400, "the body is not whole", hang_up=True)
        finally:
            body.close()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _take(self, body: Body) -> bool:
        """Read the body and return whether it is whole: what is not must not be sent on."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._take_chunks(body)
        length = self.headers.get("content-length", "0")
        return length.isdecimal() and self._take_bytes(body, int(length))

    def _take_chunks(self, body: Body) -> bool:
        while True:
            try:
                size = int(self.rfile.readline(64).partition(b";")[0], 16)
            except ValueError:
                return False
            if size == 0:
                while self.rfile.readline(1024).strip():
                    pass
                return True
            if size < 0 or not self._take_bytes(body, size):
                return False
            self.rfile.readline(4)

    def _take_bytes(self, body: Body, count: int) -> bool:
        while count:
            part = self.rfile.read(min(count, PIECE))
            if not part:
                return False
            body.add(part)
            count -= len(part)
        return True

    def _relay(self, body: Body) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_SENT_ON}
        try:
            answer = self.server.relay.send(self.command, self.path, headers, body)
        except ServiceError as error:
            self._refuse(502, f"{error.message}; {error.hint}" if error.hint else error.message)
            return
        try:
            self._answer(answer)
        finally:
            answer.close()

    def _answer(self, answer: httpx.Response) -> None:
        self.send_response_only(answer.status_code)
        sized = "content-length" in answer.headers
        for name, value in answer.headers.items():
            if name not in _NOT_SENT_BACK:
                self.send_header(name, value)
        bare = answer.status_code in (204, 304) or self.command == "HEAD"
        if not sized and not bare:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if bare:
            return
        for part in answer.iter_raw():
            if part:
                self.wfile.write(part if sized else b"%x\r\n%b\r\n" % (len(part), part))
        if not sized:
            self.wfile.write(b"0\r\n\r\n")

    def _refuse(self, status: int, words: str, *, hang_up: bool = False) -> None:
        body = json.dumps({"code": status, "message": f"{SYSTEM}: {words}", "request_id": ""}).encode()
        # What was not read of the request would else be taken for the next one.
        self.close_connection = self.close_connection or hang_up
        with suppress(OSError):
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if hang_up:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
