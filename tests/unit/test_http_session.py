"""The HTTP session: over real sockets, against a server that is slow, broken, hostile or merely busy."""

from __future__ import annotations

import asyncio
import gzip
import json
import pickle
import socket
import traceback
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from tests.unit.scripted_server import Asked, ScriptedServer, answer, endless, raw, silent
from tui.services.command_log import CommandLog
from tui.services.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotSupported,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    ServiceError,
    TimedOut,
    Unavailable,
)
from tui.services.health import Health, State
from tui.services.http.auth import SingleFlight
from tui.services.http.refusals import Refusal
from tui.services.http.retrying import retry_after
from tui.services.http.session import HttpSession, route
from tui.services.http.settings import HttpSettings
from tui.services.http.transport import Unanswered

MARKER = "marker-secret-3141"


class Thing(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    size: int = 0


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as started:
        yield started


def session_to(server: ScriptedServer, auth: Any = None, refine: Any = None, **settings: Any) -> HttpSession:
    known: dict[str, Any] = {"backoff": 0.001, "deadline": 5.0, "silence": 5.0, **settings}
    return HttpSession(HttpSettings("toy", server.uri, **known), auth=auth, refine=refine)


@pytest.fixture
async def session(server: ScriptedServer) -> AsyncIterator[HttpSession]:
    made = session_to(server)
    yield made
    await made.close()


async def failure_of(session: HttpSession, method: str = "GET", **keywords: Any) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        await session.ask(method, "/thing", "look", Thing, **keywords)
    return caught.value


async def test_an_answer_becomes_a_model_with_its_unknown_fields(server: ScriptedServer, session: HttpSession) -> None:
    server.play(answer(body=b'{"name":"a","size":3,"new":[1]}', X_Request_Id="r1"))
    reply = await session.ask("GET", "/thing", "look", Thing, query={"page": 1, "q": "a b/ü"})
    assert reply.value.name == "a"
    assert reply.value.model_extra == {"new": [1]}
    assert reply.headers["x-request-id"] == "r1"
    assert server.asked[0].target == "/thing?page=1&q=a%20b%2F%C3%BC"
    assert server.asked[0].headers["user-agent"].startswith("arraydeck/")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"size":1}', "the answer's name: field required"),
        (b'{"name":"a","size":"%s"}' % MARKER.encode(), "the answer's size: "),
        (b"[]", "the answer: "),
        (b"\x00\xff<html>", "the answer is not JSON"),
        (b"[" * 100_000, "the answer is not JSON"),
        (b"", "the answer is empty"),
        (b'{"name":"a\x1b[31m"', "the answer is not JSON"),
    ],
)
async def test_a_wrong_answer_names_the_field_and_never_its_value(
    server: ScriptedServer, session: HttpSession, body: bytes, told: str
) -> None:
    server.play(answer(body=body))
    error = await failure_of(session)
    assert type(error) is ProtocolError
    assert error.message.startswith(told)
    assert MARKER not in "".join(traceback.format_exception(error))
    assert len(server.asked) == 1


async def test_a_large_answer_is_decoded_as_well(server: ScriptedServer, session: HttpSession) -> None:
    things = [{"name": f"thing {number}"} for number in range(5000)]
    server.play(answer(body=json.dumps(things).encode()))
    reply = await session.ask("GET", "/things", "list", list[Thing])
    assert reply.value[-1].name == "thing 4999"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidInput),
        (401, NotAuthenticated),
        (403, PermissionDenied),
        (404, NotFound),
        (405, NotSupported),
        (409, Conflict),
        (410, NotFound),
        (418, InvalidInput),
        (422, InvalidInput),
        (501, NotSupported),
        (500, Unavailable),
        (503, Unavailable),
        (504, TimedOut),
        (304, ProtocolError),
    ],
)
async def test_a_status_has_its_error(
    server: ScriptedServer, session: HttpSession, status: int, kind: type[ServiceError]
) -> None:
    server.play(answer(status, b'{"detail":"so it is"}', X_Request_Id="r7"))
    error = await failure_of(session)
    assert type(error) is kind
    assert pickle.loads(pickle.dumps(error)).message == error.message
    if kind is not ProtocolError:
        assert "so it is [request r7]" in error.message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"detail":[{"loc":["body","name"],"msg":"too long","input":"%s"}]}' % MARKER.encode(), "name: too long"),
        (b'{"error":{"message":"deep"}}', "deep"),
        (b'{"message":"\\u001b[31mred\\u202e"}', "\\e[31mred\\u202e"),
        (b"plain words", "plain words"),
        (b"<html><body>no</body></html>", "the service answered 404"),
        (b'{"detail":{"a":{"b":{"c":{"d":{"e":1}}}}}}', "the service answered 404"),
        (b'{"detail":"' + b"x" * 5000 + b'"}', "x" * 299 + "…"),
        (b"[" * 100_000, "[" * 299 + "…"),
        (b"", "the service answered 404"),
    ],
)
async def test_what_a_server_says_is_bounded_and_harmless(
    server: ScriptedServer, session: HttpSession, body: bytes, said: str
) -> None:
    server.play(answer(404, body))
    error = await failure_of(session)
    assert error.message == said


