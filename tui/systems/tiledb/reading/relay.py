"""A door on this machine through which TileDB's own library asks a server, so that no log-in goes anywhere else.

The library follows a redirection to any host and takes the credential along (contract §3), and nothing can be set
against that. So it is told of this door instead of the server, with a key that is good for the door alone. The door
puts in the real credential, and follows a redirection only to the server itself and to hosts that are allowed. It
answers no redirection with one, so that the library never has any to follow.
"""

from __future__ import annotations

import http.cookiejar
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.services.errors import ProtocolError
from tui.services.http.settings import is_below, is_loopback
from tui.services.http.transport import failure, failures
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import same_service
from tui.systems.tiledb.proofs import first_headers
from tui.systems.tiledb.reading.relay_door import Body, DoorServer
from tui.systems.tiledb.retry_modes import RetryMode

if TYPE_CHECKING:
    import httpx

    from tui.systems.tiledb.options import ServiceOptions

HOPS = 3
"""Redirections that one request may be sent on by."""
SILENCE = 120.0
"""Seconds that a server may say nothing, at least: it looks for the cells of a query before it begins to answer."""
OPERATION = "open array"


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
        self._settings = replace(settings, connect=options.timeout, silence=max(options.timeout, SILENCE))
        self.options = options
        self.key = secrets.token_hex(16)
        context = httpx.create_ssl_context(verify=options.verify)
        if options.ca_file is not None:
            context.load_verify_locations(options.ca_file.expanduser())
        self._client = httpx.Client(
            verify=context,
            timeout=httpx.Timeout(self._settings.silence, connect=self._settings.connect),
            # This machine itself is never asked through a proxy.
            trust_env=not is_loopback(httpx.URL(options.server_address).host),
            cookies=http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=())),
            # An answer is passed on as it comes: it must not be packed for a library that did not ask for that.
            headers={"accept-encoding": "identity"},
        )
        self._server = DoorServer(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="tiledb relay", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the library finds the door."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def send(self, method: str, path: str, headers: dict[str, str], body: Body) -> httpx.Response:
        """Return the server's answer, whose body is not read yet. `path` begins with a slash.

        Raises:
            ServiceError: there is none, or it leads to a host that may not have the credential. Its words hold none.
        """
        url = self.options.server_address.rstrip("/") + path
        for _ in range(HOPS + 1):
            answer = self._sent(method, url, headers, body)
            if answer.status_code not in (301, 302, 303, 307, 308):
                return answer
            answer.close()
            url = self._next(url, answer.headers.get("location", ""))
            if answer.status_code == 303 and method != "HEAD":
                # It was done, and what came of it is to be looked at.
                method, body = "GET", Body()
        raise ProtocolError(SYSTEM, OPERATION, "the server leads on and on")

    def _sent(self, method: str, url: str, headers: dict[str, str], body: Body) -> httpx.Response:
        size = {"content-length": str(body.length)} if body.length or method in ("POST", "PUT", "PATCH") else {}
        every = headers | size | first_headers(self.options)
        try:
            request = self._client.build_request(
                method, url, headers=every, content=body.parts() if body.length else None
            )
            return self._client.send(request, stream=True)
        except failures() as error:
            # Without the error itself, whose text may quote the log-in.
            raise failure(error, self._settings, OPERATION)[0] from None

    def _next(self, url: str, location: str) -> str:
        """Return where a redirection leads, if the credential may go there."""
        import httpx

        try:
            # Checked as the client reads it, and no other reading of the same text is sent to.
            target = httpx.URL(str(httpx.URL(url).join(location)))
            if self._may_have(target):
                return str(target)
            place = target.host
        except (httpx.InvalidURL, ValueError):
            place = location
        message = f"the server leads to {printable(place, 120)}, which may not have the log-in"
        raise ProtocolError(SYSTEM, OPERATION, message)

    def _may_have(self, url: httpx.URL) -> bool:
        if url.userinfo or not url.host:
            return False
        if same_service(str(url), self.options.server_address):
            return True
        is_safe = url.scheme == "https" or self.options.server_address.lower().startswith("http://")
        return is_safe and url.scheme in ("http", "https") and is_below(url.host, self._settings.redirect_hosts)

    def close(self) -> None:
        """Listen no more, and end the connections. Safe to call twice; it waits: call it in a thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._client.close()
