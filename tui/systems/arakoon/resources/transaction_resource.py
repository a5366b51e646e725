"""The transaction that is being put together, as a list of its steps: review, order, commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Section
from tui.resources.detail import Field as Line
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.rehearsal import StagedStep
from tui.systems.arakoon.resources.key_forms import (
    ENCODING_HELP,
    KEY_HELP,
    Encoding,
    key_checked,
    value_checked,
    value_from,
    value_text,
)
from tui.systems.arakoon.resources.sequence_actions import SequenceActions
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


class StepForm(BaseModel):
    """A step to stage. The value is taken by those kinds that write or assert one; the key may be a prefix."""

    kind: Kind = Field("set", description="what the step does")
    key: str = Field(description=f"the key, or the prefix to delete: {KEY_HELP}")
    value: str = Field(
        "", description="what is written or asserted, as the encoding says", json_schema_extra={"multiline": True}
    )
    encoding: Encoding = Field("text", description=ENCODING_HELP)
    test_value: str = Field(
        "",
        description="test and set only: the value that must be there, in the same encoding",
        json_schema_extra={"multiline": True},
    )

    _check_key = field_validator("key")(key_checked)

    @model_validator(mode="after")
    def _check_values(self) -> StepForm:
        for text in (self.value, self.test_value if self.kind == "test and set" else ""):
            value_checked(text, self.encoding)
        return self

    def step(self) -> StagedStep:
        """Return the step."""
        key, value = read_key(self.key), value_from(self.value, self.encoding)
        tested = value_from(self.test_value, self.encoding) if self.kind == "test and set" else b""
        made: dict[Kind, StagedStep] = {
            "set": Set(key, value),
            "delete": Delete(key),
            "replace": Replace(key, value),
            "test and set": TestAndSet(key, tested, value),
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


def _now(row: StagedRow) -> str:
    """Return what would become of a step now, as a status."""
    if row.problem:
        return f"error: {row.problem}"
    return f"warning: {row.caveat}" if row.caveat else "ok"


class _Steps(ResourceType["ArakoonService", StagedRow]):
    """The steps, and what is done with them one by one."""

    model = StagedRow
    refresh = 2.0
    columns = (
        Column("number", "#", kind="number", priority=9),
        Column("what", "step", priority=9, stretch=True),
        Column("health", "now", kind="status", priority=8, stretch=True, value=_now),
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

    async def describe(self, service: ArakoonService, scope: Scope, item: StagedRow) -> Detail:
        fields = [Line("does", item.what), Line("now", item.health, "status")]
        fields += [Line(label, words) for label, words in (("fails", item.problem), ("know", item.caveat)) if words]
        staged = service.staged
        whole = (
            Line("steps", len(staged), "count"),
            Line("size", staged.size, "bytes"),
            Line("asserts", f"that {counted(len(staged.asserts()))} {_is_as_staged(len(staged.asserts()))}"),
        )
        sections = (Section(f"step {item.number}", tuple(fields)), Section("transaction", whole))
        return Detail(f"step {item.number}", sections, body=item)

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

    @action("D", "take all steps out", danger=Danger.READS, on="scope", asks=True)
    async def clear(self, context: Context[ArakoonService]) -> Outcome:
        count = len(context.service.staged)
        context.service.staged.clear()
        return Outcome(f"took {counted(count, 'step')} out; nothing was sent")

    @clear.preview
    async def preview_clear(self, context: Context[ArakoonService], items: Sequence[StagedRow]) -> ChangePreview:
        staged = context.service.staged
        if not staged.steps:
            raise _nothing_staged()
        lines = [f"{number}. {line.text}" for number, line in enumerate(staged.review(), 1)]
        return ChangePreview(f"takes {counted(len(staged), 'step')} out; nothing is sent", tuple(lines))

    @action("R", "look at the keys again", danger=Danger.READS, on="scope")
    async def look_again(self, context: Context[ArakoonService]) -> Outcome:
        moved = await context.service.staged.refresh(context.service.client)
        return Outcome(f"{counted(len(moved))} changed since" if moved else "no key changed since")

    @action("E", "delete the prefix key by key", danger=Danger.READS)
    async def expand(self, context: Context[ArakoonService], item: StagedRow) -> Outcome:
        count = await context.service.staged.expand(context.service.client, item.number - 1)
        return Outcome(f"step {item.number} is {counted(count, 'deletion')} now, which can be undone")

    @edit.defaults
    async def edit_defaults(self, context: Context[ArakoonService], item: StagedRow) -> Mapping[str, Any]:
        return typed_step(context.service.staged.steps[item.number - 1])

    @action("w", "commit", danger=Danger.CHANGES, on="scope", form=CommitForm, asks=True, rehearsal="whole")
    async def commit(self, context: Context[ArakoonService], form: CommitForm) -> Outcome:
        count = len(context.service.staged)
        done = await context.service.staged.commit(context.service.client, sync=form.sync)
        way = "" if done.undo is not None else "; it cannot be undone"
        return Outcome(f"committed {counted(count, 'step')}, {counted(done.count)} changed{way}", undo=done.undo)

    @commit.preview
    async def preview_commit(
        self, context: Context[ArakoonService], items: Sequence[StagedRow], form: CommitForm
    ) -> ChangePreview:
        staged = context.service.staged
        if not staged.steps:
            raise _nothing_staged()
        lines: list[str] = []
        for number, line in enumerate(staged.review(), 1):
            lines.append(f"{number}. {line.text}")
            lines += [f"   would fail: {line.problem}"] if line.problem else []
            lines += [f"   {line.caveat}"] if line.caveat else []
        asserts = len(staged.asserts())
        if asserts:
            lines.append(f"asserts first that {counted(asserts)} {_is_as_staged(asserts)}")
        steps = counted(len(staged), "step")
        return ChangePreview(f"sends {steps} as one sequence of {counted(staged.size, 'byte')}", tuple(lines))

    async def undo(self, context: Context[ArakoonService], data: Mapping[str, Any]) -> str:
        count = await context.service.changes.undo(data, context.progress)
        return f"put back {counted(count)}"


class StagedSteps(SequenceActions, _Steps):
    """The steps of the transaction, in the order in which they will be done."""

    name = "transaction"
    title = "Transaction"
    aliases = ("tx", "staged")
    searched = False
    nothing = "nothing is staged: a transaction is put together here, and with i in the lists of keys"


def _nothing_staged() -> NotFound:
    return NotFound("arakoon", "transaction", "nothing is staged", "n stages a step")


def _is_as_staged(count: int) -> str:
    return "is as it was when it was staged" if count == 1 else "are as they were when they were staged"


def typed_step(step: StagedStep) -> dict[str, Any]:
    """Return a step as the form of steps has it.

    Raises:
        InvalidInput: a value is too large for a form.
    """
    if isinstance(step, DeletePrefix):
        return {"kind": "delete prefix", "key": key_text(step.prefix)}
    key = {"key": key_text(step.key)}
    if isinstance(step, TestAndSet):
        return {"kind": "test and set", **key, **_typed_pair(step.set_value or b"", step.test_value or b"")}
    if isinstance(step, Set | Replace | Assert) and step.value is not None:
        kinds: dict[type[StagedStep], Kind] = {Set: "set", Replace: "replace", Assert: "assert value"}
        text, encoding = value_text(step.value)
        return {"kind": kinds[type(step)], **key, "value": text, "encoding": encoding}
    kind: Kind = "assert exists" if isinstance(step, AssertExists) else "delete"
    return {"kind": "assert absent" if isinstance(step, Assert) else kind, **key}


def _typed_pair(value: bytes, test_value: bytes) -> dict[str, Any]:
    """Return two values as one form has them, in the same encoding. Raises InvalidInput as `value_text`."""
    (text, encoding), (tested, test_encoding) = value_text(value), value_text(test_value)
    if encoding != test_encoding:
        text, encoding, tested = value.hex(" "), "hex", test_value.hex(" ")
    return {"value": text, "encoding": encoding, "test_value": tested}
