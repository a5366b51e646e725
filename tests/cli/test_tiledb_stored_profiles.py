"""The profile file that TileDB's own tools share, by command line: kept, tested, used, never shown whole."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Call, Said
from tests.cli.tiledb_platforms import address, good, log_in_to, store_login
from tests.unit.tiledb.conftest import Place, serving
from tui.config.profiles import ProfileStore
from tui.systems.tiledb.profiles.profile_file import ProfileFile


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=1, tasks=1) as place:
        yield place


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Place) -> Place:
    return log_in_to(running, tmp_path / "vendor", monkeypatch)


def run(call: Call, place: Place, action: str, *words: str) -> Said:
    return call("run", "stored-profiles", action, *words, "-p", address(place))


def nobody_there() -> str:
    """Return an address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_profile_is_added_edited_renamed_made_the_default_and_removed(
    call: Call, platform: Place, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("tiledb-ws_1-MARKER11\n")
    said = [run(call, platform, "configure", "--name", "lab", "--host", "api.lab.example", "--token-file", str(token))]
    again = run(call, platform, "configure", "--name", "lab", "--host", "x.example", "--token-file", str(token))
    assert again.code == 1 and "already" in again.err
    ProfileFile().save("lab", {**ProfileFile().load("lab").values, "vfs.s3.region": "eu-1"}, overwrite=True)
    said.append(run(call, platform, "edit", "lab", "--workspace", "ws_2", "--verify-ssl", "false"))
    assert ProfileFile().load("lab").values == {
        "rest.server_address": "https://api.lab.example",
        "rest.token": "tiledb-ws_1-MARKER11",
        "rest.workspace": "ws_2",
        "rest.verify_ssl": "false",
        "vfs.s3.region": "eu-1",
    }
    said.append(run(call, platform, "rename", "lab", "--name", "laboratory"))
    said.append(run(call, platform, "set-default", "laboratory", "--yes"))
    said.append(call("get", "stored-profiles", "-o", "json", "-p", address(platform)))
    said.append(call("describe", "stored-profiles", "laboratory", "-p", address(platform)))
    said.append(call("describe", "stored-profiles", "laboratory", "-o", "json", "-p", address(platform)))
    said.append(call("journal", "-o", "json"))
    assert [one.code for one in said] == [0] * len(said), [one.err for one in said]
    rows = {row["name"]: row for row in json.loads(said[4].out)}
    assert rows.keys() == {"default", "laboratory", "stored"} and rows["default"]["tls"].startswith("error")
    assert rows["stored"]["in_use"] and not rows["laboratory"]["in_use"]
    assert "✖ error: not verified" in said[5].out
    for one in said:
        assert "MARKER11" not in one.out + one.err and platform.credentials["token"] not in one.out + one.err
    refused = run(call, platform, "remove", "laboratory", "--yes", "--confirm", "stored")
    assert refused.code == 3 and "laboratory" in ProfileFile().names()
    good(run(call, platform, "remove", "laboratory", "--yes", "--confirm", "laboratory"))
    assert ProfileFile().names() == ["default", "stored"]
    said_no = run(call, platform, "rename", "stored", "--name", "version")
    assert said_no.code == 2 and "stored" in ProfileFile().names()


def test_a_bad_host_token_and_workspace_are_told_apart(call: Call, platform: Place) -> None:
    store_login(platform, "dead", **{"rest.server_address": nobody_there()})
    store_login(platform, "denied", **{"rest.token": "tiledb-ws_1-wrong"})
    store_login(platform, "lost", **{"rest.token": platform.credentials["token"], "rest.workspace": "elsewhere"})
    ProfileFile().save("empty", {"rest.server_address": platform.server.url})
    assert "is good: " in good(run(call, platform, "test", "stored"))
    for name, code, words in (
        ("dead", 4, "bad host: "),
        ("denied", 1, "bad token or password: "),
        ("lost", 1, "bad workspace: "),
        ("empty", 2, "nothing usable is stored: "),
    ):
        said = run(call, platform, "test", name)
        assert said.code == code and words in said.err, (name, said)
        assert platform.credentials["token"] not in said.err


def test_a_log_in_is_kept_in_a_profile_of_arraydeck_only_where_that_is_asked_for_and_can_be(
    call: Call, platform: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = '{"server_address": "http://127.0.0.1:9", "username": "ada", "timeout": 5}'
    good(call("profiles", "add", "lab", "tiledb://elsewhere", "--options", options))
    before = ProfileStore().get("lab")
    said = good(call("run", "stored-profiles", "login", "stored", "-p", "lab"))
    assert "for this run, until arraydeck is left" in said and ProfileStore().get("lab") == before
    # One that is of this run alone is refused before anything is asked.
    platform.server.state.log.clear()
    said_no = run(call, platform, "login", "stored", "--keep", "true")
    assert said_no.code == 1 and "of this run alone" in said_no.err and not platform.requests(0, "/v4/users/self")
    # So is one whose own secret would go before the stored profile.
    monkeypatch.setenv("ARRAYDECK_LAB_TOKEN", "tiledb-ws_1-MARKER88")
    said_no = call("run", "stored-profiles", "login", "stored", "--keep", "true", "-p", "lab")
    assert said_no.code == 1 and "goes before a stored profile" in said_no.err and ProfileStore().get("lab") == before
    monkeypatch.delenv("ARRAYDECK_LAB_TOKEN")
    store_login(platform, "denied", **{"rest.token": "tiledb-ws_1-wrong"})
    assert call("run", "stored-profiles", "login", "denied", "--keep", "true", "-p", "lab").code == 1
    assert ProfileStore().get("lab") == before
    said = good(call("run", "stored-profiles", "login", "stored", "--keep", "true", "-p", "lab"))
    assert "switched from now on: logged in as ada.vogel" in said
    kept = ProfileStore().get("lab")
    assert (kept.uri, kept.options) == ("tiledb://meteo-institute", {"timeout": 5, "profile_name": "stored"})
    assert "radar" in good(call("get", "spaces", "-o", "name", "-p", "lab"))


def test_one_goes_on_with_a_profile_and_a_damaged_one_hides_no_other(call: Call, platform: Place) -> None:
    assert "logged in as ada.vogel" in good(run(call, platform, "login", "stored", "--threads", "2"))
    path = ProfileFile().path
    text = json.loads(path.read_text())
    path.write_text(json.dumps({**text, "broken": {"rest.token": 5}}))
    rows = {
        row["name"]: row
        for row in json.loads(good(call("get", "stored-profiles", "-o", "json", "-p", address(platform))))
    }
    assert rows["broken"]["problem"] and not rows["stored"]["problem"]
    assert run(call, platform, "test", "broken").code != 0
