"""Log-ins of the client: device codes, the token file, renewal by one for all, keys, log-out."""

from __future__ import annotations

import asyncio
import json
import stat
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.arraylake.clients import asked, client_of, log_in, once
from tui.services.errors import InvalidInput, NotAuthenticated, ProtocolError, ServiceError, Unavailable
from tui.systems.arraylake.login import LoginState, Step
from tui.systems.arraylake.provider import AccessDenied, CodeExpired
from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService

REFRESH = "POST /oauth/token"


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "arraylake" / "token.json"


@pytest.fixture
def quick(lab: EmbeddedService) -> Iterator[EmbeddedService]:
    """A service whose provider is asked often."""
    lab.state.logins.interval = 0.05
    yield lab


def approve(service: EmbeddedService, state: LoginState) -> None:
    assert service.state.logins.decide(state.user_code, ADMINISTRATOR)


def refreshes(service: EmbeddedService) -> int:
    return asked(service, "POST", "identity").count(REFRESH)


async def test_a_log_in_by_device_code(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:
        with pytest.raises(NotAuthenticated, match="not logged in"):
            await client.get_user()
        states: list[LoginState] = []
        async with aclosing(client.login_states()) as found:
            async for state in found:
                states.append(state)
                if state.polls == 2:
                    approve(quick, state)
        first, last = states[0], states[-1]
        assert first.address.startswith("https://") and first.user_code in first.address
        assert first.interval == 0.05
        assert timedelta(seconds=590) < first.expires - datetime.now(UTC) <= timedelta(seconds=600)
        assert [state.step for state in states[:3]] == [Step.WAITING] * 3
        assert last.step is Step.DONE and last.is_over
        user = await client.get_user()
        assert (user.email, user.title, user.is_api_key) == (ADMINISTRATOR, "Ada Vogel", False)
        ends = client.account.expires
        assert ends is not None and timedelta(hours=23) < ends - datetime.now(UTC) <= timedelta(days=1)
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    kept = json.loads(token_file.read_text())
    assert set(kept) == {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    assert "POST /auth/update-user" in asked(quick)
    async with client_of(quick, None, token_file) as another:
        assert (await another.get_user()).email == ADMINISTRATOR


async def test_a_log_in_is_given_up_by_leaving_it(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:

        async def wait_for_ever() -> None:
            async with aclosing(client.login_states()) as found:
                async for _ in found:
                    pass

        task = asyncio.create_task(wait_for_ever())
        await once(lambda: REFRESH in asked(quick, "POST", "identity"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        polls = refreshes(quick)
        state = quick.state.logins.waiting()[0]
        quick.state.logins.decide(state.user_code, ADMINISTRATOR)
        await asyncio.sleep(0.15)
        assert refreshes(quick) <= polls + 1
    assert not token_file.exists()


async def test_a_log_in_that_is_denied(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:
        async with aclosing(client.login_states()) as found:
            async for state in found:
                last = state
                if state.polls == 1:
                    quick.state.logins.decide(state.user_code, None)
        assert last.step is Step.DENIED
        assert "cancelled" in last.problem
        with pytest.raises(AccessDenied):
            await client.login(show=lambda state: quick.state.logins.decide(state.user_code, None) and None)
    assert not token_file.exists()


async def test_a_code_that_nobody_enters_expires_when_it_is_due(quick: EmbeddedService, token_file: Path) -> None:
    quick.state.logins.code_seconds = 1
    quick.state.logins.interval = 30
    async with client_of(quick, None, token_file) as client:
        with pytest.raises(CodeExpired):
            await client.login(show=lambda state: None)
        quick.state.logins.code_seconds, quick.state.logins.interval = 600, 0.02
        async with aclosing(client.login_states()) as found:
            async for state in found:
                last = state
                for code in quick.state.logins.waiting():
                    code.expires = time.time() - 1
        assert last.step is Step.EXPIRED


async def test_a_provider_that_wants_to_be_asked_less_often(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:
        async with aclosing(client.login_states()) as found:
            first = await anext(found)
            # The provider says so to whoever asks twice at once.
            code = quick.state.logins.waiting()[0]
            code.last_poll = time.time() + 60
            slowed = await anext(found)
        assert (first.step, slowed.step) == (Step.WAITING, Step.SLOW_DOWN)
        assert slowed.interval == first.interval + 5


async def test_a_provider_that_is_down_for_a_while_is_asked_again(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:
        problems: list[str] = []
        async with aclosing(client.login_states()) as found:
            async for state in found:
                problems.append(state.problem)
                if state.polls == 1:
                    await asyncio.to_thread(quick.down, "identity")
                elif state.polls == 3:
                    await asyncio.to_thread(quick.up, "identity")
                    approve(quick, state)
        assert state.step is Step.DONE
        assert sum("cannot be reached" in problem for problem in problems) >= 2


async def test_a_provider_that_is_none(quick: EmbeddedService, token_file: Path) -> None:
    async with client_of(quick, None, token_file) as client:
        quick.state.faults.add("schema", path="/auth/config")
        with pytest.raises(ProtocolError, match="domain"):
            await anext(client.login_states())
        for domain in ("evil.example.com/path", "user@evil.example.com", "a b", "", "\x1b[31m"):
            quick.state.domain, real = domain, quick.state.domain
            with pytest.raises(ProtocolError, match="no host"):
                await anext(client.login_states())
            quick.state.domain = real
        quick.state.faults.add("schema", side="identity", path="/oauth/device/code")
        with pytest.raises(ProtocolError, match="verification_uri_complete"):
            await anext(client.login_states())


async def test_a_log_in_that_ended_is_renewed_once_for_eight_calls(lab: EmbeddedService, token_file: Path) -> None:
    lab.state.logins.rotating = True
    before = log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        lab.state.logins.expire_tokens()
        users = await asyncio.gather(*(client.get_user() for _ in range(8)))
        assert {user.email for user in users} == {ADMINISTRATOR}
        assert refreshes(lab) == 1
    after = json.loads(token_file.read_text())
    assert after["refresh_token"] != before["refresh_token"]
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600


async def test_several_programs_renew_a_log_in_once(lab: EmbeddedService, token_file: Path) -> None:
    lab.state.logins.rotating = True
    log_in(lab, token_file)
    async with client_of(lab, None, token_file) as one, client_of(lab, None, token_file) as other:
        await asyncio.gather(one.get_user(), other.get_user())
        lab.state.logins.expire_tokens()
        await asyncio.gather(*(client.get_user() for client in (one, other, one, other)))
        assert refreshes(lab) == 1


async def test_a_provider_that_does_not_rotate_keeps_the_old_refresh_token(
    lab: EmbeddedService, token_file: Path
) -> None:
    before = log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        assert await client.account.refresh() is not None
    after = json.loads(token_file.read_text())
    assert after["refresh_token"] == before["refresh_token"]
    assert after["id_token"] != before["id_token"] or after["access_token"] != before["access_token"]


async def test_a_log_in_that_ends_soon_is_renewed_before_it_does(lab: EmbeddedService, token_file: Path) -> None:
    lab.state.logins.token_seconds = 10
    log_in(lab, token_file)
    lab.state.logins.token_seconds = 86_400
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        assert refreshes(lab) == 1
        assert [entry.status for entry in lab.state.log.entries("catalogue")].count(401) == 0


async def test_a_log_in_that_was_revoked(lab: EmbeddedService, token_file: Path) -> None:
    log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        lab.state.logins.revoke()
        with pytest.raises(NotAuthenticated, match="log-in has ended") as caught:
            await client.get_user()
        assert "`L` logs in" in caught.value.hint
        assert "ended" in client.account.problem
        # Another program logs in meanwhile; this one finds it without being told.
        log_in(lab, token_file)
        assert (await client.get_user()).email == ADMINISTRATOR


async def test_a_provider_that_is_down_when_a_log_in_must_be_renewed(lab: EmbeddedService, token_file: Path) -> None:
    log_in(lab, token_file)
    before = token_file.read_text()
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        lab.state.logins.expire_tokens()
        await asyncio.to_thread(lab.down, "identity")
        with pytest.raises(Unavailable):
            await client.get_user()
        assert token_file.read_text() == before
        await asyncio.to_thread(lab.up, "identity")
        assert (await client.get_user()).email == ADMINISTRATOR


async def test_a_renewal_goes_on_when_nobody_waits_any_more(lab: EmbeddedService, token_file: Path) -> None:
    lab.state.logins.rotating = True
    before = log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        lab.state.logins.expire_tokens()
        slow = lab.state.faults.add("slow", side="identity", path="/oauth/token", seconds=0.2)
        task = asyncio.create_task(client.get_user())
        await once(lambda: slow.hits == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    # What the provider gave out in place of the old token is in the file: it was the only one that is good.
    assert json.loads(token_file.read_text())["refresh_token"] != before["refresh_token"]


async def test_a_key_is_never_renewed(lab: EmbeddedService) -> None:
    async with client_of(lab, "ema_wrong") as client:
        with pytest.raises(NotAuthenticated):
            await client.get_user()
        assert len(asked(lab)) == 1
        assert asked(lab, side="identity") == []


async def test_a_key_that_was_revoked(lab: EmbeddedService) -> None:
    async with client_of(lab) as client:
        user = await client.get_user()
        assert user.is_api_key and client.account.kind == "API key"
        lab.state.accounts.revoke_keys()
        with pytest.raises(NotAuthenticated):
            await client.list_orgs()


async def test_a_log_in_is_renewed_instead_of_asked_for_anew(lab: EmbeddedService, token_file: Path) -> None:
    log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.login(org="lab", show=lambda state: pytest.fail("nobody need be asked"))
        assert refreshes(lab) == 1


@pytest.mark.parametrize("content", ["", "{}", "not JSON", '{"access_token": 1}', "[" * 50_000, "\x00"])
async def test_a_token_file_that_is_damaged(quick: EmbeddedService, token_file: Path, content: str) -> None:
    token_file.parent.mkdir()
    token_file.write_text(content)
    async with client_of(quick, None, token_file) as client:
        with pytest.raises(InvalidInput, match="holds no log-in"):
            await client.get_user()
        quick.state.logins.approve_after = 0.0
        await client.login(show=lambda state: None)
        assert (await client.get_user()).email == ADMINISTRATOR


async def test_a_token_file_that_cannot_be_written(quick: EmbeddedService, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with client_of(quick, None, tmp_path / "file" / "token.json") as client:
        quick.state.logins.approve_after = 0.0
        with pytest.raises(Unavailable):
            await client.login(show=lambda state: None)


async def test_logging_out(lab: EmbeddedService, token_file: Path) -> None:
    log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        assert (await client.logout()).found
        assert not token_file.exists()
        assert "GET /v2/logout" in asked(lab, side="identity")
        with pytest.raises(NotAuthenticated):
            await client.get_user()
        assert not (await client.logout()).found
        log_in(lab, token_file)
        await asyncio.to_thread(lab.down, "identity")
        outcome = await client.logout(org="lab")
        assert outcome.found and "cannot be reached" in outcome.problem
        assert not token_file.exists()


async def test_a_log_in_is_shown_on_stderr_by_default(
    quick: EmbeddedService, token_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick.state.logins.approve_after = 0.0
    async with client_of(quick, None, token_file) as client:
        await client.login()
    out, err = capsys.readouterr()
    assert out == "" and "Open https://" in err and "see that it shows the code" in err


async def test_the_background_renews_before_the_end(
    lab: EmbeddedService, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.systems.arraylake.account.LOOK", 0.02)
    lab.state.logins.token_seconds = 120
    log_in(lab, token_file)
    async with client_of(lab, None, token_file) as client:
        await client.get_user()
        lab.state.logins.token_seconds = 86_400
        assert refreshes(lab) == 0
        client.account.keep_fresh()
        await once(lambda: refreshes(lab) == 1)
        await once(
            lambda: (
                client.account.expires is not None and client.account.expires > datetime.now(UTC) + timedelta(hours=1)
            )
        )
    assert refreshes(lab) == 1


async def test_what_a_log_in_holds_is_never_shown(
    quick: EmbeddedService, token_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from tui.services.command_log import CommandLog

    caplog.set_level("DEBUG")
    log = CommandLog()
    shown: list[Any] = []
    async with client_of(quick, None, token_file) as client:
        client.watch(log, "lab")
        quick.state.logins.approve_after = 0.0
        async with aclosing(client.login_states()) as found:
            async for state in found:
                shown.append(state)
        await client.get_user()
        first = json.loads(token_file.read_text())
        quick.state.logins.expire_tokens()
        await client.get_user()
        second = json.loads(token_file.read_text())
        quick.state.logins.revoke()
        with pytest.raises(ServiceError) as caught:
            await client.get_user()
        shown += [caught.getrepr(), repr(client.options), repr(client.account.__dict__), caplog.text, *log]
    text = "\n".join(map(str, shown))
    for tokens in (first, second):
        for name in ("access_token", "id_token", "refresh_token"):
            assert tokens[name] not in text
    assert API_KEY not in text
    assert "POST /oauth/token" in text
