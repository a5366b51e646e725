"""Where the client finds the service and who asks: addresses, profiles, the vendor's variables and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.arraylake.clients import client_of, log_in
from tests.unit.scripted_server import ScriptedServer, answer
from tui.config.profiles import Profile
from tui.resources.connections import Connection
from tui.resources.registry import Registry
from tui.services.errors import InvalidInput, NotAuthenticated, ServiceError
from tui.services.health import State
from tui.systems.arraylake import system
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.opening import open_profile
from tui.systems.arraylake.options import DEFAULT_URI, service_options
from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService
from tui.systems.arraylake.tokens import token_expiry
from tui.systems.arraylake.uri import read_uri
from tui.systems.arraylake.vendor_config import VendorConfig, read_vendor_config


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a log-in, and an environment without settings."""
    folder = tmp_path / "person"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("TOKEN", "SERVICE__URI", "CONFIG", "SERVICE__TOKEN_PATH", "SERVICE__PROXY", "SERVICE__SSL__VERIFY"):
        monkeypatch.delenv(f"ARRAYLAKE_{name}", raising=False)
    return folder


@pytest.mark.parametrize(
    ("uri", "org", "service"),
    [
        ("arraylake://earth", "earth", None),
        ("ARRAYLAKE://earth/", "earth", None),
        ("arraylake://", "", None),
        ("arraylake://earth@api.example.com", "earth", "https://api.example.com"),
        ("arraylake://earth@api.example.com:8443", "earth", "https://api.example.com:8443"),
        ("arraylake://earth@127.0.0.1:8000", "earth", "http://127.0.0.1:8000"),
        ("arraylake://earth@localhost", "earth", "http://localhost"),
        ("arraylake://earth@[::1]:80", "earth", "http://[::1]:80"),
        ("arraylake://@127.0.0.1:8000", "", "http://127.0.0.1:8000"),
        ("arraylake://wetter-d%C3%A4", "wetter-dä", None),
    ],
)
def test_an_address(uri: str, org: str, service: str | None) -> None:
    place = read_uri(uri)
    assert (place.org, place.service_uri) == (org, service)
    assert system.accepts(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "arraylake:earth",
        "http://earth",
        "arraylake://a b",
        "arraylake://earth@",
        "arraylake://earth@ex ample",
        "arraylake://earth@host:999999999",
        "arraylake://icechunk",
        "arraylake://earth@-x",
        "arraylake://earth@host/path",
    ],
)
def test_an_address_that_is_none(uri: str) -> None:
    with pytest.raises(InvalidInput):
        read_uri(uri)


def test_a_key_and_a_log_in_go_to_the_service_they_are_for_and_to_no_other(own_home: Path) -> None:
    config = VendorConfig({"ARRAYLAKE_TOKEN": "ema_usual"}, {})
    usual = service_options(config=config)
    assert (usual.service_uri, usual.token_file) == (DEFAULT_URI, own_home / ".arraylake" / "token.json")
    assert usual.api_key is not None and usual.api_key.get_secret_value() == "ema_usual"
    other = service_options("https://other.example.com:8443", config=config)
    assert other.api_key is None
    assert other.token_file == own_home / ".arraylake" / "tokens" / "other.example.com_8443.json"
    spelt = service_options("https://API.earthmover.io:443/", config=config)
    assert spelt.api_key is not None and spelt.token_file == usual.token_file


