"""Makes the pictures of the README from the demo: `uv run python -m tests.screenshots`."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rich._palettes import STANDARD_PALETTE
from rich.color import Color, ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter

from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.state import StateDatabase
from tui.systems.arakoon.demo import start_cluster
from tui.systems.arraylake.demo import start_catalogue
from tui.systems.deker.sample import make_sample
from tui.systems.leapyear.demo import SECRETS, start_server
from tui.systems.tiledb.demo import start_platforms

if TYPE_CHECKING:
    from tui.resources.deck import Deck

FOLDER = Path(__file__).parent.parent / "screenshots"
SIZE, SMALL, LARGE, SHORT = (120, 32), (80, 24), (140, 40), (100, 28)
Depth = Literal["truecolour", "16", "none"]
DEPTHS: tuple[Depth, ...] = ("truecolour", "16", "none")
COLLECTIONS = ("archive", "mask", "radar", "stations", "temperature", "tides", "wind")
NAMES = {
    " ": "space",
    ">": "greater_than_sign",
    "=": "equals_sign",
    ".": "full_stop",
    ",": "comma",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "@": "at",
    "*": "asterisk",
    '"': "quotation_mark",
}


@dataclass(frozen=True)
class Shot:
    """A picture: the keys that lead to it, the terminal's size, and how many colours it has."""

    keys: Sequence[str] = ()
    size: tuple[int, int] = SIZE
    depth: Depth = "truecolour"
    profile: str = ""
    """The one that is opened; empty begins at home, with the storages."""
    everything: bool = False
    """Whether home has the servers of the demo too, and numbers of the days before."""


def _viewer(collection: str, *keys: str) -> tuple[str, ...]:
    """Return the keys from the home screen to the first array of a collection, and those that follow."""
    return ("enter", *["j"] * COLLECTIONS.index(collection), "enter", "V", *keys)


VIEWS = {
    "temperature": _viewer("temperature", *"......", "/", *["backspace"] * 12, *"6,=52.5,=13.5", "enter"),
    "landcover": _viewer("mask", "/", *["backspace"] * 12, *"=52.5,=13.5", "enter"),
    "radar": _viewer("radar", *"..", "/", *["backspace"] * 12, *"2,140,180", "enter"),
}
STUDIES = {
    "numbers": _viewer("temperature", *"....", "/", *["backspace"] * 12, *"4,40,60", "enter", "t"),
    "line": _viewer("temperature", "/", *["backspace"] * 12, *"0,40,60", "enter", "P", *"llllllll"),
    "histogram": _viewer("temperature", "H"),
    "phase": _viewer("tides", "i", *"llll"),
    "unwritten": ("enter", *["j"] * 3, "enter", *"/never", "enter", "V"),
}
_RADAR = (":", *"assets radar sites", "enter", "wait", "/", *"reflectivity 01", "enter", "wait")
"""The keys to an array of the platform."""
SHOTS: dict[str, Shot] = {
    "home": Shot([*["wait"] * 12], LARGE, everything=True),
    "collections": Shot(("enter", "j", "j", "j")),
    "arrays": Shot(("enter", "j", "j", "j", "enter", "j")),
    "filter": Shot(("enter", "j", "j", "j", "enter", "slash", *"bytes > 6k and year = 2016")),
    "damaged": Shot(("enter", "enter", "j", "j")),
    "json": Shot(("enter", "j", "y")),
    "find": Shot((";", *"radar", *["wait"] * 4), everything=True),
    "merged": Shot((":", *"collections @*", "enter", *["wait"] * 2)),
    "compare": Shot((":", *"compare collections @weather @archive", "enter", *["wait"] * 2)),
    "help": Shot(("enter", "question_mark")),
    "small": Shot(("enter", "j", "j", "j", "enter", "j"), SMALL),
    "arakoon-nodes": Shot(profile="cluster"),
    "arakoon-statistics": Shot(("enter", *["wait"] * 8), LARGE, profile="cluster"),
    "arakoon-keys": Shot((":", *"keys config/", "enter", "j"), profile="cluster"),
    "arakoon-value": Shot((":", *"keys config/", "enter", "enter"), profile="cluster"),
    "arraylake-repos": Shot(("wait", "j", "enter", "wait", "j", "wait"), LARGE, profile="catalogue"),
    "arraylake-login": Shot(("L", "n", "wait", "wait"), profile="catalogue"),
    "tiledb-assets": Shot((*_RADAR, "wait"), LARGE, profile="platform"),
    "tiledb-array": Shot((*_RADAR, "enter", *["wait"] * 6), SHORT, profile="platform"),
    "tiledb-graphs": Shot((":", *"graphs", "enter", "wait", "j", "wait"), LARGE, profile="platform"),
    "leapyear-databases": Shot(("j", "j", "j", "wait"), LARGE, profile="surveys"),
    "leapyear-columns": Shot((":", *'columns "heat and health" households', "enter", "j", "wait"), profile="surveys"),
    "leapyear-grants": Shot((":", *"grants", "enter", "wait", *"jjjjj", "wait"), LARGE, profile="surveys"),
    "leapyear-edit": Shot(
        (
            *(":", *"grants", "enter", "wait", "e", "wait", *["down"] * 5, "enter", *'"hail damage" view', "ctrl+s"),
            "wait",
        ),
        profile="surveys",
    ),
    "leapyear-jobs": Shot((":", *"remote-jobs", "enter", "wait", "j", "wait"), LARGE, profile="surveys"),
    **{f"viewer-{name}": Shot(keys, LARGE if name != "phase" else SMALL) for name, keys in STUDIES.items()},
    **{
        f"viewer-{name}-{size[0]}x{size[1]}-{depth}": Shot(keys, size, depth)
        for name, keys in VIEWS.items()
        for size in (SMALL, LARGE)
        for depth in DEPTHS
    },
}


