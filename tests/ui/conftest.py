"""Fixtures of the screen's tests: the dashboard on a deck, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.starting import parse_styles_once
from tests.ui.driver import Driver
from tui.app import ArraydeckApp
from tui.config.profiles import Profile
from tui.resources.deck import Deck

Start = Callable[..., AbstractAsyncContextManager[Driver]]
parse_styles_once()


@pytest.fixture
def start(deck: Deck) -> Start:
    """Start the dashboard; nothing unexpected may have happened by the time it is left."""

    @asynccontextmanager
    async def begin(size: tuple[int, int] = (80, 24), *, uri: str | None = None) -> AsyncIterator[Driver]:
        app = ArraydeckApp(deck, uri=uri)
        async with app.run_test(size=size) as pilot:
            yield Driver(app, pilot)
        if app.unexpected:
            raise BaseExceptionGroup("the dashboard met what it did not expect", app.unexpected)

    return begin


@pytest.fixture
def lab(deck: Deck, box_profile: Profile) -> Profile:
    """The profile of three boxes, of this run alone."""
    deck.add_temporary(box_profile)
    return box_profile
