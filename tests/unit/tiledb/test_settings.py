"""Where a log-in comes from: given, environment, profile, built in; and never for another server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from tui.services.errors import DataCorrupt, InvalidInput
from tui.systems.tiledb.errors import ConfigurationError
from tui.systems.tiledb.generations import Generation, token_workspace
from tui.systems.tiledb.options import ServiceOptions, options_of, service_options
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.profiles.vendor_settings import read_settings
from tui.systems.tiledb.uri import Place, read_uri

LAB = {"rest.server_address": "https://lab.example.com", "rest.token": "profile-token", "rest.workspace": "lab"}


def secret(options: ServiceOptions) -> str:
    return "" if options.token is None else options.token.get_secret_value()


def found(profile_name: str | None = None, profile_dir: str | None = None) -> ServiceOptions:
    return options_of(read_settings(profile_name, profile_dir))


def test_nothing_is_known_of_an_empty_home() -> None:
    options = found()
    assert options.server_address == "https://api.tiledb.com"
    assert not options.has_credential and options.expected is None and options.verify


def test_every_setting_is_looked_for_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ProfileFile().save("default", LAB)
    assert (found().server_address, secret(found()), found().workspace) == (
        "https://lab.example.com",
        "profile-token",
        "lab",
    )
    monkeypatch.setenv("TILEDB_REST_TOKEN", "env-token")
    assert (found().server_address, secret(found())) == ("https://lab.example.com", "env-token")
    given = options_of(read_settings(given={"rest.token": "given-token"}))
    assert secret(given) == "given-token"
    # An empty variable is one that is set: it hides the profile's token.
    monkeypatch.setenv("TILEDB_REST_TOKEN", "")
    assert secret(found()) == ""


def test_which_profile_and_which_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ProfileFile().save("default", LAB)
    ProfileFile(tmp_path / "more").save("prod", {**LAB, "rest.token": "prod-token"})
    assert secret(found(profile_name="prod", profile_dir=str(tmp_path / "more"))) == "prod-token"
    monkeypatch.setenv("TILEDB_PROFILE_DIR", str(tmp_path / "more"))
    monkeypatch.setenv("TILEDB_PROFILE_NAME", "prod")
    assert secret(found()) == "prod-token"
    # `login` does not ask the environment which profile it is (contract §6).
    assert secret(options_of(read_settings(named_by_environment=False))) == "profile-token"
    with pytest.raises(ConfigurationError, match="no profile 'absent'"):
        found(profile_name="absent")


@pytest.mark.parametrize(
    ("environment", "profile", "by_token"),
    [
        ({}, {"rest.token": "t", "rest.username": "u", "rest.password": "p"}, True),
        ({"TILEDB_REST_USERNAME": "u", "TILEDB_REST_PASSWORD": "p"}, {"rest.token": "t"}, False),
        ({"TILEDB_REST_TOKEN": "t"}, {"rest.username": "u", "rest.password": "p"}, True),
        ({"TILEDB_REST_USERNAME": "u"}, {"rest.token": "t"}, True),
    ],
)
def test_the_stronger_source_decides_between_token_and_password(
    environment: dict[str, str], profile: dict[str, str], by_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ProfileFile().save("default", profile)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    options = found()
    assert options.has_credential
    assert (options.token is not None) is by_token
    assert bool(options.username) is not by_token


@pytest.mark.parametrize(
    ("token", "workspace"),
    [("tiledb-ws_1-x", "ws_1"), ("tiledb-ws_1-x-y", ""), ("tiledb-wx_1-x", ""), ("eyJ.a.b", ""), ("", "")],
)
def test_the_workspace_of_a_token(token: str, workspace: str) -> None:
    assert token_workspace(token) == workspace


def test_the_tokens_workspace_wins_over_the_one_that_is_set() -> None:
    ProfileFile().save("default", {"rest.token": "tiledb-ws_9-x", "rest.workspace": "acme"})
    assert found().workspace_in_use == "ws_9"
    assert found().expected is Generation.CARRARA


def test_tls_as_the_profile_says(monkeypatch: pytest.MonkeyPatch) -> None:
    ProfileFile().save("default", {**LAB, "rest.verify_ssl": "false", "ssl.ca_file": "/ca.pem"})
    assert not found().verify
    assert found().ca_file == Path("/ca.pem")
    monkeypatch.setenv("TILEDB_REST_VERIFY_SSL", "true")
    assert found().verify
    monkeypatch.setenv("TILEDB_SSL_VERIFY", "false")
    assert not found().verify


def test_the_classic_clients_log_in(vendor_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {
        "api_key": {"X-TILEDB-REST-API-KEY": "classic-token"},
        "host": "https://old.example.com",
        "verify_ssl": False,
    }
    (vendor_home / ".tiledb").mkdir()
    (vendor_home / ".tiledb" / "cloud.json").write_text(json.dumps(kept))
    options = found()
    assert (options.server_address, secret(options)) == ("https://old.example.com", "classic-token")
    assert options.expected is Generation.CLASSIC and not options.verify
    # Another host in the environment does not get the key that is kept for this one; a bare one is asked by https.
    monkeypatch.setenv("TILEDB_REST_HOST", "other.example.com")
    assert (found().server_address, found().has_credential) == ("https://other.example.com", False)
    monkeypatch.delenv("TILEDB_REST_HOST")
    # A stored profile of the current platform goes first.
    ProfileFile().save("default", LAB)
    assert found().expected is Generation.CARRARA
    assert secret(found()) == "profile-token"


def test_a_damaged_file_of_the_classic_client_is_told_of(vendor_home: Path) -> None:
    (vendor_home / ".tiledb").mkdir()
    (vendor_home / ".tiledb" / "cloud.json").write_text('{"api_key": "canary')
    with pytest.raises(DataCorrupt) as caught:
        found()
    assert "canary" not in str(caught.value)


def test_a_log_in_is_for_its_own_server_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILEDB_REST_TOKEN", "env-token")
    ProfileFile().save("default", LAB)
    ProfileFile().save(
        "staging", {**LAB, "rest.server_address": "https://stage.example.com", "rest.token": "stage-token"}
    )
    assert secret(service_options("https://lab.example.com/")) == "env-token"
    assert not service_options("https://evil.example.com").has_credential
    assert secret(service_options("https://stage.example.com")) == "stage-token"
    assert secret(service_options("https://evil.example.com", token=SecretStr("own"))) == "own"


def test_the_stored_profile_of_a_workspace_is_found() -> None:
    ProfileFile().save("default", LAB)
    ProfileFile().save("acme", {**LAB, "rest.workspace": "acme", "rest.token": "acme-token"})
    assert secret(service_options(None, "acme")) == "acme-token"
    assert secret(service_options("https://lab.example.com", "lab")) == "profile-token"
    assert service_options(None, "elsewhere").workspace == "elsewhere"


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("tiledb://acme", Place("acme", None)),
        ("tiledb://acme@api.example.com/", Place("acme", "https://api.example.com")),
        ("tiledb://@localhost:8181", Place("", "http://localhost:8181")),
        ("TileDB://ws_1@[::1]:80", Place("ws_1", "http://[::1]:80")),
        ("tiledb://my%20lab@h.example.com:444", Place("my lab", "https://h.example.com:444")),
    ],
)
def test_addresses(uri: str, place: Place) -> None:
    assert read_uri(uri) == place


@pytest.mark.parametrize(
    "uri", ["tiledb:acme", "s3://acme", "tiledb://a/b", "tiledb://a@ho st", "tiledb://..", "tiledb://a@"]
)
def test_what_is_no_address(uri: str) -> None:
    with pytest.raises(InvalidInput):
        read_uri(uri)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILEDB_REST_TOKEN", "canary-token")
    ProfileFile().save("default", {"rest.username": "u", "rest.password": "canary-password"})
    settings = read_settings()
    assert "canary" not in repr(options_of(settings))
    assert "canary" not in repr(settings.profile)
