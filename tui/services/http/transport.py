"""The httpx client behind a session, and what its failures mean in the one family of errors."""

from __future__ import annotations

import http.cookiejar
import logging
import ssl
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.services.errors import InvalidInput, ProtocolError, ServiceError, TimedOut, Unavailable
from tui.services.http.settings import HttpSettings, is_loopback
from tui.services.printable import printable

if TYPE_CHECKING:
    import httpx

KEEP_ALIVE = 30.0
"""Seconds that an idle connection is kept."""
_DROPPED = ("server disconnected", "peer closed connection", "connection closed")


class Unanswered(Unavailable):
    """A change was sent and its answer never came: it may have been done, and may not."""


class TlsFailed(Unavailable):
    """There is no TLS with the other side, or its certificate is not trusted."""


def make_client(settings: HttpSettings) -> httpx.AsyncClient:
    """Return the client. Imports httpx and reads certificates: call it in a thread.

    Raises:
        InvalidInput: a file of certificates or the proxy's address cannot be used.
    """
    import httpx

    # At DEBUG it would write a line for each piece of every answer; what a person wants is in the command log.
    for name in ("httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    host = urlsplit(settings.base_url).hostname or ""
    proxied = not is_loopback(host)
    proxy = settings.proxy if proxied and settings.proxy and not urllib.request.proxy_bypass(host) else None
    # No service here needs cookies, and a server must not be able to fill the memory with them.
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=()))
    try:
        return httpx.AsyncClient(
            verify=_tls(settings),
            proxy=proxy,
            trust_env=proxied and settings.proxy is None,
            cookies=jar,
            follow_redirects=False,
            timeout=httpx.Timeout(settings.silence, connect=settings.connect, pool=settings.deadline),
            limits=httpx.Limits(
                max_connections=settings.connections,
                max_keepalive_connections=settings.connections,
                keepalive_expiry=KEEP_ALIVE,
            ),
            headers={"accept": "application/json", "accept-encoding": "gzip", "user-agent": _name()},
        )
    except (ValueError, TypeError) as error:
        kind = type(error).__name__
        # Its text quotes the address, which may hold a password.
        raise InvalidInput(settings.system, "open", f"the proxy's address cannot be used ({kind})") from None


def _tls(settings: HttpSettings) -> ssl.SSLContext | bool:
    import httpx

    if not settings.base_url.lower().startswith("https"):
        # A context takes as long to make as a screen to paint, and plain http needs none.
        return False
    try:
        context = httpx.create_ssl_context(verify=settings.verify, trust_env=True)
        if settings.ca_file is not None:
            context.load_verify_locations(settings.ca_file.expanduser())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        message = f"the certificates cannot be read: {printable(str(reason), 200)}"
        raise InvalidInput(settings.system, "open", message, "look at ca_file and SSL_CERT_FILE") from error
    return context


def _name() -> str:
    from tui import __version__

    return f"arraydeck/{__version__}"


def failures() -> tuple[type[Exception], ...]:
    """Return the kinds of exceptions that `failure` knows."""
    import httpx

    return httpx.HTTPError, httpx.InvalidURL, OSError, ValueError


def was_sent(error: Exception) -> bool:
    """Whether the server may have read the request before it failed."""
    import httpx

    return not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)


def forget_request(error: Exception) -> None:
    """Let an error no longer hold the request: it has the log-in, for whoever pickles or prints errors."""
    import httpx

    if isinstance(error, httpx.RequestError):
        error.request = httpx.Request("GET", "")


def failure(error: Exception, settings: HttpSettings, operation: str) -> tuple[ServiceError, bool]:
    """Return the error for a request that got no whole answer, and whether another attempt may fare better."""
    import httpx

    system = settings.system
    place = printable(urlsplit(settings.base_url).netloc, 120)
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return TimedOut(system, operation, f"{place} cannot be reached in {settings.connect:g} s"), True
        case httpx.TimeoutException():
            return TimedOut(system, operation, f"{place} said nothing for {settings.silence:g} s"), True
        case httpx.ProxyError():
            return Unavailable(system, operation, f"the proxy does not lead to {place}", "see HTTPS_PROXY"), True
        case httpx.ConnectError():
            return _unreachable(error, system, operation, place)
        case httpx.RemoteProtocolError() if not str(error).lower().startswith(_DROPPED):
            said = printable(str(error), 160)
            return ProtocolError(system, operation, f"{place} does not answer as a web service: {said}"), False
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol():
            return _unsendable(error, system, operation), False
        case httpx.TransportError() | OSError():
            return Unavailable(system, operation, f"{place} hung up before its answer was whole"), True
        case _:
            return _unsendable(error, system, operation), False


def _unsendable(error: Exception, system: str, operation: str) -> ServiceError:
    # Only its kind: the text may quote a header, and that one holds the log-in.
    message = f"the request cannot be sent ({type(error).__name__})"
    return InvalidInput(system, operation, message, "is there a stray character in the log-in or a name?")


def _unreachable(error: Exception, system: str, operation: str, place: str) -> tuple[ServiceError, bool]:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            message = f"the certificate of {place} is not trusted: {printable(cause.verify_message, 160)}"
            hint = "give its authority as ca_file or in SSL_CERT_FILE"
            return TlsFailed(system, operation, message, hint), False
        if isinstance(cause, ssl.SSLError):
            reason = printable((cause.reason or "").replace("_", " ").lower(), 100)
            return TlsFailed(system, operation, f"no TLS with {place}: {reason}", "is it http, not https?"), False
        cause = cause.__cause__ or cause.__context__
    said = printable(str(error), 160) or "refused"
    return Unavailable(system, operation, f"{place} cannot be reached: {said}"), True
