"""What can be asked of keys without changing any: one value whole, several at once, whether it is there, how many."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field, field_validator

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.printed import FileContent
from tui.services.errors import AlreadyExists
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.resources.key_forms import KEY_HELP, KeyAndValue, key_checked
from tui.systems.arakoon.resources.key_list import KeyList, shown_key
from tui.systems.arakoon.values.value_json import json_value, line_of
from tui.systems.arakoon.values.value_kinds import Shown, recognise
from tui.systems.arakoon.wire.consistency import AtLeast, Consistency

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arakoon.service import ArakoonService

LINES_PRINTED = 100_000
"""Lines of a value that are printed as text; the bytes are always given whole."""


class ValueForm(BaseModel):
    """How a value is given."""

    output: Literal["text", "json", "raw"] = Field(
        "text", description="text: as it is shown; json: base64 where it is no text; raw: its bytes, for a pipe"
    )


class Freshness(BaseModel):
    """How fresh what is read must be; otherwise as the dirty-read switch says."""

    at_least: int | None = Field(
        None, ge=0, description="any node answers that has applied this update (nodes tx-id tells it), else it fails"
    )

    def chosen(self, service: ArakoonService) -> Consistency:
        """Return it for the client."""
        return service.consistency if self.at_least is None else AtLeast(self.at_least)


class OneKey(Freshness):
    """A key."""

    key: str = Field("", description=f"{KEY_HELP}; empty is the empty key")

    _check = field_validator("key")(key_checked)


class SeveralKeys(Freshness):
    """Keys whose values are read together."""

    keys: list[str] = Field(min_length=1, description=f'separated by commas, or as JSON ["a", "b"]; each {KEY_HELP}')
    missing: bool = Field(False, description="give null for a key that is not there, rather than fail")

    @field_validator("keys")
    @classmethod
    def _check(cls, keys: list[str]) -> list[str]:
        return [key_checked(key) for key in keys]


class AssertedValue(KeyAndValue, Freshness):
    """What a key must have."""

    absent: bool = Field(False, description="it must not be there, whatever stands above")


class KeyQuestions(KeyList):
    """The actions of the lists of keys that ask for more than the lists show."""

    @action("", "print the value", danger=Danger.READS, form=ValueForm)
    async def value(self, context: Context[ArakoonService], item: KeyItem, form: ValueForm) -> Outcome:
        value = await context.service.client.get(read_key(item.key), consistency=context.service.consistency)
        message = f"{item.key}: {len(value):,} bytes"
        if form.output == "raw":
            return Outcome(message, result=FileContent(value, is_text=False))
        if form.output == "json":
            return Outcome(message, result={"key": item.key, "size": len(value), "value": json_value(value)})
        text = await asyncio.to_thread(lambda: _text(recognise(value)))
        return Outcome(message, result=json_value(value), text=text or "no bytes")

    @value.why_off
    def why_no_value(self, profile: Profile, item: KeyItem | None) -> str | None:
        return "it is a prefix of keys, and no key" if item is not None and item.is_prefix else None

    @action("B", "values of several keys", danger=Danger.READS, on="scope", form=SeveralKeys)
    async def multi_get(self, context: Context[ArakoonService], form: SeveralKeys) -> Outcome:
        keys, client = [read_key(key) for key in form.keys], context.service.client
        fresh = form.chosen(context.service)
        values: Sequence[bytes | None]
        if form.missing:
            values = await client.multi_get_option(keys, consistency=fresh)
        else:
            values = await client.multi_get(keys, consistency=fresh)
        pairs = [*zip(keys, values, strict=True)]
        rows = [{"key": key_text(key), "value": json_value(value)} for key, value in pairs]
        there = sum(value is not None for value in values)
        text = "\n".join(line_of(key, value) for key, value in pairs)
        return Outcome(f"{there:,} of {len(keys):,} keys are there", result=rows, text=text)

    @action("b", "is a key there", danger=Danger.READS, on="scope", form=OneKey)
    async def exists(self, context: Context[ArakoonService], form: OneKey) -> Outcome:
        fresh = form.chosen(context.service)
        found = await context.service.client.exists(read_key(form.key), consistency=fresh)
        return Outcome(f"{shown_key(read_key(form.key))} is {'there' if found else 'not there'}", result=found)

    @action("I", "assert that a key is there", danger=Danger.READS, on="scope", form=OneKey)
    async def assert_exists(self, context: Context[ArakoonService], form: OneKey) -> Outcome:
        await context.service.client.assert_exists(read_key(form.key), consistency=form.chosen(context.service))
        return Outcome(f"{shown_key(read_key(form.key))} is there")

    @action("K", "assert a key's value", danger=Danger.READS, on="scope", form=AssertedValue)
    async def assert_value(self, context: Context[ArakoonService], form: AssertedValue) -> Outcome:
        value = None if form.absent else form.raw_value
        await context.service.client.assert_(form.raw_key, value, consistency=form.chosen(context.service))
        return Outcome(f"{shown_key(form.raw_key)} {'is not there' if form.absent else 'has that value'}")

    @action("N", "count all keys of the cluster", danger=Danger.READS, on="scope")
    async def key_count(self, context: Context[ArakoonService]) -> Outcome:
        count = await context.service.client.get_key_count()
        return Outcome(f"{count:,} keys", result=count)

    @action("U", "create a key that is not there", on="scope", form=KeyAndValue, rehearsal="whole")
    async def create(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.test_and_set(form.raw_key, None, form.raw_value)
        if written.before is not None:
            message = f"the key {shown_key(form.raw_key)} is there"
            raise AlreadyExists("arakoon", "create", message, "set replaces its value")
        return Outcome(f"made {shown_key(form.raw_key)}", undo=written.undo)

    @create.preview
    async def preview_create(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: KeyAndValue
    ) -> ChangePreview:
        is_there = await context.service.client.exists(form.raw_key)
        fate = "fails: it is there" if is_there else f"makes it, with {len(form.raw_value):,} bytes"
        summary = f"makes the key {shown_key(form.raw_key)} unless it is there"
        return ChangePreview(summary, (f"as it is now it {fate}",))


def _text(shown: Shown) -> str:
    lines, is_all = shown.first_lines(LINES_PRINTED)
    return "\n".join(lines if is_all else (*lines, f"… the first {LINES_PRINTED:,} lines; --output raw gives all"))
