"""The transaction that is being put together, as a list of its steps: review, order, commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound
from tui.systems.arakoon.key_forms import KeyAndValue, value_from
from tui.systems.arakoon.rehearsal import StagedStep
from tui.systems.arakoon.wire.steps import Assert, AssertExists, Delete, DeletePrefix, Replace, Set, TestAndSet

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService

Kind = Literal[
    "set", "delete", "replace", "test and set", "assert value", "assert absent", "assert exists", "delete prefix"
]


class StagedRow(BaseModel):
    """A step as it is listed: `what` it does in words, `problem` why it would fail now, `caveat` what to know."""

    model_config = ConfigDict(frozen=True)

    number: int
    what: str
    health: Literal["ok", "failing"] = "ok"
    problem: str = ""
    caveat: str = ""


class StepForm(KeyAndValue):
    """A step to stage. The value is taken by those kinds that write or assert one; the key may be a prefix."""

    kind: Kind = Field("set", description="what the step does")
    test_value: str = Field("", description="test and set only: the value that must be there, in the same encoding")

    def step(self) -> StagedStep:
        """Return the step."""
        key, value = self.raw_key, self.raw_value
        made: dict[Kind, StagedStep] = {
            "set": Set(key, value),
            "delete": Delete(key),
            "replace": Replace(key, value),
            "test and set": TestAndSet(key, value_from(self.test_value, self.encoding), value),
            "assert value": Assert(key, value),
            "assert absent": Assert(key, None),
            "assert exists": AssertExists(key),
            "delete prefix": DeletePrefix(key),
        }
        return made[self.kind]


class CommitForm(BaseModel):
    """How the transaction is committed."""

    sync: bool = Field(False, description="the nodes write it to disk before they answer")


class MoveForm(BaseModel):
    """Where a step goes."""

    to: int = Field(ge=1, description="its new number")


class StagedSteps(ResourceType["ArakoonService", StagedRow]):
    """The steps of the transaction, in the order in which they will be done."""

    name = "transaction"
    title = "Transaction"
    aliases = ("tx", "staged")
    model = StagedRow
    refresh = 2.0
    columns = (
        Column("number", "#", kind="number", priority=9),
        Column("what", priority=9),
        Column("health", kind="status", priority=8),
        Column("problem", priority=7),
        Column("caveat", priority=6),
    )

    def key(self, item: StagedRow) -> str:
        return str(item.number)

    def identity(self, item: StagedRow) -> Hashable:
        return item.number, item.what

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[StagedRow]]:
        rows = tuple(
            StagedRow(
                number=number,
                what=line.text,
                health="failing" if line.problem else "ok",
                problem=line.problem,
                caveat=line.caveat,
            )
            for number, line in enumerate(service.staged.review(), 1)
        )
        yield Page(rows, len(rows))

    @action("n", "stage a step", danger=Danger.READS, on="scope", form=StepForm)
    async def stage(self, context: Context[ArakoonService], form: StepForm) -> Outcome:
        await context.service.staged.stage(context.service.client, form.step())
        return Outcome(f"staged: {context.service.staged.review()[-1].text}")

    @action("e", "edit the step", danger=Danger.READS, form=StepForm)
    async def edit(self, context: Context[ArakoonService], item: StagedRow, form: StepForm) -> Outcome:
        await context.service.staged.edit(context.service.client, item.number - 1, form.step())
        return Outcome(f"step {item.number}: {context.service.staged.review()[item.number - 1].text}")

    @action("ctrl+d", "take the step out", danger=Danger.READS)
    async def unstage(self, context: Context[ArakoonService], item: StagedRow) -> Outcome:
        context.service.staged.remove(item.number - 1)
        return Outcome(f"took step {item.number} out")

    @action("m", "move the step", danger=Danger.READS, form=MoveForm)
    async def move(self, context: Context[ArakoonService], item: StagedRow, form: MoveForm) -> Outcome:
        context.service.staged.move(item.number - 1, form.to - 1)
        return Outcome(f"step {item.number} is number {form.to} now")

    @action("X", "take all steps out", danger=Danger.READS, on="scope")
    async def clear(self, context: Context[ArakoonService]) -> Outcome:
        count = len(context.service.staged)
        context.service.staged.clear()
        return Outcome(f"took {count} steps out; nothing was sent")

    @action("R", "look at the keys again", danger=Danger.READS, on="scope")
    async def look_again(self, context: Context[ArakoonService]) -> Outcome:
        moved = await context.service.staged.refresh(context.service.client)
        return Outcome(f"{len(moved)} keys changed since they were staged" if moved else "no key changed since")

    @action("x", "delete the prefix key by key", danger=Danger.READS)
    async def expand(self, context: Context[ArakoonService], item: StagedRow) -> Outcome:
        count = await context.service.staged.expand(context.service.client, item.number - 1)
        return Outcome(f"step {item.number} is {count:,} deletions now, which can be undone")

    @action("w", "commit", danger=Danger.CHANGES, on="scope", form=CommitForm, asks=True)
    async def commit(self, context: Context[ArakoonService], form: CommitForm) -> Outcome:
        count = len(context.service.staged)
        done = await context.service.staged.commit(context.service.client, sync=form.sync)
        way = "" if done.undo is not None else "; it cannot be undone"
        return Outcome(f"committed {count} steps, {done.count:,} keys changed{way}", undo=done.undo)

    @commit.preview
    async def preview_commit(
        self, context: Context[ArakoonService], items: Sequence[StagedRow], form: CommitForm
    ) -> ChangePreview:
        staged = context.service.staged
        if not staged.steps:
            raise NotFound("arakoon", "transaction", "nothing is staged", "n stages a step")
        lines: list[str] = []
        for number, line in enumerate(staged.review(), 1):
            lines.append(f"{number}. {line.text}")
            lines += [f"   would fail: {line.problem}"] if line.problem else []
            lines += [f"   {line.caveat}"] if line.caveat else []
        lines.append(f"asserts first that {len(staged.asserts())} keys are as they were when they were staged")
        return ChangePreview(f"sends {len(staged)} steps as one sequence of {staged.size:,} bytes", tuple(lines))

    async def undo(self, context: Context[ArakoonService], data: Mapping[str, Any]) -> str:
        count = await context.service.changes.undo(data, context.progress)
        return f"put back {count:,} {'key' if count == 1 else 'keys'}"
