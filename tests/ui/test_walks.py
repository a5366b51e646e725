"""Every screen of every system at three sizes: nothing overlaps, is cut, or is offered and does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from textual.screen import ModalScreen

from tests.thoroughness import IS_THOROUGH, one_in
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.layout_checks import no_way_on, problems
from tui.config.credentials import variable_for
from tui.config.profiles import Profile
from tui.resources.actions import Action, Danger
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.listing import ListingState
from tui.resources.navigation import Frame
from tui.resources.types import Query, ResourceType, Scope
from tui.screens.browse_header import empty_words
from tui.screens.welcome import WelcomeScreen
from tui.services.errors import ServiceError
from tui.services.sample_world import PROFILES
from tui.widgets.live_table import LiveTable
from tui.widgets.profile_card import ProfileCard
from tui.widgets.tour_bar import TourBar

SMALL, MIDDLE, LARGE = (80, 24), (140, 40), (250, 70)
SYSTEMS = [*PROFILES]
SIZES = [SMALL]
WALKS = [("weather", SMALL), ("cluster", MIDDLE), ("surveys", LARGE)]
if IS_THOROUGH:
    SIZES = [SMALL, MIDDLE, LARGE]
    WALKS = [(name, size) for size in (SMALL, MIDDLE, LARGE) for name in SYSTEMS]
PARENTS_TRIED = 6
"""Items of a list below which something is looked for."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Profile]]:
    """The demo's servers, and its profiles by name."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "tui.demo.child", "--dir", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        said = json.loads(child.stdout.readline())
        kept = [(profile, *secret) for profile, known in said["secrets"].items() for secret in known.items()]
        secrets = {variable_for(profile, name): value for profile, name, value in kept}
        os.environ |= secrets
        yield {made.name: made for made in map(Profile.model_validate, said["profiles"])}
        for name in secrets:
            del os.environ[name]
        child.stdin.close()


class Walk:
    """A walk through the screens: what was wrong on each is kept until its end."""

    def __init__(self, driver: Driver) -> None:
        self.driver, self.app = driver, driver.app
        self.found: list[str] = []
        self.looked_at = self.dialogs = 0

    async def look(self, where: str) -> None:
        """Check the screen as it stands, once it is painted."""
        await self.driver.pilot.pause()
        self.looked_at += 1
        self.found += [f"{where}: {problem}" for problem in problems(self.app.screen)]

    async def leave(self) -> None:
        """Close what lies over the list."""
        for _ in range(3):
            if self.app.is_browsing:
                return
            await self.driver.press("escape")
            await self.driver.pilot.pause()
        await self.driver.until(lambda: self.app.is_browsing, "back at the list")

    async def open(self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope) -> Frame:
        """Show a list, and wait for its rows."""
        self.app.show_list(connection, kind, scope)
        await self.driver.until(lambda: self.app.is_browsing and self.app.current is not None)
        frame = self.app.current
        assert frame is not None
        await self.driver.until(lambda: frame.listing.state.word != "loading", f"{frame.text} loaded")
        return frame

    async def list(
        self, connection: Connection, kind: ResourceType[Any, Any], scope: Scope, *, closely: bool = True
    ) -> None:
        """Look at a list, and `closely` at it with and without its details, filtered, and as JSON."""
        frame = await self.open(connection, kind, scope)
        browse, name = self.app.browse, frame.text
        await self.look(name)
        if not closely:
            return
        browse.action_toggle_pane()
        await self.driver.until(
            lambda: browse.pane.detail is not None or not browse.pane.display or not len(frame.listing.view)
        )
        await self.look(f"{name}, the other pane")
        browse.action_toggle_pane()
        if len(frame.listing.view):
            browse._set_filter("nothing is called so")
            await self.look(f"{name}, filtered")
            browse._set_filter("")
            browse.action_json()
            await self.driver.until(lambda: not self.app.is_browsing, f"the JSON of {name}")
            await self.look(f"{name}, JSON")
            await self.leave()

    async def dialog(self, frame: Frame, action: Action) -> None:
        """Look at what is asked before an action runs; it is turned away."""
        browse = self.app.browse
        if action.on == "item" and not len(frame.listing.view):
            return
        if browse.why_off(action.name) is not None:
            return
        worker = browse.action_act(action.name)
        await self.driver.until(
            lambda: isinstance(self.app.screen, ModalScreen) or worker.is_finished, f"{action.name} on {frame.text}"
        )
        if isinstance(self.app.screen, ModalScreen):
            self.dialogs += 1
            await self.look(f"{frame.text}, {action.title}")
        await self.leave()
        await self.driver.until(lambda: worker.is_finished, f"{action.name} left")


@asynccontextmanager
async def walking(deck: Deck, start: Start, profiles: list[Profile], size: tuple[int, int]) -> AsyncIterator[Walk]:
    for profile in profiles:
        deck.add_temporary(profile)
    async with start(size) as driver:
        walk = Walk(driver)
        yield walk
        assert not walk.found, f"{len(walk.found)} problems\n" + "\n".join(walk.found)


async def scope_of(connection: Connection, kind: ResourceType[Any, Any]) -> Scope | None:
    """Return a place where a list of this type has rows, or one that has none, if there is any."""
    parents = [*connection.system.ancestry(kind)][:-1]
    scopes = [Scope()]
    for parent in parents:
        scopes = [below for scope in scopes for below in await children(connection, parent, scope)][:PARENTS_TRIED]
    for scope in scopes:
        if await children(connection, kind, scope):
            return scope
    return scopes[0] if scopes else None


async def children(connection: Connection, kind: ResourceType[Any, Any], scope: Scope) -> list[Scope]:
    """Return where the lists hang below the first items of a list."""
    try:
        async for page in kind.pages(await connection.service(), scope, Query(page_size=PARENTS_TRIED)):
            return [kind.below(scope, item) for item in page.items[:PARENTS_TRIED]]
    except ServiceError:
        pass
    return []


def asks_first(action: Action) -> bool:
    """Whether a dialog comes before the action does anything."""
    return not action.screen and (action.form is not None or action.danger is Danger.DESTROYS or action.asks)


def called(value: str | tuple[int, int]) -> str:
    """Return how a profile or a size is called in the name of a test."""
    return value if isinstance(value, str) else f"{value[0]}x{value[1]}"


@pytest.mark.parametrize(("name", "size"), WALKS, ids=called)
async def test_the_lists_and_dialogs_of_a_system(
    deck: Deck, start: Start, demo: dict[str, Profile], name: str, size: tuple[int, int]
) -> None:
    async with walking(deck, start, [demo[name]], size) as walk:
        connection = deck.connection(name)
        seen: set[object] = set()
        close = one_in(3, connection.system.types)
        for kind in connection.system.types.values():
            scope = await scope_of(connection, kind)
            if scope is None:
                continue
            await walk.list(connection, kind, scope, closely=kind.name in close)
            for action in kind.actions.values():
                if asks_first(action) and (action.form or action.handler, action.title) not in seen:
                    seen.add((action.form or action.handler, action.title))
                    assert walk.app.current is not None
                    await walk.dialog(walk.app.current, action)
        assert walk.looked_at > len(connection.system.types) and walk.dialogs > 2, (walk.looked_at, walk.dialogs)


def test_every_empty_list_says_what_to_do(deck: Deck, demo: dict[str, Profile]) -> None:
    wrong: list[str] = []
    for profile in demo.values():
        deck.add_temporary(profile)
        for connection in (deck.connection(profile.name), deck.own):
            for kind in connection.system.types.values():
                frame = Frame(connection, kind, Scope(("x",) * kind.depth), deck.settings)
                frame.listing.state = replace(ListingState(), complete=True, refreshed=datetime.now(UTC))
                wrong += no_way_on(empty_words(frame), f"{profile.name}: {kind.name}")
    assert not wrong, "\n".join(wrong)


async def screens(walk: Walk) -> None:
    """Look at what belongs to no list: home, the welcome, help, palette, find, prompt, viewer, and arraydeck's own."""
    app, driver = walk.app, walk.driver
    await driver.until(lambda: len(app.screen.query(ProfileCard)) == len(SYSTEMS), "a card for each profile")
    await walk.look("home")
    await driver.press("e")
    await walk.look("home, events")
    await app.push_screen(WelcomeScreen())
    await walk.look("welcome")
    app.pop_screen()
    for name, action in (("find", app.action_find), ("palette", app.action_command_palette), ("help", app.action_help)):
        action()
        await driver.until(lambda: len(app.screen_stack) == 2, name)
        await walk.look(name)
        if name == "find":
            await driver.type("radar")
            await driver.until(lambda: app.screen.query_one(LiveTable).source, "radar found")
            await walk.look("find, radar")
        await driver.press("escape")
        await driver.until(lambda: len(app.screen_stack) == 1, f"{name} left")
    app.action_command()
    await walk.look("prompt")
    await driver.press("escape")
    for name in app.deck.own.system.types:
        await walk.list(app.deck.own, app.deck.own.system.types[name], Scope())
        for action in app.deck.own.system.types[name].actions.values():
            if asks_first(action) and app.current is not None:
                await walk.dialog(app.current, action)
    app.go_to("collections @weather")
    await driver.until(lambda: app.current is not None and len(app.current.listing.view))
    for name, action in MENUS.items():
        getattr(app.browse, action)()
        await driver.until(lambda: isinstance(app.screen, ModalScreen), name)
        await walk.look(name)
        await walk.leave()
    app.go_to("tokens @platform")
    await driver.until(lambda: app.current is not None and app.current.connection.profile.name == "platform")
    app.browse.action_compare()
    await driver.until(lambda: isinstance(app.screen, ModalScreen), "compare")
    await walk.look("compare")
    await walk.leave()
    app.browse.say("there is much to be said " * 20)
    await walk.look("a long message")
    app.say("")
    for place in ("keys @*", "assets radar @platform,classic", "compare tokens @platform @classic", "repos @weather"):
        app.go_to(place)
        await driver.until(lambda: app.current is not None and app.current.listing.state.word != "loading", place)
        await walk.look(place)
    app.begin_tour()
    for number in range(1, 4):
        await driver.until(lambda n=number: any(f"{n}/10" in bar.text for bar in app.screen.query(TourBar)), "the tour")
        await walk.look(f"tour, step {number}")
        await driver.press("n")


