"""The dialogs that confirm, choose and ask, at the keys."""

from __future__ import annotations

import pytest
from textual.widgets import Button, Input

from tests.ui.stage import NOTHING, staged
from tui.config.profiles import Profile
from tui.resources.confirmation import Challenge, Confirmation
from tui.screens.dialogs.ask import AskDialog
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.screens.dialogs.confirm import ConfirmDialog
from tui.screens.help import HelpEntry, HelpScreen

PROD = Profile(name="live", system="toy", uri="toy:///x", tag="prod")
COUNT = Challenge("count", "the number of items", "40")
NAME = Challenge("profile", "the name of the profile", "live")


def confirmation(*challenges: Challenge, names: int = 40) -> Confirmation:
    told = tuple(f"box-{index:03}" for index in range(names))
    return Confirmation("delete", PROD, "deletes the boxes", ("their lids too",), told, challenges)


async def test_the_button_works_only_once_all_is_typed_and_is_never_focused() -> None:
    dialog = ConfirmDialog(confirmation(COUNT, NAME))
    async with staged(dialog) as (screen, app):
        await screen.sees("PROD  live", "deletes the boxes", "their lids too", "40 items:", "box-000")
        button = dialog.query_one("#do", Button)
        assert isinstance(app.focused, Input) and button.disabled
        await screen.type("41")
        await screen.sees("✗")
        await screen.press("backspace")
        await screen.type("0")
        await screen.sees("✓")
        assert button.disabled
        await screen.press("enter")
        assert app.answer == NOTHING
        await screen.type("live")
        await screen.until(lambda: not button.disabled)
        assert app.focused is not button
        await screen.press("enter")
        await screen.until(lambda: app.answer == {"count": "40", "profile": "live"})


async def test_every_name_can_be_read_without_a_mouse() -> None:
    async with staged(ConfirmDialog(confirmation(COUNT))) as (screen, app):
        await screen.sees("box-000")
        assert "box-039" not in screen.text
        await screen.press(*["pagedown"] * 5)
        await screen.sees("box-039")
        await screen.press("4")
        assert app.focused is not None and "4" in screen.text


async def test_the_only_name_is_shown_where_the_summary_does_not_say_it() -> None:
    name = "n" * 60
    asked = Confirmation("delete", PROD, "deletes one", (), (name,), (Challenge("item", "its first letters", "n"),))
    async with staged(ConfirmDialog(asked)) as (screen, _):
        await screen.sees(name)


async def test_escape_and_cancel_turn_away() -> None:
    for keys in (("escape",), ("tab", "enter")):
        async with staged(ConfirmDialog(confirmation(COUNT))) as (screen, app):
            await screen.sees("Cancel")
            await screen.press(*keys)
            await screen.until(lambda app=app: app.answer is None)


async def test_what_asks_for_nothing_starts_on_cancel() -> None:
    async with staged(ConfirmDialog(confirmation())) as (screen, app):
        await screen.sees("Cancel")
        assert app.focused is not None and app.focused.id == "cancel"
        await screen.press("enter")
        await screen.until(lambda: app.answer is None)


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (60, 16)])
async def test_both_buttons_are_in_sight_at_any_size(size: tuple[int, int]) -> None:
    asked = confirmation(COUNT, NAME) if size[1] > 16 else confirmation(COUNT, names=1)
    async with staged(ConfirmDialog(asked), size=size) as (screen, _):
        await screen.sees("Cancel (esc)", "delete ")


CHOICES = [
    Choice("name", "atlas", "n"),
    Choice("row", "[red]x[/]\x1b[2J", "r"),
    Choice("wipe", key="w", why_off="the profile is read-only"),
    *(Choice(f"cell {index}") for index in range(30)),
]


async def test_a_choice_is_made_by_its_key() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.sees("name  atlas", "[red]x[/]\\e[2J")
        await screen.press("r")
        await screen.until(lambda: app.answer == 1)


async def test_a_choice_is_made_by_arrows_and_pages() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.sees("name")
        await screen.press("pagedown", "pagedown", "up", "down", "enter")
        await screen.until(lambda: app.answer == len(CHOICES) - 1)


async def test_a_choice_is_made_by_part_of_its_name() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.type("ll 17")
        await screen.misses("cell 18")
        await screen.press("enter")
        await screen.until(lambda: app.answer == 20)


async def test_what_is_off_says_why_and_is_not_chosen() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.sees("the profile is read-only")
        await screen.press("down", "down", "enter")
        assert app.answer == NOTHING


async def test_no_match_is_said_in_words_and_enter_does_nothing() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.type("zz")
        await screen.sees("nothing is called so")
        await screen.press("enter")
        assert app.answer == NOTHING
        await screen.press("backspace", "backspace")
        await screen.sees("atlas")
        await screen.misses("nothing is called so")


async def test_after_a_click_what_is_typed_still_narrows() -> None:
    async with staged(ChooseDialog("copy", CHOICES)) as (screen, app):
        await screen.sees("wipe")
        at = next(y for y, line in enumerate(screen.lines) if "wipe" in line)
        await screen.pilot.click(offset=(20, at))
        await screen.type("cell 2")
        await screen.misses("cell 1")
        assert app.answer == NOTHING


async def test_help_groups_its_entries_and_returns_the_one_that_was_searched() -> None:
    entries = [
        HelpEntry("ctrl+d", "delete", "act('delete')", "the profile is read-only", "action.boxes.delete"),
        HelpEntry("/", "filter", "filter", name="list.filter"),
        HelpEntry("u", "undo", "undo", name="app.undo"),
    ]
    async with staged(HelpScreen("keys", entries)) as (screen, app):
        await screen.sees("DO", "THIS LIST", "EVERYWHERE", "the profile is read-only", "list.filter")
        await screen.press("enter")
        assert app.answer == NOTHING
        await screen.type("und")
        await screen.misses("THIS LIST")
        await screen.press("enter")
        await screen.until(lambda: app.answer == 2)


async def test_a_wrong_answer_is_explained_also_when_nothing_was_typed() -> None:
    def check(text: str) -> str | None:
        return None if text == "right" else "[b]that is not it"

    async with staged(AskDialog("export", "to the file", "wrong", check)) as (screen, app):
        await screen.sees("to the file")
        await screen.press("enter")
        await screen.sees("[b]that is not it")
        assert app.answer == NOTHING
        await screen.press(*["backspace"] * 5)
        await screen.type("right")
        await screen.misses("that is not it")
        await screen.press("enter")
        await screen.until(lambda: app.answer == "right")
