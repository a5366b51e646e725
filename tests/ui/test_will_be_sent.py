"""What will be sent, in the dialogs that come before it, and the log of what was sent, by keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from tests.ui.arraylake_stage import OCEAN, SIZES, at_orgs, catalogue, changes, profile_of
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.stage import staged
from tests.ui.ways import fill_in, find, go
from tui.config.profiles import Profile
from tui.resources.confirmation import Challenge, Confirmation
from tui.resources.deck import Deck
from tui.resources.sending import Sending
from tui.screens.dialogs.confirm import ConfirmDialog
from tui.services.errors import Unavailable

MARKER = "marker-secret-1618"


async def reads(driver: Driver, *texts: str) -> None:
    """Wait for texts in what will be sent, whatever line they are broken over."""
    await driver.sees("what will be sent")

    def shown() -> str:
        return "".join(line[3:] for line in driver.lines).replace(" ", "")

    await driver.until(lambda: all(text.replace(" ", "") in shown() for text in texts), str(texts))


PROD = Profile(name="live", system="toy", uri="toy:///x", tag="prod")


@pytest.mark.parametrize("size", SIZES)
async def test_a_delete_shows_its_request_before_it_is_confirmed(
    start: Start, deck: Deck, tmp_path: Path, size: tuple[int, int]
) -> None:
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), size) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            await find(driver, "waves-nemo")
            await driver.press("ctrl+d")
            await driver.sees(
                "type its name, waves-nemo:", "will be sent", "arraydeck run repos delete", "curl -X DELETE"
            )
            button = driver.app.screen.query_one("#do", Button)
            assert button.disabled and isinstance(driver.app.focused, Input)
            assert button.region.bottom <= size[1] and button.region.height == 1
            await driver.press("ctrl+r")
            await reads(driver, f"/orgs/{OCEAN}/waves-nemo -H", '"authorization: Bearer $TOKEN"')
            await driver.press("escape")
            await driver.sees("type its name, waves-nemo:")
            assert driver.app.focused is not button
            await driver.press("escape")
            await driver.sees("nothing was changed")
            assert changes(service) == []


async def test_a_form_shows_the_request_for_what_is_typed_and_saves_nothing(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (80, 24)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            await driver.press("n")
            await driver.sees("new (repos)", "What will be sent (ctrl+r)")
            await driver.press("ctrl+r")
            await driver.sees("required")
            await fill_in(driver, "tides")
            await driver.press("ctrl+r")
            await reads(driver, "--name tides", "curl -X POST", '{"name": "tides"')
            await driver.press("escape")
            await driver.sees("new (repos)", "tides")
            service.state.faults.add("drop", times=-1)
            await driver.press("ctrl+r")
            await reads(driver, "--name tides", "what would be sent cannot be told")
            await driver.press("escape")
            await driver.sees("new (repos)")
            assert changes(service) == []


def confirmation(sending: object) -> Confirmation:
    told = tuple(f"box-{index:03}" for index in range(40))
    challenge = Challenge("count", "the number of items", "40")
    prod = Challenge("profile", "the name of the profile", "live")
    return Confirmation("delete", PROD, "deletes " + "the boxes " * 40, ("lids",) * 9, told, (challenge, prod),
                        "arraydeck run boxes delete -p live", sending)  # type: ignore[arg-type]  # fmt: skip


async def test_a_dialog_waits_for_nothing_that_is_to_be_found_out() -> None:
    found = asyncio.Event()

    async def slow() -> Sending:
        await found.wait()
        return Sending("arraydeck run boxes delete -p live", note="found out at last")

    dialog = ConfirmDialog(confirmation(slow))
    async with staged(dialog) as (screen, app):
        await screen.sees("PROD  live", "arraydeck run boxes delete", "finding out")
        button = dialog.query_one("#do", Button)
        assert button.region.bottom <= 24 and button.disabled
        found.set()
        await screen.sees("found out at last")
        found.clear()
        assert app.focused is not button and isinstance(app.focused, Input)
        await screen.type("40")
        await screen.press("enter")
        await screen.type("live")
        await screen.until(lambda: not button.disabled)
        assert app.focused is not button
        await screen.press("enter")
        await screen.until(lambda: app.answer == {"count": "40", "profile": "live"})


async def test_what_cannot_be_found_out_is_said_and_the_dialog_works() -> None:
    async def fails() -> Sending:
        raise Unavailable("toy", "rehearse", "nobody is there")

    async def never() -> Sending:
        await asyncio.Event().wait()
        raise AssertionError

    async with staged(ConfirmDialog(confirmation(fails))) as (screen, _):
        await screen.sees("cannot be told", "nobody is there")
    async with staged(ConfirmDialog(confirmation(never))) as (screen, app):
        await screen.type("40")
        await screen.press("enter")
        await screen.type("live")
        await screen.press("enter")
        await screen.until(lambda: app.answer == {"count": "40", "profile": "live"})


@pytest.mark.parametrize("size", SIZES)
async def test_the_log_says_what_one_key_has_sent_and_gives_it_away(
    start: Start, deck: Deck, tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), size) as driver:
            monkeypatch.setattr(driver.app, "copy", copied.append)
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            await driver.press("at")
            await driver.sees("log", "PART OF", "OPERATION", "OUTCOME", "list repos")
            await driver.press("slash")
            await driver.type("operation ~ paginated and outcome = ok")
            await driver.press("enter")
            await driver.sees("operation ~ paginated and outcome = ok", "GET /orgs/")
            await driver.press("c")
            await driver.sees("the command")
            await driver.press("c")
            await driver.until(lambda: copied)
            assert copied[0].startswith(f"curl '{service.uri}/orgs/kestrel-") and '"Authorization' not in copied[0]
            await driver.press("y")
            await driver.sees('"command":', '"parent":')
            await driver.press("escape")
            if size[0] < 100:
                await driver.press("d", "+", "+", "+", "+")
            await driver.sees("COMMAND (C COPIES IT)", "Bearer")
    listed = [call for call in deck.log if call.kind == "http"]
    operations = {call.number: call for call in deck.log if call.kind == "operation"}
    parts = [call for call in listed if "/repos" in call.operation and call.parent is not None]
    assert parts and all(operations[call.parent].profile == "lab" for call in parts if call.parent is not None)
    assert any(operations[call.parent].command == f"arraydeck get repos {OCEAN} -p {deck.profile('lab').uri}"
               for call in parts if call.parent is not None)  # fmt: skip


async def test_no_secret_is_in_the_log_the_dialogs_what_is_copied_or_exported(
    start: Start, deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    monkeypatch.chdir(tmp_path)
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 40)) as driver:
            monkeypatch.setattr(driver.app, "copy", copied.append)
            await go(driver, f"buckets {OCEAN}", "primary")
            await driver.press("n")
            await driver.sees("new (buckets)")
            kind = deck.connection("lab").system.type_named("buckets")
            form = driver.app.screen
            given = {"nickname": "fresh", "uri": "s3://fresh", "region_name": "us-east-1", "access_key_id": "AKID"}
            for name, value in {**given, "secret_access_key": MARKER}.items():
                form.query_one(f"#field-{name}", Input).value = value
            form.query_one("#field-method").value = "hmac"  # type: ignore[attr-defined]
            await driver.press("ctrl+r")
            await reads(driver, "curl -X POST", "$SECRET_ACCESS_KEY")
            seen = [driver.text]
            await driver.press("c", "escape")
            await driver.press("ctrl+s")
            await driver.sees("configured fresh")
            await driver.press("at")
            await driver.sees("create buckets")
            seen.append(driver.text)
            await driver.press("a", "c", "j")
            await driver.until(lambda: len(copied) == 2)
            await driver.press("x")
            await driver.sees("as")
            await driver.press("enter")
            await driver.sees("to the file")
            await driver.press("enter")
            await driver.until(lambda: [path for path in tmp_path.iterdir() if path.name.startswith("log-")])
            exported = "".join(path.read_text() for path in tmp_path.iterdir() if path.name.startswith("log-"))
    assert kind.name == "buckets" and "create buckets" in exported and "$SECRET_ACCESS_KEY" in copied[0]
    everything = [*seen, *copied, exported, *(repr(call) for call in deck.log)]
    assert not any(MARKER in text for text in everything)
