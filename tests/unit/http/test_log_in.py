"""The log-in of a session: renewed once for all, sent to its own server only, and shown nowhere; and ways to it."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.http.sessions import MARKER, Thing, failure_of, session_to
from tests.unit.scripted_server import Asked, ScriptedServer, answer, raw
from tui.services.command_log import CommandLog
from tui.services.errors import (
    InvalidInput,
    NotAuthenticated,
    ProtocolError,
    Unavailable,
)
from tui.services.health import Health, State
from tui.services.http.auth import SingleFlight
from tui.services.http.session import HttpSession, route
from tui.services.http.settings import HttpSettings


class Ticket:
    """A log-in whose tickets are numbered."""

    def __init__(self) -> None:
        self.number = 1
        self.renewals = 0
        self.flight: SingleFlight[None] = SingleFlight()

    async def headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {MARKER}-{self.number}"}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        if refused == await self.headers():
            await self.flight.run(self._renew)
        return True

    async def _renew(self) -> None:
        self.renewals += 1
        await asyncio.sleep(0.02)
        self.number += 1


def only(number: int) -> Any:
    async def check(asked: Asked, writer: asyncio.StreamWriter) -> None:
        good = asked.headers.get("authorization") == f"Bearer {MARKER}-{number}"
        script = answer(body=b'{"name":"a"}') if good else answer(401, b'{"detail":"expired"}')
        await script(asked, writer)

    return check


async def test_a_log_in_that_ends_is_renewed_once_for_all_who_find_out(server: ScriptedServer) -> None:
    ticket = Ticket()
    session = session_to(server, auth=ticket)
    server.play(only(2))
    replies = await asyncio.gather(*(session.ask("GET", f"/thing/{each}", "look", Thing) for each in range(8)))
    assert [reply.value.name for reply in replies] == ["a"] * 8
    assert ticket.renewals == 1
    await session.close()


async def test_a_log_in_that_is_refused_anew_is_not_renewed_for_ever(server: ScriptedServer) -> None:
    ticket = Ticket()
    session = session_to(server, auth=ticket)
    server.play(only(99))
    assert type(await failure_of(session)) is NotAuthenticated
    assert (ticket.renewals, len(server.asked)) == (1, 2)
    await session.close()


async def test_a_renewal_survives_whoever_began_it(server: ScriptedServer) -> None:
    ticket = Ticket()
    session = session_to(server, auth=ticket)
    server.play(only(2))
    first = asyncio.create_task(session.ask("GET", "/thing", "look", Thing))
    while not ticket.renewals:
        await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.wait({first})
    await ticket.flight.settle(5)
    assert ticket.number == 2
    await session.close()


async def test_a_call_without_log_in_sends_none(server: ScriptedServer) -> None:
    session = session_to(server, auth=Ticket())
    await session.ask("GET", "/public", "look", identified=False)
    assert "authorization" not in server.asked[0].headers
    await session.close()


async def test_redirects_stay_within_the_server(server: ScriptedServer) -> None:
    session = session_to(server, auth=Ticket())
    server.play(answer(302, Location="/other"), answer(body=b'{"name":"a"}'))
    await session.ask("GET", "/thing", "look", Thing)
    assert [asked.target for asked in server.asked] == ["/thing", "/other"]
    async with ScriptedServer() as foreign:
        for place in (
            f"{foreign.uri}/steal",
            f"//127.0.0.1:{foreign.port}/",
            "https://evil.example.com/",
        ):
            server.play(answer(307, Location=place))
            assert "another server" in (await failure_of(session)).message
        assert foreign.asked == []
    server.play(answer(302, Location="http://[::1"))
    assert type(await failure_of(session)) is ProtocolError
    server.play(answer(302, Location="/thing"))
    assert "keeps sending" in (await failure_of(session)).message
    server.play(answer(307, Location="/other"))
    assert type(await failure_of(session, "POST", body={})) is ProtocolError
    assert len(server.asked) == 1
    await session.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com",
        "http://192.168.0.7:8000",
        "ftp://example.com",
        "example.com",
        "https://",
        f"https://user:{MARKER}@example.com",
        f"https://example.com/?token={MARKER}",
        "https://example.com:99999",
        "https://exa\x1b[31mmple.com",
        "",
    ],
)
def test_an_address_that_is_none_or_would_show_the_log_in(address: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        HttpSettings("toy", address)
    assert MARKER not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "address", ["http://localhost:1", "http://127.9.9.9", "http://[::1]:80", "https://example.com/api"]
)
def test_an_address_that_is_good(address: str) -> None:
    assert HttpSettings("toy", address).base_url == address
    assert HttpSettings("toy", "http://example.com", allow_plain_http=True)


@pytest.mark.parametrize("token", [f"{MARKER}\nx: y", f"{MARKER}ü", f"{MARKER}\x00", f" {MARKER}\r"])
async def test_a_log_in_that_cannot_be_sent_is_not_shown_either(server: ScriptedServer, token: str) -> None:
    class Odd:
        async def headers(self) -> Mapping[str, str]:
            return {"authorization": f"Bearer {token}"}

        async def renew(self, refused: Mapping[str, str]) -> bool:
            return False

    session = session_to(server, auth=Odd())
    error = await failure_of(session)
    assert type(error) is InvalidInput
    assert MARKER not in "".join(traceback.format_exception(error))
    await session.close()


async def test_secrets_are_sent_and_never_shown(
    server: ScriptedServer, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    caplog.set_level("DEBUG")
    session = session_to(server, auth=Ticket())
    session.log, session.profile = CommandLog(), "lab"
    body = {"name": "a", "keys": [{"secret": SecretStr(f"{MARKER}-body")}]}
    server.play(answer(422, f'{{"detail":"bad {MARKER}-body for {MARKER}-1"}}'.encode()))
    error = await failure_of(session, "POST", body=body)
    assert error.message == "bad [hidden] for [hidden]"
    assert json.loads(server.asked[0].body)["keys"] == [{"secret": f"{MARKER}-body"}]
    server.play(raw(b""))
    lost = await failure_of(session, "POST", form={"grant": "x", "token": SecretStr(f"{MARKER}-form")})
    assert server.asked[0].body == f"grant=x&token={MARKER}-form".encode()
    await failure_of(session, "POST", body={"token": f"{MARKER}-plain"}, private=True)
    shown = [
        *("".join(traceback.format_exception(each)) for each in (error, lost)),
        repr(session.settings),
        *(f"{call}" for call in session.log),
        caplog.text,
        *(str(warning.message) for warning in recwarn),
    ]
    assert MARKER not in "\n".join(shown)
    assert [call.outcome for call in session.log] == ["422", "unanswered", "unanswered"]
    assert [call.operation for call in session.log] == ["POST /thing"] * 3
    first = next(iter(session.log))
    assert first.profile == "lab"
    assert '-H "authorization: Bearer $TOKEN"' in first.command
    assert '"secret": "\'"$SECRET"\'"' in first.command
    await session.close()


async def test_health_hears_of_every_answer(server: ScriptedServer, session: HttpSession) -> None:
    session.health = Health()
    server.play(answer(body=b'{"name":"a"}'), answer(404), answer(503))
    await session.ask("GET", "/thing", "look", Thing)
    await failure_of(session)
    assert session.health.state is State.ONLINE
    assert len(session.health.latencies) == 2
    await failure_of(session)
    assert session.health.state is State.OFFLINE


async def test_a_closed_session_says_so(server: ScriptedServer, session: HttpSession) -> None:
    await session.ask("GET", "/thing", "look")
    await session.close()
    await session.close()
    assert (await failure_of(session)).message == "the client is closed"


async def test_no_cookie_is_kept(server: ScriptedServer, session: HttpSession) -> None:
    server.play(answer(Set_Cookie="a=b"), answer())
    await session.ask("GET", "/thing", "look")
    await session.ask("GET", "/thing", "look")
    assert "cookie" not in server.asked[1].headers


async def test_a_proxy_is_not_asked_for_this_machine(
    server: ScriptedServer, session: HttpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ScriptedServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.uri)
        await session.ask("GET", "/thing", "look")
        assert (len(server.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize("by_settings", [False, True])
async def test_a_proxy_is_asked_for_others_unless_no_proxy_names_them(
    monkeypatch: pytest.MonkeyPatch, by_settings: bool
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    async with ScriptedServer() as proxy:
        settings: dict[str, Any] = {"allow_plain_http": True, "attempts": 1, "deadline": 5.0}
        if by_settings:
            settings["proxy"] = proxy.uri
        else:
            monkeypatch.setenv("HTTP_PROXY", proxy.uri)
            monkeypatch.setenv("http_proxy", proxy.uri)
        # A name that nothing answers to: only a proxy can.
        session = HttpSession(HttpSettings("toy", "http://nowhere.invalid", **settings))
        await session.ask("GET", "/thing", "look")
        assert proxy.asked[0].target == "http://nowhere.invalid/thing"
        await session.close()
        monkeypatch.setenv("NO_PROXY", "nowhere.invalid")
        monkeypatch.setenv("no_proxy", "nowhere.invalid")
        session = HttpSession(HttpSettings("toy", "http://nowhere.invalid", **settings))
        assert isinstance(await failure_of(session), Unavailable)
        assert len(proxy.asked) == 1
        await session.close()


async def test_certificates_that_cannot_be_read(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = HttpSession(HttpSettings("toy", "https://127.0.0.1:1", ca_file=tmp_path / "none.pem"))
    assert "certificates cannot be read" in (await failure_of(session)).message
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    session = HttpSession(HttpSettings("toy", "https://127.0.0.1:1"))
    assert "certificates cannot be read" in (await failure_of(session)).message


def test_a_name_is_one_part_of_a_path() -> None:
    assert route("/repos/{}/{}", "données", "a/b?c#d%e") == "/repos/donn%C3%A9es/a%2Fb%3Fc%23d%25e"
    for name in ("", ".", "..", "\ud800"):
        with pytest.raises(InvalidInput):
            route("/repos/{}", name)
