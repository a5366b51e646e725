"""`configure`: what the published client stores, and what it refuses (contract §6)."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tui.services.errors import AlreadyExists, InvalidInput, NotSupported
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.errors import BadValue, ConfigurationError
from tui.systems.tiledb.models.account_models import APIToken
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.reading.proxies import check_no_proxy
from tui.systems.tiledb.sync import Client, configure

KEY = "tiledb-ws_1-x"


def stored(name: str = "default") -> dict[str, str]:
    return dict(ProfileFile().load(name).values)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (
            {"token": KEY, "host": "api.example.com/"},
            {"rest.server_address": "https://api.example.com", "rest.token": KEY, "rest.workspace": "ws_1"},
        ),
        (
            {"token": SecretStr(KEY), "username": "ada", "password": "p", "workspace": "acme", "host": "http://h:1"},
            {"rest.server_address": "http://h:1", "rest.token": KEY, "rest.workspace": "acme"},
        ),
        (
            {"token": APIToken(token_id="t", api_key=SecretStr("eyJ"), workspace_id="ws_7"), "host": "h"},
            {"rest.server_address": "https://h", "rest.token": "eyJ", "rest.workspace": "ws_7"},
        ),
        (
            {
                "username": "ada",
                "password": SecretStr("p"),
                "workspace": "acme",
                "host": "h",
                "verify_ssl": False,
                "ca_file": "/ca",
            },
            {
                "rest.password": "p",
                "rest.server_address": "https://h",
                "rest.username": "ada",
                "rest.verify_ssl": "false",
                "rest.workspace": "acme",
                "ssl.ca_file": "/ca",
            },
        ),
        (
            {"token": KEY, "host": "h", "verify_ssl": True, "ca_file": ""},
            {"rest.server_address": "https://h", "rest.token": KEY, "rest.workspace": "ws_1"},
        ),
    ],
)
def test_what_is_stored(given: dict[str, Any], values: dict[str, str]) -> None:
    configure(**given)
    assert stored() == values


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": KEY}, "Host is required"),
        ({"token": KEY, "host": "  "}, "Host is required"),
        ({"host": "h", "workspace": "acme"}, "token"),
        ({"host": "h", "workspace": "acme", "username": "ada"}, "token"),
        ({"host": "h", "workspace": "acme", "password": "p"}, "token"),
        ({"host": "h", "token": "eyJ"}, "ws_"),
        ({"host": "h", "username": "ada", "password": "p"}, "workspace"),
    ],
)
def test_what_is_missing(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        configure(**given)
    assert ProfileFile().names() == []


def test_a_wrong_host_is_refused_without_quoting_it() -> None:
    with pytest.raises(InvalidInput) as caught:
        configure(token=KEY, host="https://ada:canary@h")
    assert "canary" not in str(caught.value)


def test_the_address_of_the_web_pages_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="web pages"):
        configure(token=KEY, host="app.tiledb.com")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        configure(token=KEY, host="api.tiledb.com", overwrite=True)


def test_a_profile_of_that_name(tmp_path: Path) -> None:
    configure(token=KEY, host="h", profile_name="lab", profile_dir=tmp_path)
    with pytest.raises(AlreadyExists):
        configure(token=KEY, host="other", profile_name="lab", profile_dir=tmp_path)
    configure(token=KEY, host="other", profile_name="lab", profile_dir=tmp_path, overwrite=True)
    assert ProfileFile(tmp_path).load("lab").server_address == "https://other"
    assert ProfileFile().names() == []


def test_the_environment_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILEDB_PROFILE_NAME", "elsewhere")
    before = dict(os.environ)
    with Client() as client:
        client.configure(token=KEY, host="h", profile_dir=tmp_path)
    assert dict(os.environ) == before
    assert ProfileFile(tmp_path).names() == ["default"]


async def test_opening_arrays_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tiledb", None)
    options = ServiceOptions("https://h.example.com", SecretStr(KEY))
    async with AsyncClient(options=options) as client:
        for call in (client.Config, client.Ctx):
            with pytest.raises(BadValue):
                await call({"rest.password": "x"})
            with pytest.raises(NotSupported) as caught:
                await call()
            assert "arraydeck[tiledb]" in caught.value.hint
    async with AsyncClient(options=ServiceOptions("https://h.example.com")) as client:
        with pytest.raises(ConfigurationError, match="nothing to log in with"):
            await client.Config()


@pytest.mark.parametrize(
    ("environment", "refused"),
    [
        ({}, ""),
        ({"http_proxy": ""}, ""),
        ({"HTTP_PROXY": "http://p"}, ""),
        ({"https_proxy": "http://p", "HTTPS_PROXY": "http://p"}, ""),
        ({"http_proxy": "http://ada:canary@p"}, "http_proxy"),
        ({"all_proxy": "http://p", "no_proxy": "localhost"}, "all_proxy"),
        ({"ALL_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8 127.0.0.2"}, "ALL_PROXY"),
        ({"ALL_PROXY": "http://p", "NO_PROXY": "10.0.0.0/8 127.0.0.1"}, ""),
        ({"http_proxy": "http://p", "no_proxy": "x,127.0.0.0/8"}, ""),
        ({"http_proxy": "http://p", "no_proxy": "*"}, ""),
    ],
)
def test_a_proxy_that_the_library_would_take_is_refused(environment: dict[str, str], refused: str) -> None:
    if not refused:
        check_no_proxy(environment)
        return
    with pytest.raises(ConfigurationError, match=refused) as caught:
        check_no_proxy(environment)
    assert "NO_PROXY" in caught.value.hint and "canary" not in str(caught.value)
