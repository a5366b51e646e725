"""Stored profiles by keys: what a change does to the file is told before it is made, and what is wrong at its field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import Start
from tests.ui.tiledb_stage import at_spaces, profile_of
from tests.ui.ways import fill_in, find, go
from tests.unit.tiledb.conftest import Place, serving
from tui.resources.deck import Deck
from tui.systems.tiledb.profiles.profile_file import ProfileFile


@pytest.fixture(scope="module")
def platform() -> Iterator[Place]:
    with serving(assets=1, tasks=2) as place:
        yield place


async def test_what_a_change_does_to_the_file_is_told_in_words_and_no_secret(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "stored-profiles", "stored", "meteo-institute")
        before = ProfileFile(tmp_path).path.read_bytes()
        await driver.press("n")
        await driver.sees("add (stored-profiles)")
        await fill_in(driver, "https://h.example", None, "tiledb-ws_9-MARKER88", *[None] * 5, "mine")
        await driver.press("ctrl+r")
        await driver.sees("nothing is sent; this file is changed", "added: the profile mine", "rest.workspace = ws_9")
        await driver.sees("rest.token = [hidden]", "--name mine")
        assert "MARKER88" not in driver.text and ProfileFile(tmp_path).path.read_bytes() == before
        await driver.press("escape")
        await driver.sees("add (stored-profiles)")
        await driver.press("ctrl+s")
        await driver.sees("stored the profile mine")
        assert ProfileFile(tmp_path).load("mine").workspace == "ws_9"

        await find(driver, "mine")
        await driver.press("e", "tab", "ctrl+u", "w", "s", "_", "7", "ctrl+r")
        await driver.sees("changed: the profile mine", "rest.workspace = ws_7, before ws_9")
        assert "rest.token" not in driver.text
        await driver.press("escape", "escape", "escape", "D")
        await driver.sees("copies mine to default", "nothing is sent; this file is changed")
        await driver.press("ctrl+r")
        await driver.sees("added: the profile default", "rest.token = [hidden]")
        await driver.press("escape", "escape", "ctrl+d")
        await driver.sees("removes the profile mine", "nothing is sent")
        await driver.press("ctrl+r")
        await driver.sees("removed: the profile mine")
        await driver.press("escape", "escape")
        assert ProfileFile(tmp_path).names() == ["mine", "stored"] and "MARKER88" not in driver.text


async def test_a_profile_has_another_name_at_once_and_its_own_one_again(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        values = dict(ProfileFile(tmp_path).load("stored").values)
        ProfileFile(tmp_path).save("spare", values)
        await go(driver, "stored-profiles", "spare")
        await find(driver, "spare")
        await driver.press("m")
        await driver.sees("rename (stored-profiles)")
        await fill_in(driver, "version")
        await driver.press("ctrl+s")
        await driver.sees("version is what the file uses itself")
        await fill_in(driver, "stored")
        await driver.press("ctrl+r")
        await driver.sees("there is a profile 'stored' already")
        await driver.press("escape")
        await fill_in(driver, "other")
        await driver.press("ctrl+r")
        await driver.sees("added: the profile other", "removed: the profile spare")
        await driver.press("escape", "ctrl+s")
        await driver.sees("spare is other now; u takes it back")
        assert ProfileFile(tmp_path).names() == ["other", "stored"]
        assert ProfileFile(tmp_path).load("other").values == values
        await driver.press("u")
        await driver.sees("other is spare again")
        assert ProfileFile(tmp_path).names() == ["spare", "stored"]


async def test_what_is_wrong_with_a_new_profile_stands_at_its_field(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "stored-profiles", "stored")
        await driver.press("n")
        await driver.sees("add (stored-profiles)")
        await driver.press("ctrl+s")
        await driver.sees("a token is needed, or a file that holds one")
        assert "add (stored-profiles)" in driver.text
        assert driver.app.focused is not None and driver.app.focused.id == "field-password"
        await driver.press("shift+tab", "shift+tab", "shift+tab")
        await fill_in(driver, "no-workspace-in-it", "/nowhere", None)
        await driver.press("ctrl+s")
        await driver.sees("this token does not tell its workspace")
        assert driver.app.focused.id == "field-token"
        await fill_in(driver, "tiledb-ws_1-x")
        await driver.press("ctrl+s")
        await driver.sees("give the token, or the file that holds it")
        assert ProfileFile(tmp_path).names() == ["stored"]


async def test_while_another_server_is_waited_for_one_goes_on_with_the_former_log_in(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        with serving(assets=1, tasks=2) as other:
            slow = other.fault("slow", seconds=30.0)
            token = other.credentials["token"]
            values = {"rest.server_address": other.server.url, "rest.token": token, "rest.workspace": "w"}
            ProfileFile(tmp_path).save("slow", values)
            await go(driver, "stored-profiles", "slow")
            await find(driver, "slow")
            await driver.press("L")
            await driver.sees("switch to this log-in")
            await driver.press("ctrl+s")
            await driver.sees("switch to this log-in …")
            await driver.until(lambda: slow.hits, "it is asked")
            service = await deck.connection("lab").service()
            assert (await service.client.link.options()).server_address == platform.server.url
