"""The door through which TileDB's own library asks a server: who may use it, what it passes on, and to whom."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr

from tests.unit.tiledb.conftest import Place
from tui.services.errors import InvalidInput
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.profiles.classic_file import KEY_HEADER
from tui.systems.tiledb.reading.relay import HOPS, Relay
from tui.systems.tiledb.reading.relay_door import IN_MEMORY

PATH = "/v4/versions"


@contextmanager
def door(options: ServiceOptions) -> Iterator[tuple[Relay, httpx.Client]]:
    """Open a door, and a client of it with its key."""
    relay = Relay(options)
    try:
        with httpx.Client(base_url=relay.address, headers={KEY_HEADER: relay.key}) as client:
            yield relay, client
    finally:
        relay.close()


def test_it_puts_in_the_real_credential_and_is_for_nobody_else(carrara: Place) -> None:
    for options in (carrara.options, carrara.by_password):
        with door(options) as (relay, client):
            secret = options.token or options.password
            assert secret is not None and relay.key != secret.get_secret_value()
            assert client.get("/v4/users/self").status_code == 200
            assert client.get("/v4/users/usr_nobody").status_code == 404
            carrara.requests(2, "/v4/users")
            carrara.server.state.log.clear()
            for wrong in ("", "wrong", secret.get_secret_value()):
                assert client.get(PATH, headers={KEY_HEADER: wrong}).status_code == 401
            assert carrara.requests(0) == []


def test_a_redirection_is_followed_to_the_server_itself_and_to_hosts_that_are_allowed(carrara: Place) -> None:
    own, elsewhere = carrara.server.url, carrara.server.elsewhere
    carrara.fault("redirect", path=PATH, location=own + "/v4/users/self")
    with door(carrara.options) as (_, client):
        assert client.get(PATH).status_code == 200
        for method in ("GET", "POST"):
            carrara.fault("redirect", path=PATH, location=elsewhere + PATH)
            refused = client.request(method, PATH, content=b"x")
            assert refused.status_code == 502 and "may not have the log-in" in refused.text
        assert carrara.requests(0, side="elsewhere") == []
        carrara.fault("redirect", path=PATH, times=-1, location=own + PATH)
        assert "leads on and on" in client.get(PATH).text
        carrara.server.state.faults.clear()
    with door(replace(carrara.options, redirect_hosts=("localhost",))) as (_, client):
        carrara.fault("redirect", path=PATH, location=elsewhere + PATH)
        client.get(PATH)
    assert len(carrara.requests(1, side="elsewhere")) == 1


@dataclass
class Asked:
    """A request as it came to the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server(ThreadingHTTPServer):
    """Notes every request. `/to/STATUS/WHERE` leads to `WHERE`, or to `leads_to`; `/half` breaks off."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.leads_to: bytes | None = None
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        found = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, found, body))
        _, kind, *rest = self.path.split("/", 3)
        self.send_response(int(rest[0]) if kind == "to" else 200)
        if kind == "to":
            where = f"/{rest[1]}".encode() if self.server.leads_to is None else self.server.leads_to
            self.send_header("Location", where.decode("latin-1"))
        self.send_header("Content-Length", "9" if kind == "half" else "4")
        self.end_headers()
        self.wfile.write(b"here")

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def known(server: Server, **more: object) -> ServiceOptions:
    return replace(ServiceOptions(server.url, SecretStr("the-log-in"), timeout=10), **more)  # type: ignore[arg-type]


def raw(relay: Relay, request: str) -> bytes:
    """Send a request as it is written here, and no more; return all that is answered."""
    parts = urlsplit(relay.address)
    with socket.create_connection((parts.hostname, parts.port), 10) as connection:
        connection.sendall(request.replace("KEY", f"{KEY_HEADER}: {relay.key}").replace("\n", "\r\n").encode())
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(65536):
            found += part
    return found


def test_bodies_pass_whole_in_either_form_and_a_redirection_asks_for_them_again(server: Server) -> None:
    large = bytes(range(256)) * (IN_MEMORY // 256) + b"and more"
    with door(known(server)) as (_, client):
        for content in (b"", b"small", large):
            parts = [content[:7], content[7:]]
            for body in (content, iter(parts)):
                server.asked.clear()
                assert client.post("/to/307/to/302/end", content=body).text == "here"
                assert [(one.method, one.path) for one in server.asked] == [
                    ("POST", "/to/307/to/302/end"), ("POST", "/to/302/end"), ("POST", "/end")
                ]  # fmt: skip
                assert all(one.body == content for one in server.asked)
        server.asked.clear()
        assert client.post("/to/303/end", content=b"once").text == "here"
        assert [(one.method, one.body) for one in server.asked] == [("POST", b"once"), ("GET", b"")]


@pytest.mark.parametrize(
    "request_text",
    [
        "POST /x HTTP/1.1\nKEY\nContent-Length: 9\n\nhalf",
        "POST /x HTTP/1.1\nKEY\nContent-Length: -1\n\n",
        "POST /x HTTP/1.1\nKEY\nContent-Length: many\n\n",
        "POST /x HTTP/1.1\nKEY\nTransfer-Encoding: chunked\n\n4\nhalf\n",
        "POST /x HTTP/1.1\nKEY\nTransfer-Encoding: chunked\n\n-4\nhalf\n0\n\n",
        "GET .evil.example/x HTTP/1.1\nKEY\n\n",
        "GET @evil.example/x HTTP/1.1\nKEY\n\n",
        "GET http://evil.example/x HTTP/1.1\nKEY\n\n",
    ],
)
def test_what_is_not_whole_or_leads_elsewhere_is_not_sent_on(server: Server, request_text: str) -> None:
    with door(known(server)) as (relay, _):
        assert raw(relay, request_text).startswith(b"HTTP/1.1 400")
        assert raw(relay, "GET /x HTTP/1.1\nX: y\nContent-Length: 99999999999\n\n").startswith(b"HTTP/1.1 401")
    assert server.asked == []


def test_only_what_belongs_to_the_request_is_passed_on(server: Server) -> None:
    ours = {"Authorization": "Basic bWluZQ==", "Proxy-Authorization": "x", "X-Mine": "y", "Content-Type": "a/b"}
    with door(known(server)) as (relay, client):
        client.get("/x", headers=ours)
        (asked,) = server.asked
        assert (asked.headers["x-mine"], asked.headers["content-type"]) == ("y", "a/b")
        assert asked.headers[KEY_HEADER.lower()] == "the-log-in" and relay.key not in str(asked)
        assert asked.headers.keys() & {"authorization", "proxy-authorization"} == set()
        # Nothing is packed for whoever did not ask for that.
        raw(relay, "GET /x HTTP/1.1\nKEY\n\n")
        assert server.asked[1].headers["accept-encoding"] == "identity"
        answered = raw(relay, "POST /x HTTP/1.1\nKEY\nExpect: 100-continue\nContent-Length: 2\n\nab")
        assert answered.startswith(b"HTTP/1.1 100") and server.asked[2].body == b"ab"
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/half")


def test_a_location_that_can_be_read_in_two_ways_is_not_followed(server: Server) -> None:
    with door(known(server, redirect_hosts=("localhost",))) as (_, client):
        for location in (
            f"http://user:pass@127.0.0.1:{server.server_port}/x",
            f"{server.url}\\@evil.example/",
            f"{server.url}.evil.example/",
            "//evil.example/x",
            "http://[::1",
            "ftp://localhost/",
            "http://evil.example\t.localhost/",
            "http://xn--/",
            "http://\u2100.localhost/",
            "",
        ):
            server.asked.clear()
            server.leads_to = location.encode()
            assert client.post("/to/307/x").status_code == 502, location
            assert len(server.asked) == 1 + (HOPS if location == "" else 0), location


def test_what_fails_is_said_without_the_log_in_and_what_may_not_be_asked_is_refused(carrara: Place) -> None:
    with door(carrara.options) as (_, client):
        carrara.fault("lost", path=PATH)
        lost = client.get(PATH)
        assert lost.status_code == 502 and "hung up" in lost.text
    for secret in ("the-log-in\n", "the-log-ïn"):
        with door(replace(carrara.options, token=SecretStr(secret))) as (_, client):
            unsendable = client.get(PATH)
            assert unsendable.status_code == 502 and "the-log" not in unsendable.text
    with pytest.raises(InvalidInput, match="without encryption"):
        Relay(replace(carrara.options, server_address="http://tiledb.example.com"))
