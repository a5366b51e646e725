"""LeapYear by keys: databases down to columns, creating with typed columns, grants with a preview, typed drops."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.conftest import Start
from tests.ui.leapyear_stage import SIZES, SOURCE, at_databases, changes, hospital, no_secrets_left, profile_of
from tests.ui.ways import fill_in, find, go, paste
from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT_PASSWORD, Asker, Place
from tui.resources.deck import Deck


@pytest.fixture
def place() -> Iterator[Place]:
    with no_secrets_left(), hospital() as made:
        yield made


async def test_a_table_is_created_with_columns_and_dropped_by_its_name(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (80, 24)) as driver:
        await driver.sees("sales", "vital signs")
        await find(driver, "sales")
        await driver.press("enter")
        await driver.sees("orders", "people")
        await driver.press("n")
        await driver.sees("new (tables)", "name")
        columns = "age INT 0..120; sex FACTOR f|m|x; name TEXT nullable"
        await fill_in(driver, "visits", "age INT 0..12O", SOURCE)
        assert "MARKERSOURCEKEY" not in driver.text
        await driver.press("ctrl+s")
        await driver.sees("is not a whole number")
        await driver.press("ctrl+a", "ctrl+k")
        await paste(driver, columns)
        await driver.press("ctrl+s")
        await driver.sees("created the table visits")
        await find(driver, "visits")
        await driver.press("enter")
        await driver.sees("0..120", "f|m|x", "TEXT")
        await driver.press("escape")
        await driver.press("ctrl+d")
        await driver.sees("drops the table visits", "3 columns", "type its name")
        await driver.type("visit")
        await driver.press("enter")
        assert len(changes(place)) == 1
        await driver.type("s")
        await driver.press("enter")
        await driver.sees("dropped the table visits")
        assert len(changes(place)) == 2 and "if-match" in place.service.requests.changing()[-1].headers


async def test_what_changed_since_it_was_shown_is_not_dropped(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await find(driver, "empty")
        await driver.press("ctrl+d")
        await driver.sees("drops the database empty, which is empty")
        with Asker.of(place.url) as root:
            body = {"name": "late", "columns": [{"name": "a", "type": "BOOL"}], "credentials": "x"}
            root.done("POST", "/databases/empty/tables", json=body)
        place.service.requests.clear()
        await driver.type("empty")
        await driver.press("enter")
        await driver.sees("is not the one that was shown any more")
        assert changes(place) == []
        await driver.press("escape", "r")
        await driver.until(lambda: any("empty   " in line and " 1  " in line for line in driver.lines), "the table")
        await driver.press("ctrl+d")
        await driver.sees("1 table and all grants on it go with it: late")
        await driver.type("empty")
        await driver.press("enter")
        await driver.sees("dropped the database empty")
        assert len(changes(place)) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_grants_are_a_matrix_and_an_edit_is_shown_before_it_is_sent(
    start: Start, deck: Deck, place: Place, size: tuple[int, int]
) -> None:
    async with at_databases(start, deck, profile_of(place), size) as driver:
        await go(driver, "grants", "group", "analysts", "(view)")
        await find(driver, "analysts")
        await driver.sees("view")
        await driver.press("e")
        await driver.sees("edit (grants)", "sales view")
        await driver.press("ctrl+a", "ctrl+k")
        await paste(driver, 'sales administer; "vital signs" view')
        await driver.press("ctrl+s")
        await driver.sees("2 grants change", "sales: view → administer", "vital signs: none → view")
        assert changes(place) == []
        await driver.press("escape")
        await driver.misses("2 grants change")
        assert changes(place) == []
        await driver.press("e")
        await driver.sees("edit (grants)")
        await driver.press("ctrl+a", "ctrl+k")
        await paste(driver, "sales administer")
        await driver.press("ctrl+s")
        await driver.sees("1 grant changes", "sales: view → administer")
        await driver.press("tab", "enter")
        await driver.sees("u takes it back")
        assert changes(place) == ["PUT /api/v1/databases/sales/access/group/analysts 200"]
        await driver.press("enter")
        await driver.sees("orders", "private: age, sex")
        await find(driver, "orders")
        await driver.press("enter")
        await driver.sees("age", "note", "private")


async def test_all_other_lists_have_their_say(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "views sales", "adults", "people")
        await go(driver, "exposure sales", "SYNTHETIC", "0.25")
        await go(driver, "users", "bram", "analysts")
        await go(driver, "members analysts", "root", "bram")
        await go(driver, "privacy-profiles", "Strict", "Custom profile 1")
        await find(driver, "Strict")
        await driver.press("e")
        await driver.sees("it is built in")
        await go(driver, "caches", "makes repeated analyses")
        await driver.press("D")
        await driver.sees("clears 7 analyses", "spend exposure again", "type")
        await driver.press("escape")
        await driver.press("y")
        await driver.sees('"analysis"')
        assert changes(place) == [] and ROOT_PASSWORD not in driver.text


async def test_a_user_sees_what_is_released_and_no_more(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place, "own", BRAM, BRAM_PASSWORD), (140, 40)) as driver:
        await driver.sees("sales")
        assert "vital signs" not in driver.text
        await go(driver, "users", "bram")
        assert "root" not in driver.text
        await go(driver, "caches", "analysis")
        await driver.press("D")
        await driver.sees("type")
        await paste(driver, "clear-analysis")
        await driver.press("enter")
        await driver.sees("forbidden")


async def test_what_a_server_cannot_do_is_off_and_says_why(
    start: Start, deck: Deck, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_secrets_left(), hospital(compute_backend="snowflake") as place:
        async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
            await go(driver, "caches", "analysis")
            await driver.press("U")
            await driver.sees("this server cannot clear cached relations: its compute back end is snowflake")
            assert changes(place) == []


async def test_no_secret_is_in_the_journal_the_log_a_picture_or_a_file(
    start: Start, deck: Deck, place: Place, home: Path
) -> None:
    secret = "MARKERPASSWORDKEY"
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "users", "bram")
        await driver.press("n")
        await driver.sees("new (users)")
        await fill_in(driver, "cleo", secret)
        assert secret not in driver.text
        await driver.press("ctrl+s")
        await driver.sees("created the user cleo")
        for key, seen in (("A", "cleo"), ("at", "/users")):
            await driver.press(key)
            await driver.sees(seen)
            await driver.press("y")
            assert secret not in driver.text and ROOT_PASSWORD not in driver.text
            await driver.press("escape")
        kept = repr(deck.state.journal.entries())
        assert "cleo" in kept and secret not in kept
        assert secret not in repr(list(deck.log)) and ROOT_PASSWORD not in repr(list(deck.log))
        await go(driver, "tables sales", "orders")
        await driver.press("n")
        await driver.sees("new (tables)")
        await fill_in(driver, "visits", "age INT 0..120", "hdfs://lake/x.parq?token=MARKERTABLEKEY")
        picture = driver.app.export_screenshot()
        await driver.press("ctrl+s")
        await driver.sees("created the table visits")
        await find(driver, "visits")
        await driver.sees("data slices", "source")
        picture += driver.app.export_screenshot() + driver.text
    kept_files = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"visits" in kept_files
    for hidden in (secret, ROOT_PASSWORD, "MARKERTABLEKEY"):
        assert hidden not in picture and hidden.encode() not in kept_files, hidden
    # A token begins as every one of its kind does.
    assert b"eyJ" not in kept_files and "eyJ" not in picture


async def test_a_chosen_column_that_the_matrix_lacks_is_named_when_it_is_opened(
    start: Start, deck: Deck, place: Place
) -> None:
    chosen = {"leapyear.grants": ("name", "sales", "saels")}
    deck.settings = deck.settings.model_copy(update={"columns": chosen})
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "grants", "columns.leapyear.grants: there is no column saels here", "SALES")
        assert "VITAL SIGNS" not in driver.text