async def test_a_system_may_know_better_what_a_refusal_means(server: ScriptedServer) -> None:
    def refine(refusal: Refusal) -> ServiceError | None:
        return AlreadyExists("toy", refusal.operation, refusal.said) if "exists" in refusal.said else None

    session = session_to(server, refine=refine)
    server.play(answer(409, b'{"detail":"it exists"}'), answer(409, b'{"detail":"it is busy"}'))
    assert type(await failure_of(session)) is AlreadyExists
    assert type(await failure_of(session)) is Conflict
    await session.close()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_read_is_repeated_until_it_succeeds(server: ScriptedServer, session: HttpSession, status: int) -> None:
    server.play(answer(status), answer(status), answer(body=b'{"name":"a"}'))
    assert (await session.ask("GET", "/thing", "look", Thing)).value.name == "a"
    assert len(server.asked) == 3


async def test_a_read_is_repeated_no_more_often_than_is_set(server: ScriptedServer, session: HttpSession) -> None:
    server.play(answer(503))
    assert type(await failure_of(session)) is Unavailable
    assert len(server.asked) == session.settings.attempts


@pytest.mark.parametrize(
    "script",
    [
        raw(b""),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"),
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"),
    ],
)
async def test_a_connection_that_breaks_is_tried_again(
    server: ScriptedServer, session: HttpSession, script: Any
) -> None:
    server.play(script, script, answer(body=b'{"name":"a"}'))
    assert (await session.ask("GET", "/thing", "look", Thing)).value.name == "a"
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_change_is_never_sent_twice_after_the_server_failed(
    server: ScriptedServer, session: HttpSession, status: int
) -> None:
    server.play(answer(status), answer(body=b'{"name":"a"}'))
    error = await failure_of(session, "POST", body={"name": "a"})
    assert isinstance(error, Unavailable)
    assert isinstance(error, Unanswered) == (status in (502, 504))
    assert len(server.asked) == 1


async def test_a_change_whose_answer_is_lost_may_have_been_done(server: ScriptedServer, session: HttpSession) -> None:
    server.play(raw(b""), answer(body=b'{"name":"a"}'))
    error = await failure_of(session, "POST", body={"name": "a"})
    assert type(error) is Unanswered
    assert "may have been done" in error.message
    assert len(server.asked) == 1


async def test_a_change_that_was_turned_away_is_sent_again(server: ScriptedServer, session: HttpSession) -> None:
    server.play(answer(429), answer(429), answer(201, b'{"name":"a"}'))
    assert (await session.ask("POST", "/thing", "make", Thing, body={"name": "a"})).status == 201
    assert [asked.body for asked in server.asked] == [b'{"name": "a"}'] * 3


async def test_a_change_that_is_the_same_twice_is_repeated(server: ScriptedServer, session: HttpSession) -> None:
    server.play(raw(b""), answer(503), answer(body=b'{"name":"a"}'))
    await session.ask("PUT", "/thing", "set", Thing, body={})
    assert len(server.asked) == 3
    server.play(raw(b""), answer(204, b""))
    await session.ask("POST", "/thing/default", "set", repeatable=True)
    assert len(server.asked) == 2


