"""What can be done with keys: write, edit, delete, look at ranges. Each change asserts what it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import unified_diff
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import Conflict
from tui.systems.arakoon.changes import UNSEEN
from tui.systems.arakoon.key_forms import (
    EditedValue,
    KeyAndValue,
    PrefixForm,
    RangeForm,
    TestAndSet,
    value_text,
)
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.transaction_resource import StepForm
from tui.systems.arakoon.value_kinds import recognise

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arakoon.changes import PrefixLook
    from tui.systems.arakoon.service import ArakoonService

DIFFERENCE_LINES = 400
VALUE_SHOWN = 120


class KeyActions(ResourceType["ArakoonService", KeyItem]):
    """The actions of the lists of keys."""

    @action("n", "set a key", on="scope", form=KeyAndValue, asks=True)
    async def set(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.set(form.raw_key, form.raw_value)
        words = "made" if written.before is None else "replaced the value of"
        return Outcome(f"{words} {form.key}", undo=written.undo, link=_link(form.key))

    @set.preview
    async def preview_set(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: KeyAndValue
    ) -> ChangePreview:
        before = (await context.service.client.multi_get_option([form.raw_key]))[0]
        if before is None:
            return ChangePreview(f"makes the key {form.key}", _lines(form.raw_value))
        return ChangePreview(f"replaces the value of {form.key}", difference(before, form.raw_value))

    @action("e", "edit the value", form=EditedValue, asks=True)
    async def edit(self, context: Context[ArakoonService], item: KeyItem, form: EditedValue) -> Outcome:
        key = read_key(item.key)
        expected = context.service.edited.get(key, UNSEEN)
        written = await context.service.changes.set(key, form.raw_value, expected)
        context.service.edited.pop(key, None)
        return Outcome(f"changed {item.key}" if written.count else f"{item.key} is as it was", undo=written.undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[ArakoonService], item: KeyItem) -> Mapping[str, Any]:
        key = read_key(item.key)
        value = await context.service.client.get(key)
        text, encoding = value_text(value)
        context.service.edited[key] = value
        return {"value": text, "encoding": encoding}

    @edit.preview
    async def preview_edit(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: EditedValue
    ) -> ChangePreview:
        key = read_key(items[0].key)
        before = context.service.edited.get(key)
        if before is None:
            before = await context.service.client.get(key)
        lines = difference(before, form.raw_value)
        return ChangePreview(f"changes the value of {items[0].key}" if lines else "changes nothing", lines)

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: KeyItem | None) -> str | None:
        return "it is a prefix of keys, and no key" if item is not None and item.is_prefix else None

    @action("t", "test and set", form=TestAndSet)
    async def test_and_set(self, context: Context[ArakoonService], item: KeyItem, form: TestAndSet) -> Outcome:
        wanted = None if form.delete else form.raw_value
        written = await context.service.changes.test_and_set(read_key(item.key), form.raw_test, wanted)
        if not written.count and written.before != form.raw_test:
            found = "it is not there" if written.before is None else recognise(written.before).summary
            return Outcome(f"{item.key} has another value, and was left as it is: {found}")
        return Outcome(f"{'deleted' if form.delete else 'changed'} {item.key}", undo=written.undo)

    @test_and_set.defaults
    async def test_defaults(self, context: Context[ArakoonService], item: KeyItem) -> Mapping[str, Any]:
        text, encoding = value_text(await context.service.client.get(read_key(item.key)))
        return {"value": text, "encoding": encoding, "test_value": text}

    @test_and_set.why_off
    def why_not_test(self, profile: Profile, item: KeyItem | None) -> str | None:
        return self.why_not_edit(profile, item)

    @action("C", "confirm a value", on="scope", form=KeyAndValue)
    async def confirm(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.confirm(form.raw_key, form.raw_value)
        words = f"wrote {form.key}" if written.count else f"{form.key} has that value already"
        return Outcome(words, undo=written.undo)

    @action("w", "replace, and show what was there", on="scope", form=KeyAndValue)
    async def replace(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.replace(form.raw_key, form.raw_value)
        before = "it was not there" if written.before is None else "\n".join(_lines(written.before))
        return Outcome(f"replaced {form.key}", undo=written.undo, result=before)

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True)
    async def delete(self, context: Context[ArakoonService], item: KeyItem) -> Outcome:
        key, service = read_key(item.key), context.service
        if item.is_prefix:
            return await self._delete_prefix(context, item.key)
        written = await service.changes.delete(key)
        return Outcome(f"deleted {item.key}", undo=written.undo)

    @delete.preview
    async def preview_delete(self, context: Context[ArakoonService], items: Sequence[KeyItem]) -> ChangePreview:
        lines: list[str] = []
        prefixes = [item for item in items if item.is_prefix]
        for item in prefixes:
            lines += _prefix_lines(item.key, await self._looked_at(context, item.key))
        keys = [item for item in items if not item.is_prefix]
        if len(keys) == 1:
            value = await context.service.client.get(read_key(keys[0].key))
            lines += [f"{keys[0].key}: {recognise(value).summary}"]
        parts = [f"{len(keys):,} {'key' if len(keys) == 1 else 'keys'}"] if keys else []
        if prefixes:
            parts.append(f"all keys of {len(prefixes):,} {'prefix' if len(prefixes) == 1 else 'prefixes'}")
        return ChangePreview(f"deletes {' and '.join(parts)}; u puts them back", tuple(lines))

    @action("ctrl+x", "delete a prefix", danger=Danger.DESTROYS, on="scope", form=PrefixForm, job=True)
    async def delete_prefix(self, context: Context[ArakoonService], form: PrefixForm) -> Outcome:
        return await self._delete_prefix(context, form.prefix)

    @delete_prefix.preview
    async def preview_delete_prefix(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: PrefixForm
    ) -> ChangePreview:
        look = await self._looked_at(context, form.prefix)
        note = "in sequences of asserted deletes, so that it can be undone; others may see it half done"
        return ChangePreview(
            f"deletes all keys that begin with {form.prefix}", (*_prefix_lines(form.prefix, look), note)
        )

    @action("Q", "range query", danger=Danger.READS, on="scope", form=RangeForm)
    async def range(self, context: Context[ArakoonService], form: RangeForm) -> Outcome:
        client, consistency = context.service.client, context.service.consistency
        begin, end = (read_key(text) if text else None for text in (form.begin, form.end))
        bounds = (begin, form.begin_inclusive, end, form.end_inclusive, form.limit)
        if form.reversed:
            entries = await client.rev_range_entries(*bounds, consistency=consistency)
        elif form.keys_only:
            entries = [(key, b"") for key in await client.range(*bounds, consistency=consistency)]
        else:
            entries = await client.range_entries(*bounds, consistency=consistency)
        rows = [{"key": key_text(key), "value": None if form.keys_only else key_text(value)} for key, value in entries]
        text = "\n".join(_entry_line(key, None if form.keys_only else value) for key, value in entries)
        return Outcome(f"{len(rows):,} entries", result=rows, text=text or "there are none")

    @action("P", "keys with a prefix", danger=Danger.READS, on="scope", form=PrefixForm)
    async def prefix(self, context: Context[ArakoonService], form: PrefixForm) -> Outcome:
        prefix = read_key(form.prefix)
        keys = await context.service.client.prefix(prefix, 1000, consistency=context.service.consistency)
        names = [key_text(key) for key in keys]
        more = ", the first 1,000" if len(keys) == 1000 else ""
        return Outcome(f"{len(keys):,} keys{more}", result=names, text="\n".join(names) or "there are none")

    @action("T", "stage a step of a transaction", danger=Danger.READS, form=StepForm)
    async def stage(self, context: Context[ArakoonService], item: KeyItem, form: StepForm) -> Outcome:
        staged = context.service.staged
        await staged.stage(context.service.client, form.step())
        return Outcome(f"staged: {staged.review()[-1].text}", link=Link("the transaction", "transaction", Scope()))

    @stage.defaults
    async def stage_defaults(self, context: Context[ArakoonService], item: KeyItem) -> Mapping[str, Any]:
        if item.is_prefix:
            return {"key": item.key, "kind": "delete prefix"}
        text, encoding = value_text(await context.service.client.get(read_key(item.key)))
        return {"key": item.key, "value": text, "encoding": encoding, "test_value": text}

    async def _delete_prefix(self, context: Context[ArakoonService], text: str) -> Outcome:
        prefix, service = read_key(text), context.service
        agreed = service.agreed.pop(prefix, None)
        if agreed is None:
            raise Conflict("arakoon", "delete_prefix", "nobody has looked at how many keys that deletes", "try again")
        done = await service.changes.delete_prefix(prefix, agreed.count if agreed.is_all else None, context.progress)
        return Outcome(f"deleted {done.count:,} keys that began with {text}", undo=done.undo)

    async def _looked_at(self, context: Context[ArakoonService], text: str) -> PrefixLook:
        """Return what deleting a prefix would delete, and remember that it was shown."""
        look = await context.service.changes.look_at_prefix(read_key(text))
        context.service.agreed[read_key(text)] = look
        return look

    async def undo(self, context: Context[ArakoonService], data: Mapping[str, Any]) -> str:
        count = await context.service.changes.undo(data, context.progress)
        return f"put back {count:,} {'key' if count == 1 else 'keys'}"


def difference(before: bytes, after: bytes) -> tuple[str, ...]:
    """Return how two values differ, line by line, as a unified difference without its heading."""
    found = unified_diff(_lines(before), _lines(after), "before", "after", lineterm="", n=2)
    return tuple(islice((line for line in found if not line.startswith(("---", "+++"))), DIFFERENCE_LINES))


def _lines(value: bytes) -> tuple[str, ...]:
    return recognise(value).first_lines(DIFFERENCE_LINES)[0]


def _prefix_lines(prefix: str, look: PrefixLook) -> list[str]:
    count = f"{look.count:,}" if look.is_all else f"more than {look.count:,}"
    sample = [f"  {key_text(key, VALUE_SHOWN)}" for key in look.sample]
    rest = ["  …"] if not look.is_all or look.count > len(look.sample) else []
    return [f"{prefix or 'all'}: {count} keys, such as", *sample, *rest]


def _entry_line(key: bytes, value: bytes | None) -> str:
    return key_text(key) if value is None else f"{key_text(key)}  {recognise(value).summary}"


def _link(key: str) -> Link:
    return Link(f"key {key}", "entries", Scope((key,)), key)
