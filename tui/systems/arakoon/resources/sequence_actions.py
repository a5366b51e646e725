"""A whole sequence at once: typed or from a file, reviewed, and committed with the asserts that make it safe."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, model_validator

from tui.resources.actions import ChangePreview, Context, Outcome, action
from tui.resources.types import ResourceType
from tui.services.errors import InvalidInput, NotFound, PermissionDenied, Unavailable
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.step_text import GRAMMAR, read_steps
from tui.systems.arakoon.transaction import Transaction
from tui.systems.arakoon.wire.reader import SYSTEM
from tui.systems.arakoon.wire.steps import DeletePrefix

if TYPE_CHECKING:
    from tui.systems.arakoon.rehearsal import StagedStep
    from tui.systems.arakoon.service import ArakoonService

LARGEST_FILE = 4 * LARGEST_SEQUENCE
"""Bytes of a file of steps: what a sequence takes, if each byte of it is written as `\\xNN`."""


class SequenceForm(BaseModel):
    """The steps of a sequence."""

    steps: str = Field("", description=f"one a line, or parted by ;: {GRAMMAR}", json_schema_extra={"multiline": True})
    path: Path | None = Field(None, description="a file that holds the steps, in place of those above")
    sync: bool = Field(False, description="the nodes write it to disk before they answer")

    @model_validator(mode="after")
    def _check(self) -> SequenceForm:
        if bool(self.steps.strip()) == (self.path is not None):
            raise ValueError("give steps or a path")
        return self

    async def read(self) -> list[StagedStep]:
        """Return the steps. Raises InvalidInput, or what a file that cannot be read gives."""
        path = self.path
        text = self.steps if path is None else await asyncio.to_thread(_text_of, path.expanduser())
        return await asyncio.to_thread(read_steps, text)


class SequenceActions(ResourceType["ArakoonService", Any]):
    """The action of the transaction that needs nothing staged."""

    @action("I", "type a whole sequence and commit it", on="scope", form=SequenceForm, asks=True, rehearsal="whole")
    async def sequence(self, context: Context[ArakoonService], form: SequenceForm) -> Outcome:
        made = await _staged(context.service, form)
        steps = counted(len(made), "step")
        has_prefix = any(isinstance(step, DeletePrefix) for step in made.steps)
        done = await made.commit(context.service.client, sync=form.sync)
        if has_prefix:
            return Outcome(f"committed {steps}; it cannot be undone")
        return Outcome(f"committed {steps}, {counted(done.count)} changed", undo=done.undo)

    @sequence.preview
    async def preview_sequence(
        self, context: Context[ArakoonService], items: Sequence[Any], form: SequenceForm
    ) -> ChangePreview:
        made = await _staged(context.service, form)
        return ChangePreview(f"sends {len(made):,} steps as one sequence of {made.size:,} bytes", review_lines(made))


def review_lines(made: Transaction) -> tuple[str, ...]:
    """Return what a transaction would do, a line or more for each step, and what it asserts first."""
    lines: list[str] = []
    for number, line in enumerate(made.review(), 1):
        lines.append(f"{number}. {line.text}")
        lines += [f"   would fail: {line.problem}"] if line.problem else []
        lines += [f"   {line.caveat}"] if line.caveat else []
    return (*lines, f"asserts first that {len(made.asserts()):,} keys are as they are now")


async def _staged(service: ArakoonService, form: SequenceForm) -> Transaction:
    made = Transaction()
    await made.stage(service.client, *await form.read())
    return made


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise NotFound(SYSTEM, "sequence", f"there is no file {path}") from error
    except PermissionError as error:
        raise PermissionDenied(SYSTEM, "sequence", f"{path} may not be read") from error
    except OSError as error:
        raise Unavailable(SYSTEM, "sequence", f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST_FILE:
        raise InvalidInput(SYSTEM, "sequence", f"{path} has more than {LARGEST_FILE:,} bytes, too many for a sequence")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        message = f"{path} is no UTF-8 at byte {error.start:,}"
        raise InvalidInput(SYSTEM, "sequence", message, r"write \xNN for a byte") from error
