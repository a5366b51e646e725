"""A third party's system in one small package: boxes kept in a JSON file. It proves that a folder is enough."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from tui.config.profiles import Profile
from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.system import Fact, System
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import AlreadyExists, Conflict, NotFound, Unavailable


class Box(BaseModel):
    """A box."""

    name: str
    colour: str = "brown"
    size: int = 0


class NewBox(BaseModel):
    """What a new box needs."""

    name: str = Field(description="a name that no other box has", min_length=1)
    colour: str = Field("brown", description="any colour")
    size: int = Field(0, description="bytes", ge=0)


class BoxFile:
    """The service: reads and writes the file in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def boxes(self) -> dict[str, Box]:
        def read() -> dict[str, Box]:
            try:
                found = json.loads(self.path.read_text())
            except FileNotFoundError as error:
                raise Unavailable("toy", "boxes", f"{self.path.name} is gone") from error
            return {box["name"]: Box(**box) for box in found}

        # A store that is slow says nothing for as long as its test wants.
        while self.path.with_suffix(".slow").exists():
            await asyncio.sleep(0.01)
        return await asyncio.to_thread(read)

    async def write(self, boxes: Mapping[str, Box]) -> None:
        text = json.dumps([box.model_dump() for box in boxes.values()])
        await asyncio.to_thread(self.path.write_text, text)


class Boxes(ResourceType[BoxFile, Box]):
    name = "boxes"
    aliases = ("box",)
    model = Box
    columns = (Column("name"), Column("colour"), Column("size", kind="bytes"))
    refresh = 1.0

    async def pages(self, service: BoxFile, scope: Scope, query: Query) -> AsyncIterator[Page[Box]]:
        boxes = tuple((await service.boxes()).values())
        for start in range(0, max(len(boxes), 1), query.page_size):
            yield Page(boxes[start : start + query.page_size], len(boxes))

    @action("n", on="scope", form=NewBox)
    async def create(self, context: Context[BoxFile], form: NewBox) -> Outcome:
        boxes = await context.service.boxes()
        if form.name in boxes:
            raise AlreadyExists("toy", "create", f"there is a box {form.name!r} already")
        boxes[form.name] = Box(**form.model_dump())
        await context.service.write(boxes)
        return Outcome(f"made box {form.name}")

    @action("w", danger=Danger.READS, on="scope", job=True)
    async def weigh(self, context: Context[BoxFile]) -> Outcome:
        boxes = await context.service.boxes()
        context.progress.expect(len(boxes), "boxes")
        total = 0
        for box in boxes.values():
            total += box.size
            context.progress.log(f"{box.name}: {box.size}")
            context.progress.advance()
        return Outcome(f"{total} bytes in all", result={"bytes": total})

    @action("H", danger=Danger.CHANGES, on="scope")
    async def hold(self, context: Context[BoxFile]) -> Outcome:
        """Wait until nobody holds the boxes."""
        while context.service.path.with_suffix(".held").exists():
            await asyncio.sleep(0.01)
        return Outcome("nobody holds the boxes")

    @action("ctrl+d", danger=Danger.DESTROYS, bulk=True)
    async def delete(self, context: Context[BoxFile], box: Box) -> Outcome:
        boxes = await context.service.boxes()
        removed = boxes.pop(box.name, None)
        if removed is None:
            raise NotFound("toy", "delete", f"there is no box {box.name!r}")
        await context.service.write(boxes)
        return Outcome(f"deleted box {box.name}", undo=removed.model_dump())

    @delete.preview
    async def preview_delete(self, context: Context[BoxFile], items: Sequence[Box]) -> ChangePreview:
        known = await context.service.boxes()
        total = sum(known.get(box.name, box).size for box in items)
        return ChangePreview(f"deletes {len(items)} box(es), {total} bytes", tuple(box.name for box in items))

    async def undo(self, context: Context[BoxFile], data: Mapping[str, Any]) -> str:
        boxes = await context.service.boxes()
        box = Box(**data)
        if box.name in boxes:
            raise Conflict("toy", "undo", f"there is a new box {box.name!r}", "rename it first")
        boxes[box.name] = box
        await context.service.write(boxes)
        return f"brought back box {box.name}"


class Toy(System[BoxFile]):
    name = "toy"
    title = "Toy boxes"
    schemes = ("toy",)
    uri_example = "toy:///path/to/boxes.json"

    async def open(self, profile: Profile) -> BoxFile:
        return BoxFile(Path(profile.uri.removeprefix("toy://")))

    async def close(self, service: BoxFile) -> None:
        return None

    async def probe(self, service: BoxFile) -> None:
        await service.boxes()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        return (Boxes,)

    async def facts(self, service: BoxFile) -> Sequence[Fact]:
        return (Fact("boxes", len(await service.boxes()), "count"),)


system = Toy()
