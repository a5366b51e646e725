"""A request as a `curl` command: pasted into a shell, it sends the same, and holds no secret."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.http.sessions import MARKER, session_to
from tests.unit.scripted_server import ScriptedServer, answer
from tui.services import dry_run
from tui.services.command_log import CommandLog
from tui.services.http.command import BODY, curl
from tui.services.http.session import HttpSession

NAMES = ["plain", "it's", 'a "b"', "$HOME `id` \\", "ü ✓ 𝄞", "\x1b[31m\x00\x9f\u202e", "'", "", "\n", "\udc80"]
BASH = shutil.which("bash") or ""


def arguments(command: str, **variables: str) -> list[str]:
    """Return what a shell makes of a command line."""
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}; {command}"
    done = subprocess.run([BASH, "-c", script], env=variables, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.skipif(not BASH, reason="there is no bash")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_shell_reads_what_was_sent(name: str) -> None:
    body = {"name": name, "list": [1, None, {"password": SecretStr(MARKER)}], "api_key": MARKER, "say": "$PASSWORD"}
    headers = {"authorization": f"Bearer {MARKER}", "x-rest-api-key": MARKER, "content-type": "application/json"}
    command = curl("POST", f"http://x/a?b=%20&c={'d' if name else ''}", headers, body, None)
    assert MARKER not in command and command.isprintable()
    words = arguments(command, TOKEN="t", REST_API_KEY="k", PASSWORD="p'\"", API_KEY="a")
    assert words[:3] == ["-X", "POST", f"http://x/a?b=%20&c={'d' if name else ''}"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "-H"] == [
        "authorization: Bearer t", "x-rest-api-key: k", "content-type: application/json",
    ]  # fmt: skip
    sent = words[-1].replace("p'\"", "p")
    assert json.loads(sent) == {"name": name, "list": [1, None, {"password": "p"}], "api_key": "a", "say": "$PASSWORD"}


@pytest.mark.skipif(not BASH, reason="there is no bash")
def test_a_form_is_read_as_it_was_sent_and_a_long_body_says_that_it_is_cut() -> None:
    command = curl("POST", "http://x/", {}, None, {"grant": "a b&c", "token": SecretStr(MARKER)})
    assert arguments(command, TOKEN="t")[-4:] == ["--data-urlencode", "grant=a b&c", "--data-urlencode", "token=t"]
    command = curl("PUT", "http://x/", {}, {"text": "x" * BODY, "password": SecretStr(MARKER)}, None)
    assert "# the body is cut: it has 2," in command and len(command) < BODY + 200
    assert MARKER not in command


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
async def test_pasted_it_reaches_the_server_as_ours_did(server: ScriptedServer) -> None:
    class Ticket:
        async def headers(self) -> dict[str, str]:
            return {"authorization": f"Bearer {MARKER}"}

        async def renew(self, refused: object) -> bool:
            return False

    session = session_to(server, auth=Ticket())
    session.log = CommandLog()
    server.play(answer(), answer())
    await session.ask("POST", "/thing", "make", query={"q": "a b"}, body={"name": "ü", "secret": SecretStr(MARKER)})
    (call,) = session.log
    ran = await asyncio.create_subprocess_shell(
        f"{call.command} -s -o /dev/null --noproxy '*'", env={"TOKEN": MARKER, "SECRET": MARKER}
    )
    assert await ran.wait() == 0
    ours, pasted = server.asked
    assert (ours.method, ours.target, json.loads(ours.body)) == (pasted.method, pasted.target, json.loads(pasted.body))
    assert ours.headers["authorization"] == pasted.headers["authorization"]
    assert ours.headers["content-type"] == pasted.headers["content-type"]
    await session.close()


async def test_a_dry_run_reads_and_holds_what_changes(server: ScriptedServer) -> None:
    session = session_to(server)
    server.play(answer(body=b'{"name":"a"}'))

    async def change() -> None:
        await session.ask("GET", "/thing", "look")
        await session.ask("DELETE", "/thing", "delete")
        raise AssertionError("it went on")

    with dry_run.dry_run() as dry:
        await change()
    assert [(held.method, held.target) for held in dry.held] == [("DELETE", "/thing")]
    assert [asked.method for asked in server.asked] == ["GET"]
    assert await _sent_by_a_task_that_was_left_behind(session, server) == ["GET"]
    server.play(answer())
    await session.ask("DELETE", "/thing", "delete")
    assert server.asked[-1].method == "DELETE"
    await session.close()


async def _sent_by_a_task_that_was_left_behind(session: HttpSession, server: ScriptedServer) -> list[str]:
    async def later() -> Any:
        await asyncio.sleep(0)
        return await session.ask("PUT", "/thing", "change")

    with dry_run.dry_run():
        task = asyncio.create_task(later())
    with pytest.raises(dry_run.NotSent):
        await task
    return [asked.method for asked in server.asked]


async def test_changes_that_go_out_side_by_side_are_all_told(server: ScriptedServer) -> None:
    session = session_to(server)
    with dry_run.dry_run() as dry:
        async with asyncio.TaskGroup() as group:
            for name in ("a", "b"):
                group.create_task(session.ask("DELETE", f"/{name}", "delete"))
    assert [held.target for held in dry.held] == ["/a", "/b"] and server.asked == []
    await session.close()
