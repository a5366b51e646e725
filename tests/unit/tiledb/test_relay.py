"""The door through which TileDB's own library asks a server: who may use it, what it passes on, and to whom."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.unit.tiledb.conftest import Place
from tui.services.errors import InvalidInput, Unavailable
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.reading.relay import KEY, LARGEST, Relay
from tui.systems.tiledb.reading.relay_process import RelayProcess

PATH = "/v4/versions"


@contextmanager
def door(options: ServiceOptions) -> Iterator[tuple[Relay, httpx.Client]]:
    """Open a door, and a client of it with its key."""
    relay = Relay(options)
    try:
        with httpx.Client(base_url=relay.address, headers={KEY: relay.key}) as client:
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
                assert client.get(PATH, headers={KEY: wrong}).status_code == 401
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


def test_bodies_pass_in_either_form_and_too_large_ones_are_refused(carrara: Place) -> None:
    with door(carrara.options) as (relay, client):
        wanted = f"/v4/teamspaces/{carrara.credentials['workspace']}"
        text = b'{"visibility": "private", "name": "%s"}'
        parts = iter((text[:12], text[12:] % b"parts"))
        for name, body in (("whole", text % b"whole"), ("parts", parts)):
            answer = client.post(wanted, content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 201 and name in answer.text
        for length in (str(LARGEST + 1), "-1", "many"):
            raw = http.client.HTTPConnection("127.0.0.1", int(relay.address.rpartition(":")[2]), timeout=10)
            raw.putrequest("POST", wanted)
            raw.putheader("Content-Length", length)
            raw.endheaders()
            assert raw.getresponse().status == 413
            raw.close()


def test_in_a_process_of_its_own_it_ends_when_it_is_closed_or_nobody_listens(carrara: Place) -> None:
    relay = RelayProcess(carrara.options)
    assert "tiledb-" not in relay.key
    with httpx.Client(base_url=relay.address, headers={KEY: relay.key}) as client:
        assert client.get("/v4/users/self").status_code == 200
        relay.close()
        relay.close()
        with pytest.raises(httpx.TransportError):
            client.get("/v4/users/self")
    with pytest.raises(Unavailable):
        RelayProcess(replace(carrara.options, ca_file=Path("/nowhere/authorities.pem")))


def test_what_fails_is_said_and_what_may_not_be_asked_is_refused(carrara: Place) -> None:
    with door(carrara.options) as (_, client):
        carrara.fault("lost", path=PATH)
        lost = client.get(PATH)
        assert lost.status_code == 502 and "RemoteProtocolError" in lost.text
    with pytest.raises(InvalidInput, match="without encryption"):
        Relay(replace(carrara.options, server_address="http://tiledb.example.com"))
