"""The published `Ctx` and `Config` in somebody's script: TileDB's own library takes the log-in nowhere else (§15)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.recorder import Recorder
from tests.conformance.scripted import Raised, Script, script
from tests.conformance.tiledb_stored import Stored, program, register, write

pytest.importorskip("tiledb")
SUM = 13753.0
"""Of the cells that the script reads."""
PLACES = ("capabilities", "/arrays/[^?]*field/?$", "/query")
"""Where a redirection may meet the library: when it asks for the platform, opens an array, and reads cells."""


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("storage")
    write(folder / "bucket" / "field")
    return folder


@pytest.fixture(scope="module")
def current(storage: Path) -> Iterator[Stored]:
    with program(storage, "--control") as line:
        yield register(line, classic=False)


@pytest.fixture(scope="module")
def classic(storage: Path) -> Iterator[Stored]:
    with program(storage, "--control", "--classic") as line:
        yield register(line, classic=True)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """A script whose client each test lets go on with a log-in of its own."""
    with script(tmp_path_factory.mktemp("home"), server_address="http://127.0.0.1:1", token="none") as running:
        yield running


@pytest.fixture
def foreign() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def login(stored: Stored, **more: Any) -> dict[str, Any]:
    return {"server_address": stored.url, "token": stored.credentials["token"], **more}


def by_password(stored: Stored) -> dict[str, Any]:
    return {"server_address": stored.url} | {name: stored.credentials[name] for name in ("username", "password")}


def led_away(ours: Script, stored: Stored, to: str, status: int, path: str, way: str) -> str:
    """Read while the server leads elsewhere from some of its paths; return what the library says against it."""
    stored.steer("fault", kind="redirect", status=status, path=path, times=-1, location=to, side="server")
    try:
        # A new one each time: what a context was told of the platform it does not ask again.
        ours.do("make", way=way, name=way)
        return ours.do("refused", address=stored.address, name=way)
    finally:
        stored.steer("clear_faults")


@pytest.mark.parametrize("generation", ["current", "classic"])
def test_no_redirection_takes_anything_to_another_host(
    request: pytest.FixtureRequest, ours: Script, foreign: Recorder, generation: str
) -> None:
    stored: Stored = request.getfixturevalue(generation)
    token, password = stored.credentials["token"], stored.credentials["password"]
    for fields, statuses in ((login(stored), (301, 302, 307, 308)), (by_password(stored), (307,))):
        ours.do("switch", **fields)
        for status in statuses:
            for path in PLACES:
                for way in ("Ctx", "Config") if status == 307 else ("Ctx",):
                    said = led_away(ours, stored, foreign.url, status, path, way)
                    assert "may not have the log-in" in said, (status, path, way)
                    assert token not in said and password not in said
                    assert foreign.heard == [], (status, path, way)
        assert ours.do("read", address=stored.address, name="Ctx") == SUM
        assert ours.do("read", address=stored.address, name="Config") == SUM
    ours.do("switch", **login(stored))
    # What is mended: the library by itself does take it there.
    for path in PLACES:
        led_away(ours, stored, foreign.url, 307, path, "the library alone")
        assert any(token.encode() in heard for heard in foreign.heard), path
        foreign.forget()


def test_a_host_that_is_allowed_is_asked_in_the_place_of_the_server(current: Stored, ours: Script) -> None:
    elsewhere = current.steer("elsewhere")
    ours.do("switch", **login(current, redirect_hosts=["localhost"]))
    for status in (301, 302, 307, 308):
        current.steer("clear_log")
        assert led_away(ours, current, elsewhere, status, ".*", "Ctx") == ""
        asked = [entry for entry in current.steer("log") if entry["side"] == "elsewhere"]
        assert len(asked) >= 3 and all(entry["status"] == 200 for entry in asked)


def test_what_is_given_goes_before_the_log_in_and_what_would_lead_around_the_relay_is_refused(
    current: Stored, ours: Script
) -> None:
    token = current.credentials["token"]
    ours.do("switch", **login(current, token="wrong"))
    ours.do("make")
    assert "401" in ours.do("refused", address=current.address)
    values = ours.do("make", **{"rest.token": token, "vfs.s3.region": "here", "ssl.verify": "false"})
    assert ours.do("read", address=current.address) == SUM
    assert token not in values.values() and values["rest.server_address"].startswith("http://127.0.0.1:")
    assert (values["vfs.s3.region"], values["ssl.verify"]) == ("here", "false")
    assert "rest.username" not in values and "rest.password" not in values
    for name in ("rest.server_address", "rest.username", "rest.password"):
        with pytest.raises(Raised, match=f"BadValue.*{name}"):
            ours.do("make", **{name: "x"})


def test_a_context_keeps_the_log_in_that_it_was_made_with(current: Stored, ours: Script) -> None:
    ours.do("switch", **login(current))
    ours.do("make", name="first")
    ours.do("switch", **login(current, token="wrong"))
    ours.do("make", name="second")
    assert "401" in ours.do("refused", address=current.address, name="second")
    assert ours.do("read", address=current.address, name="first") == SUM


def test_the_functions_take_the_log_in_of_the_environment_and_leave_it_as_it_is(
    current: Stored, foreign: Recorder, tmp_path: Path
) -> None:
    names = {"SERVER_ADDRESS": current.url, "TOKEN": current.credentials["token"], "USERNAME": "ada", "PASSWORD": "no"}
    environment = {f"TILEDB_REST_{name}": value for name, value in names.items()}
    # A proxy that is not for this machine's numbers is not asked for the relay either.
    environment |= {"http_proxy": foreign.url, "NO_PROXY": "example.com, 127.0.0.0/8"}
    with script(tmp_path, environment=environment) as ours:
        before = ours.do("environment")
        assert "may not have the log-in" in led_away(ours, current, foreign.url, 307, ".*", "functions")
        ours.do("make", way="functions")
        assert ours.do("read", address=current.address) == SUM
        assert ours.do("environment") == before
    assert foreign.heard == []


def test_a_proxy_of_the_environment_is_not_asked_for_the_relay(
    current: Stored, foreign: Recorder, tmp_path: Path
) -> None:
    with script(tmp_path, environment={"http_proxy": foreign.url}, **login(current)) as ours:
        with pytest.raises(Raised, match=r"ConfigurationError: .*http_proxy.*NO_PROXY=127\.0\.0\.1"):
            ours.do("make")
        assert ours.children() == [] and foreign.heard == []