MENUS = {
    "sort": "action_sort",
    "copy": "action_copy",
    "export": "action_export",
    "columns": "action_columns",
}


@pytest.mark.parametrize("size", SIZES, ids=called)
async def test_what_belongs_to_no_system(
    deck: Deck, start: Start, demo: dict[str, Profile], size: tuple[int, int]
) -> None:
    async with walking(deck, start, [*demo.values()], size) as walk:
        await screens(walk)


OWN_SCREENS = {
    "cluster": [("nodes", "enter"), ("keys config/", "enter")],
    "catalogue": [("orgs", "L")],
    "weather": [("arrays temperature", "V"), ("arrays mask", "V")],
    "platform": [("graphs", "P")],
}


@pytest.mark.parametrize(("name", "size"), [(name, SMALL) for name in OWN_SCREENS], ids=called)
async def test_the_screens_of_a_system_of_its_own(
    deck: Deck, start: Start, demo: dict[str, Profile], name: str, size: tuple[int, int]
) -> None:
    async with walking(deck, start, [demo[name]], size) as walk:
        app, driver = walk.app, walk.driver
        for place, key in OWN_SCREENS[name]:
            app.go_to(place, profile=name)
            await driver.until(lambda: app.current is not None and app.is_browsing and len(app.current.listing.view))
            await driver.press(key)
            await driver.until(lambda: not app.is_browsing, f"{key} on {place}")
            await walk.look(f"{place}, {key}")
            if key == "V":
                await driver.until(lambda: not app.screen.query("#loading"))
                for further in VIEWER_KEYS:
                    await driver.press(further)
                    await walk.look(f"{place}, {key} {further}")
                    if isinstance(app.screen, ModalScreen):
                        await driver.press("escape")
            await walk.leave()


VIEWER_KEYS = ("t", "t", "P", "P", "escape", "H", "H", "X", "slash", "x", "c")


@pytest.mark.parametrize("size", [SMALL, LARGE, (80, 16)], ids=called)
async def test_without_any_profile(start: Start, size: tuple[int, int]) -> None:
    async with start(size) as driver:
        walk = Walk(driver)
        await driver.sees("start the demo")
        await walk.look("welcome")
        await driver.press("escape")
        await driver.sees("there are no profiles yet", "n adds one")
        await walk.look("home")
        assert not walk.found, "\n".join(walk.found)
