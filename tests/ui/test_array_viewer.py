"""The array viewer, from keys to what is seen."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.array_sources import MemoryArray
from tests.ui.arrays import anomaly, field, landcover, unwritten
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.progress import Progress
from tui.jobs.state import StateDatabase
from tui.resources.arrays.array_source import ArraySource
from tui.resources.deck import Deck
from tui.screens.arrays.array_viewer import ArrayViewer
from tui.services.errors import DataCorrupt

Open = Callable[..., AbstractAsyncContextManager[tuple[Driver, ArrayViewer]]]


@pytest.fixture(autouse=True)
def truecolour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of many colours, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
def view(start: Start, lab: Profile) -> Open:
    """Open the viewer on a source, in the dashboard of one profile."""

    @asynccontextmanager
    async def begin(
        source: ArraySource, size: tuple[int, int] = (80, 24), **options: Any
    ) -> AsyncIterator[tuple[Driver, ArrayViewer]]:
        async with start(size) as driver:
            copied: list[str] = []
            viewer = ArrayViewer(source, copied.append, **options)
            viewer.copied = copied  # type: ignore[attr-defined]
            await driver.app.push_screen(viewer)
            yield driver, viewer

    return begin


async def test_the_cursor_says_where_it_is_and_what_is_there(view: Open) -> None:
    source = anomaly()
    values = await source.read((slice(0, 12), slice(0, 91), slice(0, 180)))
    async with view(source) as (driver, _):
        await driver.sees("anomaly", "lat x lon", "1:2.5 mean", f"= {values[0, 0, 0]!s}")
        await driver.press("j", "j", "l")
        await driver.sees("[0, 5, 2]", "lat 80", "lon -176", f"= {values[0, 5, 2]!s}")
        await driver.press("k", "h", "full_stop")
        await driver.sees("[1, 2, 0]", "1 of 12", "2020-01-01 06:00", f"= {values[1, 2, 0]!s}")


async def test_a_held_slider_key_ends_at_the_last_index(view: Open) -> None:
    source = anomaly()
    async with view(source) as (driver, viewer):
        await driver.sees("1:2.5 mean")
        await driver.press(*["full_stop"] * 30)
        await driver.sees("11 of 12")
        await driver.until(lambda: viewer.plane and viewer.plane.request.index[0] == 11, "the last plane")
        await driver.press("less_than_sign")
        await driver.sees("1 of 12")


async def test_zoom_says_the_reduction_and_shows_cells_one_by_one(view: Open) -> None:
    async with view(anomaly()) as (driver, viewer):
        await driver.sees("1:2.5 mean")
        await driver.press("slash", *["backspace"] * 10, *"0,45,90", "enter")
        await driver.sees("[0, 45, 90]")
        await driver.press("plus", "plus")
        await driver.sees("34:57", "1:1")
        assert viewer.view.rows[0] <= 45 < viewer.view.rows[1]
        await driver.press("w")
        await driver.sees("1:2.5 mean")


async def test_going_to_a_coordinate_and_refusing_what_is_not_there(view: Open) -> None:
    async with view(anomaly()) as (driver, _):
        await driver.press("slash", *["backspace"] * 10, *"2020-01-02,", "=", *"50,999")
        await driver.sees("lon: no such place (-180 to 178)")
        await driver.press(*["backspace"] * 4, "enter")
        await driver.sees("[4, 20, 0]", "lat 50", "2020-01-02 00:00")


async def test_axes_can_be_chosen_and_swapped(view: Open) -> None:
    async with view(anomaly()) as (driver, viewer):
        await driver.sees("lat x lon")
        await driver.press("z")
        await driver.sees("lon x lat")
        await driver.press("X")
        await driver.sees("what runs across", "time  12")
        await driver.press("up", "enter")
        await driver.sees("lon x time", "▶ lat")
        assert viewer.view.sliders == (1,)


async def test_numbers_are_shown_as_they_are(view: Open) -> None:
    source = anomaly()
    async with view(source) as (driver, _):
        await driver.press("t", "j", "l")
        await driver.sees("[0, 1, 1]", str((await source.read((0, 1, 1)))[()]), "-178", "88")
        await driver.press("G")
        await driver.sees("[0, 90, 179]", str((await source.read((0, 90, 178)))[()]))
        await driver.press("escape")
        await driver.sees("1:2.5 mean")


async def test_a_line_can_be_drawn_along_every_dimension(view: Open) -> None:
    async with view(anomaly(), (100, 30)) as (driver, viewer):
        await driver.press("P")
        await driver.sees("time   1:1", "2020-01-01")
        await driver.press("l", "l")
        await driver.sees("[2, 0, 0]")
        await driver.press("P")
        await driver.sees("lat   1:1")
        await driver.press("P", "P")
        await driver.until(lambda: viewer.body == "picture")
        await driver.sees("1:1.9 mean")


async def test_statistics_come_from_a_sample_and_then_from_every_cell(view: Open) -> None:
    values = np.random.default_rng(2).normal(10, 2, (300, 80, 80))
    values[0, 0, :5] = np.nan
    source = MemoryArray(values, chunks=(1, 80, 80))
    async with view(source, (140, 40)) as (driver, viewer):
        await driver.sees("statistics, sample of", "mean")
        await driver.press("E")
        await driver.sees("statistics, all cells", f"{np.nanmean(values):.7g}", f"{np.nanstd(values):.7g}", "1,919,995")
        assert viewer.statistics is not None and viewer.statistics.nan == 5
        await driver.press("H")
        await driver.sees("all cells", "cells")
        await driver.press("E")
        await driver.sees("these are exact already")


async def test_exact_statistics_are_cancelled_by_the_same_key(view: Open) -> None:
    going, held = asyncio.Event(), False

    class Held(MemoryArray):
        async def read(self, index: Any) -> Any:
            if held:
                await going.wait()
            return await super().read(index)

    async with view(Held(np.ones((300, 80, 80)), chunks=(1, 80, 80)), (140, 40)) as (driver, viewer):
        await driver.sees("statistics, sample of")
        await driver.until(lambda: viewer.plane is not None and viewer.loader.wanted is None)
        held = True
        await driver.press("E")
        await driver.sees("counting every cell", "0%")
        await driver.press("E")
        going.set()
        await driver.sees("cancelled")
        await driver.misses("counting every cell")
        await driver.sees("statistics, sample of")
        assert viewer.exact is None


async def test_exact_statistics_run_as_a_job_and_outlive_the_viewer(view: Open) -> None:
    done: list[Any] = []

    async def start_job(title: str, work: Callable[[Progress], Any]) -> str:
        async def run() -> None:
            done.append(await work(Progress()))

        task = asyncio.create_task(run())
        task.add_done_callback(lambda ended: ended.result())
        return f"started job 7: {title}"

    async with view(MemoryArray(np.ones((300, 80, 80)), chunks=(1, 80, 80)), start_job=start_job) as (driver, _):
        await driver.press("E")
        await driver.sees("started job 7: statistics of array")
        await driver.press("escape")
        await driver.until(lambda: done)
        assert done[0]["values"] == 300 * 80 * 80


async def test_complex_numbers_have_a_magnitude_and_a_phase(view: Open) -> None:
    async with view(field()) as (driver, _):
        await driver.sees("magnitude")
        await driver.press("i")
        await driver.sees("-180°", "180°", "phase -1")
        await driver.press("i", "i", "i")
        await driver.sees("magnitude of complex numbers")


async def test_classes_have_a_swatch_each_and_bool_has_words(view: Open) -> None:
    async with view(landcover()) as (driver, _):
        await driver.sees("categories", "nearest", "fill", "(fill)")
    async with view(MemoryArray(np.eye(9) > 0)) as (driver, _):
        await driver.sees("false", "true", "= true")


async def test_what_was_never_written_is_said_and_not_read(view: Open) -> None:
    async with view(unwritten(), (140, 40)) as (driver, _):
        await driver.sees("never written", "every cell is the fill value, nan", "= nan (fill)", "931 GiB")
        await driver.press("E")
        await driver.sees("these are exact already")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (MemoryArray(np.zeros((0, 5))), "no cells"),
        (MemoryArray(np.array(3.5)), "= 3.5"),
        (MemoryArray(np.arange(300.0)), "dim0   1:2 mean, lowest and highest"),
        (MemoryArray(np.array([["a", "b"], ["c", "d"]])), "no numbers"),
        (MemoryArray(np.full((3, 4), np.nan)), "nan"),
        (MemoryArray(np.array([[np.inf, -np.inf], [1e308, -1e308]])), "inf"),
        (MemoryArray(np.array([["2020-01-01", "NaT"]], "M8[D]")), "2020-01-01"),
    ],
)
async def test_odd_arrays_are_shown_too(view: Open, source: MemoryArray, words: str) -> None:
    async with view(source, (140, 40)) as (driver, _):
        await driver.sees(words)
        for key in ("j", "l", "plus", "m", "f", "M", "z", "i", "t", "t", "P", "H", "H", "E", "d", "r", "G", "g"):
            await driver.press(key)
        await driver.press("escape")


async def test_a_failed_read_says_so_and_leaves_the_last_picture(view: Open) -> None:
    class Broken(MemoryArray):
        async def read(self, index: Any) -> Any:
            if index[0] == 2:
                raise DataCorrupt("test", "read", "chunk 2 is damaged", "check the storage")
            return await super().read(index)

    async with view(Broken(np.arange(300.0).reshape(3, 10, 10))) as (driver, viewer):
        await driver.sees("= 0.0")
        await driver.press("full_stop", "full_stop")
        await driver.sees("2 of 3", "chunk 2 is damaged (check the storage)")
        assert viewer.plane is not None
        await driver.press("comma")
        await driver.sees("1 of 3", "= 100.0")


async def test_going_back_to_what_is_shown_forgets_what_is_still_read(view: Open) -> None:
    going = asyncio.Event()

    class Held(MemoryArray):
        async def read(self, index: Any) -> Any:
            if index[0] == 1 and isinstance(index[1], slice):
                await going.wait()
            return await super().read(index)

    async with view(Held(np.arange(400.0).reshape(4, 10, 10))) as (driver, viewer):
        await driver.until(lambda: viewer.plane is not None)
        await driver.press("full_stop")
        await driver.sees("1 of 4")
        await driver.press("comma")
        await driver.sees("0 of 4", "= 0.0")
        going.set()
        await driver.until(lambda: viewer.loader._task is not None and viewer.loader._task.done(), "the end of reading")
        assert viewer.plane is not None and viewer.plane.request.index[0] == 0
        await driver.sees(" 0 ", " 99 ")


async def test_copying_a_value_a_cell_and_a_slice(view: Open) -> None:
    source = anomaly()
    async with view(source, expression="weather") as (driver, viewer):
        await driver.sees("1:2.5 mean")
        await driver.press("l", "c")
        await driver.sees("value: ", "cell: weather[0, 0, 2]", "slice: weather[0, 0:91, 0:180]")
        await driver.press("s")
        await driver.press("c", "v")
        value = (await source.read((0, 0, 2)))[()]
        await driver.until(lambda: viewer.copied == ["weather[0, 0:91, 0:180]", str(value)])  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["npy", "csv", "png"])
async def test_exporting_what_is_shown(view: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.chdir(tmp_path)
    source = anomaly()
    expected = await source.read((1, slice(0, 91), slice(0, 180)))
    async with view(source, expression="weather") as (driver, viewer):
        await driver.press("full_stop")
        await driver.until(lambda: viewer.plane and viewer.plane.request.index[0] == 1)
        await driver.press("x")
        await driver.sees("export [1, 0:91, 0:180] as")
        await driver.press(*form, "enter")
        await driver.sees("to the file")
        await driver.press("enter")
        await driver.sees("wrote")
    (path,) = tmp_path.glob(f"anomaly-*.{form}")
    if form == "npy":
        np.testing.assert_array_equal(np.load(path), expected)
    elif form == "csv":
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        np.testing.assert_array_equal(np.array([row[1:] for row in rows[1:]], "f4"), expected)
    else:
        assert path.read_bytes().startswith(b"\x89PNG")


async def test_help_lists_the_viewers_keys_and_the_facts_come_and_go(view: Open) -> None:
    async with view(anomaly()) as (driver, _):
        await driver.sees("1:2.5 mean")
        await driver.press("question_mark")
        await driver.sees("keys that work here", "array.down")
        await driver.press("escape", "d")
        await driver.sees("24 x 91 x 180".replace("24", "12"), "histogram")
        await driver.press("escape")
        await driver.sees("▲-180")


async def test_without_colour_and_in_ascii_everything_can_be_told_apart(
    start: Start, lab: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with start() as driver:
        await driver.app.push_screen(ArrayViewer(anomaly(), str))
        await driver.sees("█", "▓", "▒", "░", "╳", "╳╳ nan")
        driver.app.ascii = True
        await driver.app.push_screen(ArrayViewer(anomaly(), str))
        await driver.sees("@", "%", "#", "?? nan", "> time")
        assert driver.text.isascii()


async def test_in_sixteen_colours_only_those_are_used(start: Start, lab: Profile) -> None:
    from rich.color import ColorSystem

    async with start((100, 30)) as driver:
        driver.app.console._color_system = ColorSystem.STANDARD
        await driver.app.push_screen(ArrayViewer(anomaly(), str))
        await driver.sees("▀", "balance")
        heatmap = driver.app.screen.query_one("#array-picture")
        seen = {
            segment.style.bgcolor.triplet
            for line in range(heatmap.size.height - 1)
            for segment in heatmap.render_line(line)
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.triplet and segment.text.strip() == "▀"
        }
        assert seen
        assert all(channel in (0, 85, 170, 255) for triplet in seen for channel in triplet)


async def test_only_lines_that_changed_are_painted_again(view: Open) -> None:
    values = np.zeros((2, 40, 40))
    values[1, 20, 20] = 1.0
    async with view(MemoryArray(values)) as (driver, viewer):
        await driver.press("f", "f", "f")
        await driver.until(lambda: viewer.plane is not None)
        heatmap = viewer.query_one("#array-picture")
        for line in range(heatmap.size.height):
            heatmap.render_line(line)
        before = set(heatmap._lines)  # type: ignore[attr-defined]
        await driver.pilot.pause()
        refreshed: list[int] = []
        original = heatmap._refresh_line  # type: ignore[attr-defined]
        heatmap._refresh_line = lambda line: (refreshed.append(line), original(line))  # type: ignore[attr-defined]
        viewer.look.fit = "held"
        await driver.press("full_stop")
        await driver.until(lambda: viewer.plane and viewer.plane.request.index[0] == 1)
        assert before and 0 < len(set(refreshed)) <= 3


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
@pytest.mark.parametrize("kind", ["anomaly", "landcover", "field"])
def test_pictures(snap_compare: Any, home: Path, box_profile: Profile, kind: str, size: tuple[int, int]) -> None:
    from tui.app import ArraydeckApp

    sources = {"anomaly": anomaly, "landcover": landcover, "field": field}
    deck = Deck(SettingsFile(), ProfileStore(), StateDatabase())
    deck.add_temporary(box_profile)
    app = ArraydeckApp(deck)

    async def open_viewer(pilot: Any) -> None:
        viewer = ArrayViewer(sources[kind](), str)
        await app.push_screen(viewer)
        driver = Driver(app, pilot)
        await driver.until(lambda: viewer.plane is not None and viewer.statistics is not None)
        await driver.press("j", "j", "l", "l", "l")
        if kind == "field":
            await driver.press("i")
        await driver.until(lambda: not viewer.loader.wanted)
        await driver.sees(" = ")
        viewer.say("")
        await pilot.pause(0.1)

    assert snap_compare(app, run_before=open_viewer, terminal_size=size)