async def test_a_server_that_asks_for_a_long_wait_is_told_of_at_once(
    server: ScriptedServer, session: HttpSession
) -> None:
    server.play(answer(429, b'{"detail":"slow"}', Retry_After="3600"))
    error = await failure_of(session)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3600
    assert len(server.asked) == 1


async def test_a_short_wait_is_kept_to(server: ScriptedServer, session: HttpSession) -> None:
    began = asyncio.get_running_loop().time()
    server.play(answer(503, b"", Retry_After="0.3"), answer(body=b'{"name":"a"}'))
    await session.ask("GET", "/thing", "look", Thing)
    assert asyncio.get_running_loop().time() - began >= 0.3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"retry-after": "2026-10-21T07:28:10Z", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"retry-after": "2000-01-01T00:00:00Z"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "٣"}, None),
        ({}, None),
    ],
)
def test_what_retry_after_asks(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


async def test_the_deadline_ends_a_call_and_tells_what_went_before(server: ScriptedServer) -> None:
    session = session_to(server, deadline=0.3)
    server.play(answer(503, b'{"detail":"busy"}'), silent)
    error = await failure_of(session)
    assert type(error) is TimedOut
    assert "no answer within 0.3 s; before that: the service failed with 503: busy" in error.message
    server.play(silent)
    assert type(await failure_of(session, "POST", body={})) is Unanswered
    await session.close()


async def test_a_silent_server_is_given_up(server: ScriptedServer) -> None:
    session = session_to(server, silence=0.1, attempts=2)
    server.play(silent)
    assert "said nothing for 0.1 s" in (await failure_of(session)).message
    assert len(server.asked) == 2
    await session.close()


async def test_a_body_that_does_not_end_is_cut_off(server: ScriptedServer) -> None:
    session = session_to(server, most_bytes=2**20)
    server.play(endless)
    error = await failure_of(session)
    assert type(error) is ProtocolError
    assert error.message == "the answer is larger than 1,048,576 bytes"
    await session.close()


async def test_a_packed_body_is_unpacked_with_a_bound(server: ScriptedServer) -> None:
    session = session_to(server, most_bytes=2**20)
    server.play(answer(body=gzip.compress(b'{"name":"packed"}'), Content_Encoding="gzip"))
    assert (await session.ask("GET", "/thing", "look", Thing)).value.name == "packed"
    server.play(answer(body=zlib.compress(b'{"name":"packed"}'), Content_Encoding="deflate"))
    assert (await session.ask("GET", "/thing", "look", Thing)).value.name == "packed"
    bomb = gzip.compress(b" " * 2**26)
    server.play(answer(body=bomb, Content_Encoding="gzip"))
    assert "larger than" in (await failure_of(session)).message
    server.play(answer(body=gzip.compress(bomb), Content_Encoding="gzip, gzip"))
    assert "was not asked for" in (await failure_of(session)).message
    server.play(answer(body=gzip.compress(b"{}")[:-4], Content_Encoding="gzip"))
    assert "ends too early" in (await failure_of(session)).message
    server.play(answer(body=b"no gzip at all", Content_Encoding="gzip"))
    assert "cannot be unpacked" in (await failure_of(session)).message
    await session.close()


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02\x03\r\n\r\n", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n"]
)
async def test_what_is_no_web_server_is_said_to_be_none(
    server: ScriptedServer, session: HttpSession, content: bytes
) -> None:
    server.play(raw(content))
    error = await failure_of(session)
    assert type(error) is ProtocolError
    assert "does not answer as a web service" in error.message
    assert len(server.asked) == 1


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        session = HttpSession(HttpSettings("toy", uri, backoff=0.001, attempts=2))
        error = await failure_of(session)
        assert type(error) is Unavailable
        assert "cannot be reached" in error.message
        # It was never sent, so that a change is no more uncertain than a read.
        assert type(await failure_of(session, "POST", body={})) is Unavailable
        await session.close()


async def test_http_where_https_is_expected() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        session = HttpSession(HttpSettings("toy", f"https://127.0.0.1:{port}", backoff=0.001))
        error = await failure_of(session)
        assert isinstance(error, Unavailable)
        assert error.hint == "is it http, not https?"
        await session.close()


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
    assert "-H 'authorization: [hidden]'" in first.command
    assert '"secret": "[hidden]"' in first.command
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
