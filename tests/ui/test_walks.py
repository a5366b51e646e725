"""Every screen of every system at three sizes: nothing overlaps, is cut, or is offered and does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from textual.screen import ModalScreen

from tests.thoroughness import IS_THOROUGH, one_in
from tests.ui.conftest import Start
from tests.ui.layout_checks import no_way_on
from tests.ui.walk import Size, Walk, called, walking
from tui.config.credentials import variable_for
from tui.config.profiles import Profile
from tui.resources.actions import Action, Danger
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.listing import ListingState
from tui.resources.navigation import Frame
from tui.resources.types import Query, ResourceType, Scope
from tui.screens.browse_header import empty_words
from tui.screens.dialogs.confirm import ConfirmDialog
from tui.screens.welcome import WelcomeScreen
from tui.services.errors import ServiceError
from tui.services.sample_world import PROFILES
from tui.widgets.live_table import LiveTable
from tui.widgets.profile_card import ProfileCard
from tui.widgets.tour_bar import TourBar

SMALL, MIDDLE, LARGE = (80, 24), (140, 40), (250, 70)
ALL = [SMALL, MIDDLE, LARGE]
SYSTEMS = [*PROFILES]
WALKS = {"weather": [SMALL], "cluster": [MIDDLE], "surveys": [LARGE]}
SIZES = [SMALL]
if IS_THOROUGH:
    WALKS = dict.fromkeys(SYSTEMS, ALL)
    SIZES = ALL
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


@pytest.mark.parametrize("name", WALKS)
async def test_the_lists_and_dialogs_of_a_system(deck: Deck, start: Start, demo: dict[str, Profile], name: str) -> None:
    async with walking(deck, start, [demo[name]], WALKS[name]) as walk:
        connection = deck.connection(name)
        types = connection.system.types
        seen: set[object] = set()
        for kind in types.values():
            scope = await scope_of(connection, kind)
            if scope is None:
                continue
            await walk.list(connection, kind, scope, pane=kind.name in one_in(3, types), whole=not walk.looked_at)
            for action in kind.actions.values():
                if asks_first(action) and (action.form or action.handler, action.title) not in seen:
                    seen.add((action.form or action.handler, action.title))
                    assert walk.app.current is not None
                    await walk.dialog(walk.app.current, action)
        assert walk.looked_at > len(types) and walk.dialogs > 2, (walk.looked_at, walk.dialogs)


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


async def over_everything(walk: Walk) -> None:
    """Look at what lies over any screen: find, palette, help, themes, prompt, and the welcome."""
    app, driver = walk.app, walk.driver
    await driver.until(lambda: len(app.screen.query(ProfileCard)) == len(SYSTEMS), "a card for each profile")
    await walk.look("home")
    await driver.press("e")
    await walk.look("home, events")
    await app.push_screen(WelcomeScreen())
    await walk.look("welcome")
    app.pop_screen()
    for name, action in (
        ("find", app.action_find),
        ("palette", app.action_command_palette),
        ("help", app.action_help),
        ("themes", app.action_choose_theme),
    ):
        action()
        await driver.until(lambda: len(app.screen_stack) == 2, name)
        await walk.look(name)
        if name == "find":
            await driver.type("radar")
            await driver.until(lambda: app.screen.query_one(LiveTable).source, "radar found")
            await walk.look("find, radar")
            await driver.type(" no such")
            await walk.look("find, nothing")
        await driver.press("escape")
        await driver.until(lambda: len(app.screen_stack) == 1, f"{name} left")
    app.action_command()
    await walk.look("prompt")
    await driver.type("nowhere")
    await driver.press("enter")
    await walk.look("prompt, with what is wrong")
    await driver.press("escape")


async def kernels_own(walk: Walk) -> None:
    """Look at arraydeck's own lists: profiles, jobs, journal, command log, events, settings, and their dialogs."""
    for number, kind in enumerate(walk.app.deck.own.system.types.values()):
        await walk.list(walk.app.deck.own, kind, Scope(), whole=not number)
        for action in kind.actions.values():
            if asks_first(action) and walk.app.current is not None:
                await walk.dialog(walk.app.current, action)


