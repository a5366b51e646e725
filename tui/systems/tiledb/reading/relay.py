"""A door on this machine through which TileDB's own library asks a server, so that no log-in goes anywhere else.

The library follows a redirection to any host and takes the credential along (contract §3), and nothing can be set
against that. So it is told of this door instead of the server, with a key that is good for the door alone. The door
puts in the real credential, and follows a redirection only to the server itself and to hosts that are allowed.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tui.services.http.settings import is_below
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import same_service
from tui.systems.tiledb.retry_modes import RetryMode

if TYPE_CHECKING:
    import httpx

    from tui.systems.tiledb.options import ServiceOptions

KEY = "X-TILEDB-REST-API-KEY"
HOPS = 3
"""Redirections that one request may be sent on by."""
LARGEST = 64 * 2**20
"""Bytes of a request at most; arrays are only read, and what asks for cells is small."""
_NOT_SENT_ON = frozenset(
    ("host", "connection", "keep-alive", "content-length", "transfer-encoding", "expect", "authorization", KEY.lower())
)
_NOT_SENT_BACK = frozenset(("connection", "keep-alive", "transfer-encoding", "location", "server", "date"))


class Relay:
    """The door to one server. It listens from the start; opening it reads files: do it in a thread."""

    def __init__(self, options: ServiceOptions) -> None:
        """Begin to listen on a free port of this machine.

        Raises:
            InvalidInput: the server's address cannot be used, or would be asked without encryption.
            OSError: no port can be listened on, or a file of authorities cannot be read.
        """
        import httpx

        settings = options.http(RetryMode.DEFAULT)
        self.options = options
        self.key = secrets.token_hex(16)
        context = httpx.create_ssl_context(verify=options.verify)
        if options.ca_file is not None:
            context.load_verify_locations(options.ca_file.expanduser())
        self._allowed = settings.redirect_hosts
        self._client = httpx.Client(verify=context, timeout=options.timeout)
        self._server = _Server(("127.0.0.1", 0), _Door)
        self._server.relay = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="tiledb relay", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the library finds the door."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """Return the server's answer, whose body is not read yet.

        Raises:
            httpx.HTTPError: there is none, or it leads to a host that may not have the credential.
        """
        import httpx

        url = self.options.server_address + path
        for _ in range(HOPS + 1):
            request = self._client.build_request(method, url, headers=headers | self._credential(), content=body)
            answer = self._client.send(request, auth=self._auth(), stream=True)
            if answer.status_code not in (301, 302, 303, 307, 308):
                return answer
            answer.close()
            url = urljoin(url, answer.headers.get("location", ""))
            if not self._may_have(url):
                raise httpx.TooManyRedirects(f"it leads to {urlsplit(url).hostname}, which may not have the log-in")
        raise httpx.TooManyRedirects("the server leads on and on")

    def _may_have(self, url: str) -> bool:
        if same_service(url, self.options.server_address):
            return True
        parts = urlsplit(url)
        is_safe = parts.scheme == "https" or self.options.server_address.startswith("http://")
        return is_safe and is_below(parts.hostname or "", self._allowed)

    def _credential(self) -> dict[str, str]:
        return {} if self.options.token is None else {KEY: self.options.token.get_secret_value()}

    def _auth(self) -> tuple[str, str] | None:
        if self.options.token is not None or self.options.password is None:
            return None
        return self.options.username, self.options.password.get_secret_value()

    def close(self) -> None:
        """Listen no more, and end the connections. Safe to call twice; it waits: call it in a thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._client.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    relay: Relay

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a connection that is lost is the library's to notice."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: the standard error is the terminal's."""

    def do_GET(self) -> None:
        self._relay()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET

    def _relay(self) -> None:
        import httpx

        relay = self.server.relay
        body = self._body()
        if body is None:
            return
        if not hmac.compare_digest(self.headers.get(KEY, ""), relay.key):
            self._refuse(401, "this door is for the program that opened it")
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_SENT_ON}
        try:
            answer = relay.send(self.command, self.path, headers, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._refuse(502, f"{type(error).__name__}: {error}")
            return
        try:
            self._answer(answer)
        finally:
            answer.close()

    def _body(self) -> bytes | None:
        """Return what was sent, None if it is refused."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST:
            return self._too_large()
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | None:
        found = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(64).partition(b";")[0], 16)
            except ValueError:
                return self._too_large()
            if size == 0:
                while self.rfile.readline(1024).strip():
                    pass
                return bytes(found)
            if len(found) + size > LARGEST:
                return self._too_large()
            found += self.rfile.read(size)
            self.rfile.readline(4)

    def _too_large(self) -> None:
        self.close_connection = True
        self._refuse(413, "the request is too large, or none")

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

    def _refuse(self, status: int, words: str) -> None:
        body = json.dumps({"code": status, "message": f"{SYSTEM}: {words}", "request_id": ""}).encode()
        with suppress(OSError):
            self.send_response_only(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
