"""Taking along: the copy menu and the export of a list or of the marked items."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import work

from tui.jobs.progress import Progress
from tui.resources.cells import cell_text
from tui.resources.command_line import describe_line
from tui.resources.export import FORMATS, Format, export_file
from tui.resources.json_text import to_json
from tui.screens.dialogs.ask import AskDialog
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.screens.list_screen import ListScreen
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.navigation import Frame

AT_ONCE = 5_000
"""Items that are written while one waits; more are a job."""
HINT = 58
"""Characters of what is copied that are shown, with its name."""


class CopyAndExport(ListScreen):
    """The part of the browse screen that lets data out of it."""

    @work(exclusive=True, group="dialog")
    async def action_copy(self) -> None:
        texts = self._copyable()
        if not texts:
            self.say("there is nothing to copy")
            return
        choices = [Choice(label, _beginning(text, HINT - len(label)), key) for key, label, text in texts]
        chosen = await self.app.push_screen_wait(ChooseDialog("copy", choices))
        if chosen is not None:
            self.app.copy(texts[chosen][2])

    def _copyable(self) -> list[tuple[str, str, str]]:
        frame, items = self.frame, self.chosen_items()
        if frame is None or not items:
            return []
        kind, columns = frame.type, self.table.visible_columns
        names = "\n".join(kind.key(item) for item in items)
        rows = "\n".join("\t".join(cell_text(column.read(item), column.kind) for column in columns) for item in items)
        body = to_json(items[0] if len(items) == 1 else items, indent=2)
        origin = frame.origin(items[0])
        command = describe_line(origin.connection, origin.type, origin.scope, origin.type.key(origin.item))
        if frame.parts and origin.connection is frame.connection:
            command = frame.listing.command  # a row that is made of several profiles has none of its own
        texts = [("n", "name" if len(items) == 1 else "names", names), ("r", "row", rows), ("j", "JSON", body)]
        if len(items) == 1:
            own = origin.type.command_of(origin.item)
            if own:
                texts.insert(0, ("c", "the command", own))
            texts.append(("l", "command line", command))
            for column in columns:
                value = cell_text(column.read(items[0]), column.kind)
                texts.append(("", f"cell {column.heading}", value))
        return texts

    @work(exclusive=True, group="dialog")
    async def action_export(self) -> None:
        frame = self.frame
        if frame is None:
            return
        marked = frame.listing.view.marked_items()
        what = f"{len(marked)} marked" if marked else f"all {len(frame.listing.view):,} shown"
        chosen = await self.app.push_screen_wait(
            ChooseDialog(f"export {what} as", [Choice(name.upper()) for name in FORMATS])
        )
        if chosen is None:
            return
        form = FORMATS[chosen]
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        name = f"{frame.type.name}-{stamp}.{'txt' if form == 'name' else form}"
        typed = await self.app.push_screen_wait(AskDialog("export", "to the file", name, _check_path))
        if typed is None:
            return
        path = await asyncio.to_thread(lambda: Path(typed).expanduser().absolute())
        try:
            if marked or (frame.listing.state.complete and len(frame.listing.view) <= AT_ONCE):
                self.say(await _write(frame, path, form, marked, Progress()))
            else:
                await self._export_as_job(frame, path, form)
        except ServiceError as error:
            self.fail(error)

    async def _export_as_job(self, frame: Frame, path: Path, form: Format) -> None:
        """Write in the background what may take a while: a long list, or one that is still to be loaded."""
        profile = frame.connection.profile

        async def work(progress: Progress) -> str:
            progress.report = path
            return await _write(frame, path, form, [], progress)

        title = f"export {frame.type.name} to {path.name}"
        job = await self.app.deck.runner.start(title, profile.name, profile.system, work)
        self.say(f"started job {job.id}: {job.title} ({self.app.key_of('app.jobs', 'J')} shows it)")


async def _write(frame: Frame, path: Path, form: Format, marked: list[Any], progress: Progress) -> str:
    """Write the marked items, or all that are shown once they are loaded; return what was done, in words."""
    listing, kind = frame.listing, frame.type
    if not marked:
        await listing.load_all()
    items = marked or listing.view.items()
    progress.expect(len(items), kind.name)

    def counted() -> Iterator[Any]:
        for item in items:
            progress.advance()
            yield item

    count = await asyncio.to_thread(export_file, path, form, counted(), listing.view.columns, kind.key)
    limited = "; the list was cut at its limit" if not marked and listing.state.limited else ""
    return f"wrote {count:,} {kind.name} to {path}{limited}"


def _check_path(text: str) -> str | None:
    path = Path(text).expanduser()
    if not text.strip():
        return "a file name is needed"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return "that file is there already" if path.exists() else None


def _beginning(text: str, length: int) -> str:
    """Return the beginning of a text on one line, with an ellipsis where there is more."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1] + "…"