async def several_at_once(walk: Walk) -> None:
    """Look at merged and compared lists, and at the menus of a list."""
    app, driver = walk.app, walk.driver
    for place, menus in PLACES.items():
        before = app.current
        app.go_to(place)
        await driver.until(lambda last=before: app.current is not last or not app.is_browsing, place)
        await driver.until(lambda: app.current is not None and app.current.listing.state.word != "loading", place)
        await walk.look(place)
        await walk.leave()
        for menu in menus:
            getattr(app.browse, f"action_{menu}")()
            await driver.until(lambda: isinstance(app.screen, ModalScreen), menu)
            await walk.look(f"{place}, {menu}")
            await walk.leave()
    app.browse.say("there is much to be said " * 20)
    await walk.look("a long message")
    app.say("")


PLACES = {
    "collections @weather": ("sort", "copy", "export", "columns"),
    "tokens @platform": ("compare",),
    "keys @*": (),
    "assets radar @platform,classic": (),
    "compare tokens @platform @classic": (),
    "repos @weather": (),
}


async def tour(walk: Walk) -> None:
    """Look at the first steps of the tour."""
    walk.app.begin_tour()
    for number in range(1, 4):
        bars = lambda n=number: any(f"{n}/10" in bar.text for bar in walk.app.screen.query(TourBar))  # noqa: E731
        await walk.driver.until(bars, f"the tour's step {number}")
        await walk.look(f"tour, step {number}")
        await walk.driver.press("n")


@pytest.mark.parametrize("part", [over_everything, kernels_own, several_at_once, tour], ids=lambda part: part.__name__)
async def test_what_belongs_to_no_system(deck: Deck, start: Start, demo: dict[str, Profile], part: Any) -> None:
    async with walking(deck, start, [*demo.values()], SIZES) as walk:
        await part(walk)


async def test_what_will_be_sent(deck: Deck, start: Start, demo: dict[str, Profile]) -> None:
    async with walking(deck, start, [demo["cluster"]], SIZES) as walk:
        app, driver = walk.app, walk.driver
        app.go_to("keys config/", profile="cluster")
        await driver.until(lambda: app.current is not None and app.is_browsing and len(app.current.listing.view))
        await driver.press("a", "ctrl+d")
        await driver.until(lambda: isinstance(app.screen, ConfirmDialog), "the dialog")
        await walk.look("delete all keys")
        await driver.press("ctrl+r")
        await driver.until(lambda: not isinstance(app.screen, ConfirmDialog), "all that will be sent")
        await walk.look("delete all keys, what will be sent")
        await walk.leave()


OWN_SCREENS = {
    "cluster": [("nodes", "enter"), ("keys config/", "enter")],
    "catalogue": [("orgs", "L")],
    "weather": [("arrays temperature", "V"), ("arrays mask", "V")],
    "platform": [("graphs", "P")],
}


@pytest.mark.parametrize("name", OWN_SCREENS)
async def test_the_screens_of_a_system_of_its_own(
    deck: Deck, start: Start, demo: dict[str, Profile], name: str
) -> None:
    async with walking(deck, start, [demo[name]], SIZES) as walk:
        app, driver = walk.app, walk.driver
        for place, key in OWN_SCREENS[name]:
            app.go_to(place, profile=name)
            await driver.until(lambda: app.current is not None and app.is_browsing and len(app.current.listing.view))
            await driver.press(key)
            await driver.until(lambda: not app.is_browsing, f"{key} on {place}")
            await driver.until(lambda: not app.screen.query("#loading"))
            await walk.look(f"{place}, {key}")
            for further in VIEWER_KEYS if key == "V" else ():
                await driver.press(further)
                await walk.look(f"{place}, {key} {further}")
                if isinstance(app.screen, ModalScreen):
                    await driver.press("escape")
                    await walk.rest("the viewer")
            await walk.leave()


VIEWER_KEYS = ("t", "t", "P", "P", "escape", "H", "H", "X", "slash", "x", "c")


@pytest.mark.parametrize("size", [SMALL, LARGE, (80, 16)], ids=called)
async def test_without_any_profile(deck: Deck, start: Start, size: Size) -> None:
    async with walking(deck, start, [], [size]) as walk:
        await walk.driver.sees("start the demo")
        await walk.look("welcome")
        await walk.driver.press("escape")
        await walk.driver.sees("there are no profiles yet", "n adds one")
        await walk.look("home")
