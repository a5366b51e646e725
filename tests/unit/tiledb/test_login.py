"""Logging in: which platform it is, what is wrong if it fails, and where the credential never goes."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.unit.tiledb.conftest import Place
from tui.services.command_log import CommandLog
from tui.services.errors import (
    InvalidInput,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ProtocolError,
    ServiceError,
    Unavailable,
)
from tui.services.http.settings import is_below
from tui.systems.tiledb import sync
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.errors import (
    ClientError,
    ConfigurationError,
    HostUnreachable,
    LoginError,
    LoginRefused,
    ProfileUnusable,
    WorkspaceRefused,
)
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.account_models import Workspace
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.retry_modes import RetryMode
from tui.systems.tiledb.sync import Client


@pytest.fixture
def closed_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def test_the_platforms_are_told_apart(carrara: Place, classic: Place) -> None:
    for place, generation in ((carrara, Generation.CARRARA), (classic, Generation.CLASSIC)):
        for options in (place.options, place.by_password):
            async with AsyncClient(options=options) as client:
                found = await client.detect()
                assert (found.generation, found.certain, found.words) == (generation, True, str(generation))
                await client.detect()
        assert len(place.requests(2, "/v4/capabilities")) == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_credential_that_capabilities_refuses(carrara: Place, status: int) -> None:
    carrara.fault("status", path="/v4/capabilities", status=status, message="who are you")
    async with carrara.client() as client:
        with pytest.raises(LoginRefused, match="who are you"):
            await client.detect()


@pytest.mark.parametrize("kind", ["status 500", "status 502", "status 503", "status 504", "lost", "drop"])
async def test_a_server_that_is_not_well_is_asked_again(carrara: Place, kind: str) -> None:
    word, _, status = kind.partition(" ")
    carrara.fault(word, path="/v4/capabilities", times=2, status=int(status or 0))
    async with carrara.client() as client:
        assert (await client.detect()).certain
    assert len(carrara.requests(3, "/v4/capabilities")) == 3


@pytest.mark.parametrize("expected", [Generation.CLASSIC, Generation.CARRARA, None])
async def test_what_cannot_be_found_out_is_what_is_expected(carrara: Place, expected: Generation | None) -> None:
    fault = carrara.fault("status", path="/v4/capabilities", times=-1, status=500, message="no")
    async with carrara.client(expected=expected) as client:
        found = await client.detect()
        assert found.generation is (expected or Generation.CARRARA)
        assert not found.certain and "undetermined" in found.words
        fault.times = 0
        assert (await client.detect()).words == "carrara"


async def test_a_server_that_says_nothing(carrara: Place) -> None:
    carrara.fault("slow", path="/v4/capabilities", times=-1, seconds=5)
    async with carrara.client(timeout=0.3) as client:
        assert not (await client.detect()).certain


async def test_a_person_may_say_which_platform_it_is(carrara: Place) -> None:
    async with carrara.client(wanted="classic") as client:
        assert (await client.detect()).generation is Generation.CLASSIC
        with pytest.raises(HostUnreachable):
            await client.check_login()
    assert carrara.requests(0, "/v4/") == []


async def test_host_credential_and_workspace_are_told_apart(carrara: Place, classic: Place, closed_port: int) -> None:
    bad = SecretStr("tiledb-ws_1-wrong")
    for place in (carrara, classic):
        async with place.client() as client:
            await client.check_login()
        async with place.client(token=bad, workspace="") as client:
            with pytest.raises(LoginRefused) as refused:
                await client.check_login()
            assert isinstance(refused.value, NotAuthenticated)
        async with AsyncClient(options=replace(place.by_password, password=SecretStr("wrong"))) as client:
            with pytest.raises(LoginRefused):
                await client.check_login()
    async with AsyncClient(options=ServiceOptions(f"http://127.0.0.1:{closed_port}", bad, backoff=0.001)) as client:
        with pytest.raises(HostUnreachable) as unreachable:
            await client.check_login()
        assert isinstance(unreachable.value, Unavailable)
    async with AsyncClient(options=replace(carrara.by_password, workspace="nowhere")) as client:
        with pytest.raises(ServiceError) as nowhere:
            await client.check_login()
        assert isinstance(nowhere.value, LoginError | NotFound)


async def test_a_workspace_that_is_not_there_or_not_the_tokens(carrara: Place) -> None:
    carrara.fault("status", path="/v4/workspaces/", status=404, message="no such workspace")
    async with carrara.client() as client:
        with pytest.raises(WorkspaceRefused, match="no such workspace"):
            await client.check_login()
    async with carrara.client(workspace="another") as client:
        with pytest.raises(WorkspaceRefused, match="the token is for the workspace"):
            await client.check_login()


async def test_what_is_no_tiledb_at_all(carrara: Place) -> None:
    carrara.fault("garbage", path="/v4/", times=-1)
    async with carrara.client() as client:
        with pytest.raises(HostUnreachable, match="does not speak"):
            await client.check_login()


async def test_without_a_log_in(carrara: Place) -> None:
    async with carrara.client(token=None) as client:
        with pytest.raises(NotAuthenticated):
            await client.get_self_user()
    async with AsyncClient() as client:
        with pytest.raises(NotAuthenticated):
            await client.get_self_user()
    async with carrara.client(token=SecretStr("eyJ"), workspace="") as client:
        with pytest.raises(ConfigurationError):
            await client.get_workspace_id()


async def test_a_password_is_exchanged_once_and_its_key_given_back(carrara: Place) -> None:
    async with AsyncClient(options=carrara.by_password) as client:
        await client.get_user()
        await client.get_workspace()
        tokens = [page async for page in client.tokens.pages()]
        names = [token.name for page in tokens for token in page.items]
        assert sum(name.startswith("login-session-") for name in names) >= 1
        assert (await client.get_workspace_id()).startswith("ws_")
        assert carrara.requests(1, "POST") == ["POST /v4/tokens 201"]
    [revoked] = carrara.requests(1, "DELETE")
    assert revoked.startswith("DELETE /v4/tokens/tok_") and revoked.endswith(" 204")
    assert ProfileFile().names() == []


async def test_a_password_of_the_classic_cloud(classic: Place) -> None:
    async with AsyncClient(options=classic.by_password) as client:
        await client.check_login()
        await client.classic.organizations()
        assert len(classic.requests(1, "GET /v1/session?remember_me=False 200")) == 1


async def test_a_key_that_has_ended_is_exchanged_anew(carrara: Place) -> None:
    async with AsyncClient(options=carrara.by_password) as client:
        await client.get_user()
        carrara.fault("status", path="/v4/versions", status=401, message="ended")
        await client.accounts.get_versions()
    assert len(carrara.requests(2, "POST /v4/tokens")) == 2


async def test_a_token_that_is_refused_is_not_tried_again(carrara: Place) -> None:
    async with carrara.client() as client:
        carrara.fault("status", path="/v4/versions", times=-1, status=401)
        with pytest.raises(NotAuthenticated):
            await client.accounts.get_versions()
    assert len(carrara.requests(1, "/v4/versions")) == 1


async def test_login_uses_a_stored_profile_and_leaves_the_environment_alone(
    carrara: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"rest.server_address": carrara.server.url, "rest.token": carrara.credentials["token"]}
    ProfileFile().save("default", values)
    ProfileFile().save("bare", {"rest.server_address": carrara.server.url})
    monkeypatch.setenv("TILEDB_PROFILE_NAME", "absent")
    before = dict(os.environ)
    async with AsyncClient() as client:
        await client.login(threads=2)
        assert (await client.default_user()).username == carrara.credentials["username"]
        for name, said in (("absent", "no profile"), ("bare", "neither a token")):
            with pytest.raises(ProfileUnusable, match=said):
                await client.login(name)
        with pytest.raises(InvalidInput):
            await client.login(threads=0)
    assert dict(os.environ) == before


async def test_a_log_in_without_a_word_uses_the_environment(carrara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILEDB_REST_SERVER_ADDRESS", carrara.server.url)
    monkeypatch.setenv("TILEDB_REST_TOKEN", carrara.credentials["token"])
    async with AsyncClient() as client:
        assert (await client.get_user()).username == carrara.credentials["username"]


def test_the_published_functions(carrara: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "_usual", sync._Usual())
    sync.configure(token=carrara.credentials["token"], host=carrara.server.url, profile_name="lab")
    sync.login("lab")
    user, workspaces = sync.get_self_user()
    assert user == sync.get_user() == sync.default_user()
    listed = sync.get_user_workspaces()
    assert [found.workspace_id for found in listed] == [found.workspace_id for found in workspaces]
    workspace = next(found for found in listed if found.name == carrara.credentials["workspace"])
    assert (workspace.workspace_role, workspace.created_by) == ("owner", carrara.credentials["username"])
    assert sync.get_workspace() == workspace
    assert sync.get_workspace_id() == workspace.workspace_id
    assert len(carrara.requests(1, "/v4/users/self")) == 1
    sync._usual.client().close()


def test_the_plain_client_from_several_threads(carrara: Place) -> None:
    found: list[str] = []
    with Client(2, options=carrara.options) as client:
        threads = [
            threading.Thread(
                target=lambda: found.append(client.run(lambda inner: inner.accounts.get_versions()).go_version)
            )
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 6 and len(set(found)) == 1


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (405, ServiceError)])
async def test_what_is_documented_to_be_a_client_error(carrara: Place, status: int, kind: type[ServiceError]) -> None:
    async with carrara.client() as client:
        for path, call in (("/v4/users/self", client.get_self_user), ("/v4/workspaces/", client.get_workspace)):
            carrara.fault("status", path=path, status=status)
            with pytest.raises(ClientError) as caught:
                await call()
            assert isinstance(caught.value, kind)
            carrara.fault("schema", path=path)
            with pytest.raises(ClientError) as wrong:
                await call()
            assert isinstance(wrong.value, ProtocolError)


async def test_a_lost_connection_is_a_client_error(carrara: Place) -> None:
    carrara.fault("drop", path="/v4/users/self", times=-1)
    async with carrara.client(attempts=2) as client:
        with pytest.raises(ClientError) as caught:
            await client.get_user()
    assert isinstance(caught.value, Unavailable)


@pytest.mark.parametrize("mode", ["default", "forceful", "disabled"])
async def test_no_credential_goes_to_another_host(carrara: Place, mode: str) -> None:
    for options in (carrara.options, carrara.by_password):
        async with AsyncClient(retry_mode=mode, options=options) as client:
            await client.detect()
            carrara.fault("redirect", path="/v4/versions", location=carrara.server.elsewhere)
            with pytest.raises(ProtocolError):
                await client.accounts.get_versions()
            carrara.fault("redirect", method="POST", path="/join", location=carrara.server.elsewhere)
            with pytest.raises(ProtocolError):
                await client.teamspaces.join("observations")
    assert carrara.requests(0, side="elsewhere") == []


async def test_no_log_in_goes_to_another_host(carrara: Place, classic: Place) -> None:
    """Nor does a password while it is exchanged, or a credential while one finds out what the server is."""
    for place, exchange in ((carrara, "/v4/tokens"), (carrara, "/v4/workspaces/*"), (classic, "/v1/session")):
        for path in (exchange, "/v4/capabilities"):
            fault = place.fault("redirect", path=path, times=-1, location=place.server.elsewhere)
            async with AsyncClient(options=place.by_password) as client:
                with contextlib.suppress(ServiceError):
                    await client.check_login()
            assert fault.hits, path
            place.server.state.faults.clear()
        assert place.requests(0, side="elsewhere") == []


async def test_a_host_that_is_allowed_is_followed_unless_retries_are_off(carrara: Place) -> None:
    for mode, follows in (("default", True), ("disabled", False)):
        options = replace(carrara.options, redirect_hosts=("localhost",))
        async with AsyncClient(retry_mode=mode, options=options) as client:
            carrara.fault("redirect", path="/v4/versions", location=carrara.server.elsewhere)
            if follows:
                await client.accounts.get_versions()
            else:
                with pytest.raises(ProtocolError):
                    await client.accounts.get_versions()
        assert len(carrara.requests(1, side="elsewhere")) == 1


async def test_plain_http_to_another_machine_is_refused_unless_it_is_allowed() -> None:
    options = ServiceOptions("http://tiledb.example.com", SecretStr("t"))
    async with AsyncClient(options=options) as client:
        with pytest.raises(InvalidInput, match="without encryption"):
            await client.get_user()
    assert replace(options, allow_plain_http=True).http(client.link.retry_mode).base_url == "http://tiledb.example.com"


def test_which_hosts_may_be_redirected_to() -> None:
    def hosts(address: str) -> tuple[str, ...]:
        return ServiceOptions(address).http(RetryMode.DEFAULT).redirect_hosts

    assert "api.tiledb.com" in hosts("https://us-east-1.aws.api.tiledb.com")
    assert hosts("https://tiledb.example.com") == ("tiledb.example.com",)
    assert is_below("eu.api.tiledb.com.", ("api.tiledb.com",)) and is_below("API.tiledb.com", ("api.tiledb.com",))
    assert not any(is_below(host, ("api.tiledb.com",)) for host in ("my-api.tiledb.com", "api.tiledb.com.evil", ""))
    assert hosts("http://127.0.0.1:8181") == hosts("http://localhost") == hosts("https://[::1]") == ()


async def test_secrets_are_shown_nowhere(carrara: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log = CommandLog()
    secrets = [carrara.credentials["token"], carrara.credentials["password"]]
    for options in (carrara.options, carrara.by_password):
        async with AsyncClient(options=options) as client:
            client.watch(log, "lab")
            await client.get_user()
            made = await client.tokens.create("mine", await client.get_workspace_id())
            secrets.append(made.api_key.get_secret_value())
            await client.storage.create_credential(
                "cloud",
                "AWS",
                "credential",
                {"aws": {"access_key_id": "AKIA", "secret_access_key": SecretStr("canary-secret")}},
            )
            await client.storage.delete_credential("cloud")
            echo = " ".join(secrets)
            carrara.fault("status", path="/v4/versions", status=400, message=f"no {echo}")
            with pytest.raises(InvalidInput) as caught:
                await client.accounts.get_versions()
            seen = f"{caught.value} {caught.value!r} {options!r} {made!r} {made.model_dump_json()}"
            # What else the server repeats is not known to be a secret of this session.
            assert options.token is None or options.token.get_secret_value() not in seen
            assert options.password is None or options.password.get_secret_value() not in seen
    told = caplog.text + "".join(f"{call.operation} {call.command} {call.outcome}" for call in log)
    assert "canary-secret" not in told
    assert not any(secret in told for secret in secrets)
    assert "$TILEDB_REST_API_KEY" in told


async def test_a_reader_may_not_change(carrara: Place) -> None:
    async with carrara.client(token=SecretStr(carrara.credentials["reading_token"])) as client:
        with pytest.raises(PermissionDenied):
            await client.teamspaces.create("mine")


def test_the_published_functions_and_attributes_have_their_names() -> None:
    published = json.loads((Path(__file__).parents[1] / "published_methods.json").read_text())["tiledb"]
    for name in published["methods"]:
        if name not in ("build", "retry_mode", "set_threads"):
            assert callable(getattr(sync, name)) and getattr(sync, name).__doc__, name
    assert set(published["models"]["Workspace"]) <= set(Workspace.model_fields)
