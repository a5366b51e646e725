"""Taking along: the copy menu and the export of a list or of the marked items."""

from __future__ import annotations

import asyncio
import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from tui.resources.cells import cell_text
from tui.resources.export import FORMATS, export_file
from tui.resources.json_text import to_json
from tui.screens.dialogs.ask import AskDialog
from tui.screens.dialogs.choose import Choice, ChooseDialog
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.screens.browse import BrowseScreen


class CopyAndExport:
    """The part of the browse screen that lets data out of it."""

    @work(exclusive=True, group="dialog")
    async def action_copy(self: BrowseScreen) -> None:
        texts = self._copyable()
        if not texts:
            self.say("there is nothing to copy")
            return
        choices = [Choice(label, text[:60], key) for key, label, text in texts]
        chosen = await self.app.push_screen_wait(ChooseDialog("copy", choices))
        if chosen is not None:
            self.app.copy(texts[chosen][2])

    def _copyable(self: BrowseScreen) -> list[tuple[str, str, str]]:
        frame, items = self.frame, self.chosen_items()
        if frame is None or not items:
            return []
        kind, columns = frame.type, self.table.visible_columns
        names = "\n".join(kind.key(item) for item in items)
        rows = "\n".join("\t".join(cell_text(column.read(item), column.kind) for column in columns) for item in items)
        body = to_json(items[0] if len(items) == 1 else items, indent=2)
        words = ["arraydeck", "describe", kind.name, *frame.scope.parents, kind.key(items[0])]
        command = shlex.join([*words, "-p", frame.connection.profile.name])
        texts = [("n", "name" if len(items) == 1 else "names", names), ("r", "row", rows), ("j", "JSON", body)]
        if len(items) == 1:
            texts.append(("l", "command line", command))
            for column in columns:
                value = cell_text(column.read(items[0]), column.kind)
                texts.append(("", f"cell {column.heading}", value))
        return texts

    @work(exclusive=True, group="dialog")
    async def action_export(self: BrowseScreen) -> None:
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
        self.say(f"exporting to {path}")
        try:
            if not marked:
                await frame.listing.load_all()
            items = marked or frame.listing.view.items()
            count = await asyncio.to_thread(export_file, path, form, items, frame.listing.view.columns, frame.type.key)
        except ServiceError as error:
            self.fail(error)
            return
        limited = ", the list was cut at its limit" if not marked and frame.listing.state.limited else ""
        self.say(f"wrote {count:,} {frame.type.name} to {path}{limited}")


def _check_path(text: str) -> str | None:
    path = Path(text).expanduser()
    if not text.strip():
        return "a file name is needed"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return "that file is there already" if path.exists() else None


