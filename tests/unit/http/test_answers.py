"""Answers of a server that is slow, broken, hostile or merely busy, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import pickle
import socket
import traceback
import zlib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.http.sessions import MARKER, Thing, failure_of, session_to
from tests.unit.scripted_server import ScriptedServer, answer, endless, raw, silent
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
from tui.services.http.refusals import Refusal
from tui.services.http.retrying import retry_after
from tui.services.http.session import HttpSession
from tui.services.http.settings import HttpSettings
from tui.services.http.transport import Unanswered


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