async def test_another_service_gets_no_proof_of_the_usual_one(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRAYLAKE_TOKEN", "ema_usual")
    (own_home / ".arraylake").mkdir()
    (own_home / ".arraylake" / "token.json").write_text(
        json.dumps(
            {"access_token": "a", "id_token": "b", "refresh_token": "c", "expires_in": 9, "token_type": "Bearer"}
        )
    )
    async with ScriptedServer() as server:
        server.play(answer(401))
        async with AsyncClient(server.uri) as client:
            with pytest.raises(NotAuthenticated):
                await client.get_user()
        assert all("authorization" not in asked.headers for asked in server.asked)


def test_what_the_vendors_tools_are_told_holds_here_too(own_home: Path, tmp_path: Path) -> None:
    folder = own_home / ".config" / "arraylake"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(
        "service:\n  uri: https://own.example.com\n  ssl:\n    verify: false\ntoken: ema_file\n"
    )
    options = service_options()
    assert (options.service_uri, options.verify) == ("https://own.example.com", False)
    assert options.api_key is not None and options.api_key.get_secret_value() == "ema_file"
    # Today's release keeps one file whatever the service; newer ones one for each.
    assert options.token_file == own_home / ".arraylake" / "token.json"
    newer = own_home / ".arraylake" / "tokens" / "own.example.com.json"
    newer.parent.mkdir(parents=True)
    newer.write_text("{}")
    assert service_options().token_file == newer
    environment = {
        "HOME": str(own_home),
        "ARRAYLAKE_SERVICE__URI": "http://127.0.0.1:9",
        "ARRAYLAKE_SERVICE__TOKEN_PATH": str(tmp_path / "t.json"),
        "ARRAYLAKE_SERVICE__SSL__VERIFY": "True",
        "ARRAYLAKE_TOKEN": "ema_environment",
        "ARRAYLAKE_HTTP__TIMEOUT": "12.5",
    }
    told = service_options(config=read_vendor_config(environment))
    assert (told.service_uri, told.token_file, told.verify, told.timeout) == (
        "http://127.0.0.1:9",
        tmp_path / "t.json",
        True,
        12.5,
    )


@pytest.mark.parametrize(
    "content",
    [
        "token: [MARKERSECRET",
        "- MARKERSECRET",
        "token: !!python/object:os.system MARKERSECRET",
        "token: {a: MARKERSECRET}",
        "service: {uri: 5}",
        "service: {uri: MARKERSECRET}",
        "a: &a [*a, *a]\x00MARKERSECRET",
    ],
)
def test_a_configuration_that_is_damaged_is_told_of_and_not_quoted(own_home: Path, content: str) -> None:
    import traceback

    folder = own_home / ".config" / "arraylake"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(content)
    with pytest.raises(InvalidInput) as caught:
        service_options()
    assert "MARKERSECRET" not in "".join(traceback.format_exception(caught.value))


def test_a_configuration_of_comments_alone_says_nothing(own_home: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("# service:\n#   uri: x\n\n")
    found = read_vendor_config({"ARRAYLAKE_CONFIG": str(tmp_path)})
    assert found.text("service.uri") is None
    assert read_vendor_config({"ARRAYLAKE_CONFIG": str(tmp_path / "none")}).flag("service.ssl.verify", True)


@pytest.mark.parametrize(
    ("token", "known"),
    [
        ("a.eyJleHAiOjE4MDAwMDAwMDB9.b", True),
        ("a.eyJleHAiOjFlOTk5fQ.b", False),
        ("a.b.c", False),
        ("ema_x", False),
        ("a.bnVsbA.c", False),
    ],
)
def test_when_a_token_ends_by_its_own_word(token: str, known: bool) -> None:
    from pydantic import SecretStr

    found = token_expiry(SecretStr(token))
    assert (found is not None and found.year == 2027) == known


def profile_of(service: EmbeddedService, **fields: Any) -> Profile:
    host = service.uri.partition("://")[2]
    return Profile(name="lab", system="arraylake", uri=f"arraylake://lab@{host}", **fields)


async def test_a_profile_opens_with_its_own_key_and_the_log_has_its_requests(
    lab: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRAYDECK_LAB_TOKEN", API_KEY)
    connection = Connection(profile_of(lab, options={"timeout": 5}), Registry().system("arraylake"))
    await connection.probe()
    assert connection.health.state is State.ONLINE
    service = await connection.service()
    client: AsyncClient = service.client
    assert client.org == "lab" and client.options.timeout == 5
    facts = {fact.label: fact.value for fact in await connection.system.facts(service)}
    assert facts["organisation"] == "lab" and facts["repositories"] == 0
    assert "GET /user" in [call.operation for call in connection.log]
    assert API_KEY not in str(list(connection.log))
    await connection.close()


async def test_a_profile_without_a_log_in_opens_and_says_what_is_missing(lab: EmbeddedService) -> None:
    connection = Connection(profile_of(lab), Registry().system("arraylake"))
    with pytest.raises(NotAuthenticated) as caught:
        await connection.probe()
    assert connection.health.state is State.UNAUTHENTICATED
    assert "`L` logs in" in caught.value.hint
    await connection.close()


async def test_a_log_in_of_the_vendors_tools_is_found(lab: EmbeddedService, own_home: Path) -> None:
    assert system.discover() == []
    host = lab.uri.rpartition("/")[2]
    log_in(lab, own_home / ".arraylake" / "tokens" / f"{host.replace(':', '_')}.json")
    log_in(lab, own_home / ".arraylake" / "token.json")
    told = {each.profile.name: each for each in system.discover()}
    found = {name: each.profile for name, each in told.items()}
    assert told["arraylake"].where.endswith(".arraylake/token.json")
    assert set(found) == {"arraylake", f"arraylake {host.replace(':', '_')}"}
    assert found["arraylake"].uri == "arraylake://"
    other = found[f"arraylake {host.replace(':', '_')}"]
    assert other.uri == f"arraylake://@{host}"
    client = open_profile(other)
    assert (await client.get_user()).email == ADMINISTRATOR
    assert [org.name for org in await client.list_orgs()] == ["lab"]
    await client.close()


def test_a_key_in_the_environment_is_found_and_what_is_damaged_hides_nothing(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARRAYLAKE_TOKEN", "ema_key")
    monkeypatch.setenv("ARRAYLAKE_SERVICE__URI", "https://own.example.com/api")
    (told,) = system.discover()
    found = told.profile
    assert told.where == "ARRAYLAKE_TOKEN in the environment"
    assert (found.uri, found.options) == ("arraylake://", {"service_uri": "https://own.example.com/api"})
    assert open_profile(found).options.service_uri == "https://own.example.com/api"
    monkeypatch.setenv("ARRAYLAKE_TOKEN", "nonsense")
    assert system.discover() == []


@pytest.mark.parametrize("options", [{"speed": 1}, {"timeout": 0}, {"service_uri": "http://far.example.com"}])
def test_a_profile_whose_options_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ServiceError):
        open_profile(Profile(name="lab", system="arraylake", uri="arraylake://lab", options=options))


async def test_the_services_own_clock_and_zone_do_not_matter(lab: EmbeddedService) -> None:
    from tui.systems.arraylake.models import RepoStatus

    for text in ("2025-09-01T12:00:00", "2025-09-01T12:00:00Z", "2025-09-01T14:00:00+02:00"):
        status = RepoStatus.model_validate({"mode": "online", "estimated_end_time": text})
        assert status.estimated_end_time is not None
        assert status.estimated_end_time.isoformat() == "2025-09-01T12:00:00+00:00"
    async with client_of(lab) as client:
        assert (await client.get_service_info()).arraylake_api_version