class SixteenColours(LineFilter):
    """What Rich makes of colours for a terminal of sixteen, in that terminal's usual palette."""

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        return [Segment(text, style and self._plain(style), control) for text, style, control in segments]

    def _plain(self, style: Style) -> Style:
        return style + Style(color=_plain(style.color), bgcolor=_plain(style.bgcolor))


def _plain(colour: Color | None) -> Color | None:
    if colour is None or colour.type is ColorType.DEFAULT:
        return None
    number = colour.downgrade(ColorSystem.STANDARD).number
    return None if number is None else Color.from_rgb(*STANDARD_PALETTE[number])


async def _take(folder: Path, wanted: Sequence[str], services: Mapping[str, Profile]) -> None:
    """Take every picture on a fresh deck each, so that none shows what another one did."""
    from tui.app import ArraydeckApp
    from tui.resources.deck import Deck

    for name, shot in SHOTS.items():
        if shot.profile and shot.profile not in services:
            continue
        if wanted and not any(name.startswith(each) for each in wanted):
            continue
        deck = Deck(SettingsFile(), ProfileStore(), StateDatabase())
        for profile in _profiles(folder) if not shot.profile else [services[shot.profile]]:
            deck.add_temporary(profile)
        if shot.everything:
            _add_everything(deck, services)
        os.environ.pop("NO_COLOR", None)
        if shot.depth == "none":
            os.environ["NO_COLOR"] = "1"
        app = ArraydeckApp(deck, uri=services[shot.profile].name if shot.profile else None)
        if shot.depth == "16":
            app.console._color_system = ColorSystem.STANDARD
            app._filters.append(SixteenColours())
        async with app.run_test(size=shot.size) as pilot:
            await _quiet(app, pilot)
            for key in shot.keys:
                if key == "wait":
                    await pilot.pause(1)
                    continue
                await pilot.press(NAMES.get(key, key))
                await _quiet(app, pilot)
            picture = app.export_screenshot(title=f"arraydeck: {name}")
        await deck.close()
        (FOLDER / f"{name}.svg").write_text(slim(picture.replace(str(folder), "/data")))
        print(f"screenshots/{name}.svg")


def slim(picture: str) -> str:
    """Return the picture without what is said again for each of its thousands of pieces; it looks the same."""
    picture = re.sub(r"terminal-\d+-", "", picture).replace("&#160;", "\N{NO-BREAK SPACE}")
    picture = re.sub(r'(<text[^>]*) clip-path="[^"]*"', r"\1", picture).replace(' shape-rendering="crispEdges"', "")
    picture = re.sub(r'<clipPath id="line-\d+">.*?</clipPath>\s*', "", picture, flags=re.DOTALL)
    return picture.replace("<style>", "<style>\n    rect { shape-rendering: crispEdges }", 1)


def _add_everything(deck: Deck, services: Mapping[str, Profile]) -> None:
    """Add the servers, and what was lately counted in two of the stores."""
    for profile in services.values():
        deck.add_temporary(profile)
    counted = ((services["cluster"], "keys", 49_120, 11), (deck.profile("weather"), "collections", 4, 0.04))
    for profile, label, first, each_hour in counted:
        for hour in range(70):
            numbers = {label: int(first + each_hour * hour)}
            deck.state.samples.add(profile.name, profile.uri, 0.01, numbers, time.time() - (72 - hour) * 3600)


async def _quiet(app: object, pilot: object) -> None:
    """Wait until two pictures a moment apart are the same."""
    last = ""
    for _ in range(100):
        await pilot.pause(0.1)  # type: ignore[attr-defined]
        now = app.export_screenshot()  # type: ignore[attr-defined]
        if now == last:
            return
        last = now


def _profiles(folder: Path) -> list[Profile]:
    return [
        Profile(name="weather", system="deker", uri=str(folder / "weather")),
        Profile(name="archive", system="deker", uri=str(folder / "archive"), tag="prod"),
        Profile(name="scratch", system="deker", uri="/data/scratch"),
    ]


def _services(folder: Path) -> dict[str, Profile]:
    """Start the demo's servers, and return the profiles that show them by name."""
    cluster = start_cluster().model_copy(update={"tag": None})
    platform = start_platforms(folder / "tiledb")[0]
    surveys = start_server(folder / "leapyear")
    os.environ |= {f"ARRAYDECK_{surveys.name.upper()}_{name.upper()}": value for name, value in SECRETS.items()}
    return {
        "surveys": surveys,
        "cluster": cluster,
        "catalogue": start_catalogue(folder / "arraylake"),
        "platform": platform,
    }


def main(wanted: Sequence[str]) -> None:
    """Make the sample in a temporary folder and take the pictures, or those whose names begin as `wanted` says."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="arraydeck-") as folder:
        os.environ |= {"ARRAYDECK_HOME": str(Path(folder) / "home"), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        make_sample(Path(folder) / "weather")
        make_sample(Path(folder) / "archive")
        for name in ("tides", "wind"):
            shutil.rmtree(Path(folder) / "archive" / "collections" / name)
        asyncio.run(_take(Path(folder), wanted, _services(Path(folder))))


if __name__ == "__main__":
    main(sys.argv[1:])
