"""A text that changes twice before anything else happens gets the room of the later one."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.containers import VerticalScroll

from tui.widgets.words import Caption, Words


@pytest.mark.parametrize("kind", [Words, Caption])
async def test_a_layout_between_two_changes_does_not_keep_the_room_of_the_earlier(
    kind: type[Words] | type[Caption],
) -> None:
    app: App[None] = App()
    async with app.run_test(size=(40, 12)) as pilot:
        text = kind("one line")
        around = VerticalScroll(text)
        await app.mount(around)
        await pilot.pause()
        text.update("two\nlines")
        around._clear_arrangement_cache()  # as a neighbour does that changes its size in this moment
        app.screen._refresh_layout()
        assert text.size.height == 2
        text.update("a text\nof three\nlines")
        await pilot.pause()
        assert text.size.height == 3
