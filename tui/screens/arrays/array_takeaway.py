"""What can be taken away from the viewer: a value or an expression to paste, a plane as a file."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from tui.jobs.progress import Progress
from tui.resources.arrays.array_export import ARRAY_FORMS, ArrayForm, export_selection, write_picture
from tui.resources.arrays.array_source import BLOCK_BYTES, Index, item_bytes, selection_shape, selection_text
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.picture import value_text
from tui.resources.arrays.plane_reader import PlaneReader, PlaneRequest
from tui.screens.arrays.array_studies import ArrayStudies
from tui.screens.dialogs.ask import AskDialog
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

PICTURE_SIDE = 1600
"""Pixels of a picture's longer side at most; larger planes are reduced."""
_MEANINGS: Mapping[ArrayForm, str] = {
    "npy": "the numbers, for numpy.load",
    "csv": "the numbers, with coordinates",
    "png": "the picture",
}


class ArrayTakeaway(ArrayStudies):
    """Copies and exports what is in the window."""

    def window_selection(self) -> Index:
        """Return what the window shows, as a selection of the array."""
        view = self.view
        rows, columns = Bins.each(*view.rows), Bins.each(*view.columns)
        request = PlaneRequest(view.index, view.row_axis, view.column_axis, rows, columns)
        return request.selection(slice(*view.rows), slice(*view.columns))

    @work(exclusive=True, group="dialog")
    async def action_copy(self) -> None:
        """Offer what could be pasted elsewhere."""
        index = self.view.index
        offers = [
            ("value", await self._value_at(index)),
            ("cell", selection_text(index, self._expression)),
            ("slice", selection_text(self.window_selection(), self._expression)),
            ("place", self._place_words()),
        ]
        choices = [Choice(f"{name}: {text}", key=name[0]) for name, text in offers]
        chosen = await self.app.push_screen_wait(ChooseDialog("copy", choices))
        if chosen is not None:
            self._copy(offers[chosen][1])

    async def _value_at(self, index: tuple[int, ...]) -> str:
        try:
            value = await self.source.read(index)
        except ServiceError as error:
            return str(error)
        return value_text(value[()])

    def _place_words(self) -> str:
        return ", ".join(
            f"{dimension.title}={dimension.place(at)}"
            for dimension, at in zip(self.source.dimensions, self.view.index, strict=True)
        )

    @work(exclusive=True, group="dialog")
    async def action_export(self) -> None:
        """Write the window to a file."""
        forms: list[ArrayForm] = [
            form for form in ARRAY_FORMS if form != "png" or (self.can_draw and self.source.written)
        ]
        shown = selection_text(self.window_selection())
        choices = [Choice(form.upper(), _MEANINGS[form]) for form in forms]
        chosen = await self.app.push_screen_wait(ChooseDialog(f"export {shown} as", choices))
        if chosen is None:
            return
        name = f"{_file_name(self.source.title)}-{datetime.now():%Y%m%d-%H%M%S}.{forms[chosen]}"
        typed = await self.app.push_screen_wait(AskDialog("export", "to the file", name, _check_path))
        if typed is None:
            return
        path = await asyncio.to_thread(lambda: Path(typed).expanduser().absolute())
        try:
            self.say(await self._export(forms[chosen], path))
        except ServiceError as error:
            self.fail(error)

    async def _export(self, form: ArrayForm, path: Path) -> str:
        """Write at once, or as a job what takes a while; return what to tell."""
        if form == "png":
            return await self._export_picture(path)
        index, numbers = self.window_selection(), form

        async def work(progress: Progress) -> str:
            progress.report = path
            count = await export_selection(self.source, index, numbers, path, progress)
            return f"wrote {count:,} cells to {path}"

        cells = 1
        for length in selection_shape(index):
            cells *= length
        if self._start_job is None or cells * item_bytes(self.source.dtype) <= BLOCK_BYTES:
            return await work(Progress())
        return await self._start_job(f"export {self.source.title} to {path.name}", work)

    async def _export_picture(self, path: Path) -> str:
        view, scale = self.view, self.look.scale
        if scale is None:
            return "there is no picture yet"
        lengths = [end - first for first, end in (view.rows, view.columns)]
        ratio = max(*lengths, PICTURE_SIDE) / PICTURE_SIDE
        high, wide = (max(round(length / ratio), 1) for length in lengths)
        rows, columns = Bins(*view.rows, high), Bins(*view.columns, wide)
        request = PlaneRequest(view.index, view.row_axis, view.column_axis, rows, columns, self.method)
        plane = await PlaneReader(self.source).read(request)
        texts = {"Title": self.source.title, "Description": selection_text(self.window_selection(), self._expression)}
        wide, high = await asyncio.to_thread(
            write_picture, path, plane, scale, self.source.fill_value, texts, self.look.part
        )
        return f"wrote a picture of {wide} x {high} to {path} ({request.reduction})"


def _file_name(title: str) -> str:
    words = "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in title).split()
    return "-".join(words)[:60].strip("-.") or "array"


def _check_path(text: str) -> str | None:
    path = Path(text).expanduser()
    if not text.strip() or path.is_dir():
        return "give the file a name"
    if path.exists():
        return "there is such a file already"
    return None if path.parent.is_dir() else f"there is no folder {path.parent}"
