"""What can be done with keys: write, edit, delete, look at ranges. Each change asserts what it replaces."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.services import dry_run
from tui.services.errors import Conflict, InvalidInput
from tui.systems.arakoon.changes import UNSEEN
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.resources.key_details import recognised
from tui.systems.arakoon.resources.key_forms import EditedValue, KeyAndValue, PrefixForm, TestAndSet, value_text
from tui.systems.arakoon.resources.key_list import KeyList, shown_key
from tui.systems.arakoon.resources.transaction_resource import StepForm
from tui.systems.arakoon.resources.value_file_actions import no_value
from tui.systems.arakoon.values.value_difference import value_difference
from tui.systems.arakoon.values.value_kinds import recognise

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arakoon.changes import PrefixLook
    from tui.systems.arakoon.service import ArakoonService

VALUE_LINES = 400
_IN_PARTS = "in sequences of asserted deletes: others may see it half done"
_SAME = "changes nothing: the key has that value already"


class KeyActions(KeyList):
    """The actions of the lists of keys."""

    @action("n", "set a key", on="scope", form=KeyAndValue, asks=True, rehearsal="whole")
    async def set(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.set(form.raw_key, form.raw_value)
        words = "made" if written.before is None else "replaced the value of"
        return Outcome(f"{words} {shown_key(form.raw_key)}", undo=written.undo, link=_link(form.raw_key))

    @set.preview
    async def preview_set(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: KeyAndValue
    ) -> ChangePreview:
        before = (await context.service.client.multi_get_option([form.raw_key]))[0]
        name = shown_key(form.raw_key)
        if before is None:
            lines = await asyncio.to_thread(_lines, form.raw_value)
            return ChangePreview(f"makes the key {name}", lines or ("with an empty value",))
        lines = await asyncio.to_thread(value_difference, before, form.raw_value)
        return ChangePreview(f"replaces the value of {name}" if lines else _SAME, lines)

    @set.defaults
    async def set_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"key": self.prefix_of(context.scope)}

    @action("e", "edit the value", form=EditedValue, asks=True, rehearsal="whole")
    async def edit(self, context: Context[ArakoonService], item: KeyItem, form: EditedValue) -> Outcome:
        key = read_key(item.key)
        expected = context.service.edited.get(key, UNSEEN)
        written = await context.service.changes.set(key, form.raw_value, expected)
        context.service.edited.pop(key, None)
        name = shown_key(key)
        return Outcome(f"changed {name}" if written.count else f"{name} is as it was", undo=written.undo)

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
        lines = await asyncio.to_thread(value_difference, before, form.raw_value)
        return ChangePreview(f"changes the value of {shown_key(key)}" if lines else _SAME, lines)

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: KeyItem | None) -> str | None:
        return no_value(item)

    @action("t", "test and set", form=TestAndSet, rehearsal="whole")
    async def test_and_set(self, context: Context[ArakoonService], item: KeyItem, form: TestAndSet) -> Outcome:
        wanted = None if form.delete else form.raw_value
        written = await context.service.changes.test_and_set(read_key(item.key), form.raw_test, wanted)
        if not written.count and written.before != form.raw_test:
            found = "it is not there" if written.before is None else (await recognised(written.before)).summary
            return Outcome(f"{shown_key(read_key(item.key))} has another value, and was left as it is: {found}")
        words = "deleted" if form.delete else "changed"
        return Outcome(f"{words} {shown_key(read_key(item.key))}", undo=written.undo)

    @test_and_set.preview
    async def preview_test(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: TestAndSet
    ) -> ChangePreview:
        key = read_key(items[0].key)
        before = (await context.service.client.multi_get_option([key]))[0]
        if before is None or before != form.raw_test:
            return ChangePreview(f"leaves {shown_key(key)} as it is: it has another value")
        if form.delete:
            return ChangePreview(f"deletes {shown_key(key)}")
        lines = await asyncio.to_thread(value_difference, before, form.raw_value)
        return ChangePreview(f"changes the value of {shown_key(key)}" if lines else _SAME, lines)

    @test_and_set.defaults
    async def test_defaults(self, context: Context[ArakoonService], item: KeyItem) -> Mapping[str, Any]:
        text, encoding = value_text(await context.service.client.get(read_key(item.key)))
        return {"value": text, "encoding": encoding, "test_value": text}

    @test_and_set.why_off
    def why_not_test(self, profile: Profile, item: KeyItem | None) -> str | None:
        return self.why_not_edit(profile, item)

    @action("O", "confirm a value", on="scope", form=KeyAndValue, rehearsal="whole")
    async def confirm(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.confirm(form.raw_key, form.raw_value)
        name = shown_key(form.raw_key)
        words = f"wrote {name}" if written.count else f"{name} has that value already"
        return Outcome(words, undo=written.undo)

    @confirm.preview
    async def preview_confirm(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: KeyAndValue
    ) -> ChangePreview:
        return await self.preview_set(context, items, form)

    @confirm.defaults
    async def confirm_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"key": self.prefix_of(context.scope)}

    @action("w", "replace, and show what was there", on="scope", form=KeyAndValue, rehearsal="whole")
    async def replace(self, context: Context[ArakoonService], form: KeyAndValue) -> Outcome:
        written = await context.service.changes.replace(form.raw_key, form.raw_value)
        name = shown_key(form.raw_key)
        if written.before is None:
            return Outcome(f"made {name}: it was not there", undo=written.undo)
        before = "\n".join(await asyncio.to_thread(_lines, written.before)) or "it was empty"
        return Outcome(f"replaced {name}; what was there:", undo=written.undo, result=before)

    @replace.preview
    async def preview_replace(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: KeyAndValue
    ) -> ChangePreview:
        return await self.preview_set(context, items, form)

    @replace.defaults
    async def replace_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"key": self.prefix_of(context.scope)}

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="start")
    async def delete(self, context: Context[ArakoonService], item: KeyItem) -> Outcome:
        key, service = read_key(item.key), context.service
        if item.is_prefix:
            return await self._delete_prefix(context, item.key)
        written = await service.changes.delete(key)
        return Outcome(f"deleted {shown_key(key)}", undo=written.undo)

    @delete.preview
    async def preview_delete(self, context: Context[ArakoonService], items: Sequence[KeyItem]) -> ChangePreview:
        lines: list[str] = []
        prefixes = [item for item in items if item.is_prefix]
        for item in prefixes:
            lines += _prefix_lines(item.key, await self._looked_at(context, item.key))
        keys = [item for item in items if not item.is_prefix]
        if len(items) == 1 and keys:
            value = await context.service.client.get(read_key(keys[0].key))
            shown = await recognised(value)
            lines += [f"its value: {shown.kind}, {counted(len(value), 'byte')}", f"  {shown.summary}"]
        parts = [shown_key(read_key(keys[0].key)) if len(keys) == 1 else counted(len(keys))] if keys else []
        if prefixes:
            one = len(prefixes) == 1
            parts.append(f"all keys of {prefixes[0].key if one else counted(len(prefixes), 'prefix', 'prefixes')}")
        back = "it" if len(keys) == 1 and not prefixes else "them"
        return ChangePreview(f"deletes {' and '.join(parts)}; u puts {back} back", tuple(lines))

    @action(
        "ctrl+x",
        "delete a prefix",
        danger=Danger.DESTROYS,
        on="scope",
        form=PrefixForm,
        job=True,
        rehearsal="start",
    )
    async def delete_prefix(self, context: Context[ArakoonService], form: PrefixForm) -> Outcome:
        return await self._delete_prefix(context, form.prefix)

    @delete_prefix.preview
    async def preview_delete_prefix(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: PrefixForm
    ) -> ChangePreview:
        look = await self._looked_at(context, form.prefix)
        what = f"all keys that begin with {form.prefix}" if form.prefix else "ALL KEYS OF THE CLUSTER"
        return ChangePreview(f"deletes {what}; u puts them back", tuple(_prefix_lines(form.prefix, look)))

    @delete_prefix.defaults
    async def prefix_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"prefix": self.prefix_of(context.scope)}

    @action("i", "stage in the transaction", danger=Danger.READS, form=StepForm)
    async def stage(self, context: Context[ArakoonService], item: KeyItem, form: StepForm) -> Outcome:
        staged = context.service.staged
        await staged.stage(context.service.client, form.step())
        return Outcome(f"staged: {staged.review()[-1].text}", link=Link("the transaction", "transaction", Scope()))

    @stage.defaults
    async def stage_defaults(self, context: Context[ArakoonService], item: KeyItem) -> Mapping[str, Any]:
        if item.is_prefix:
            return {"key": item.key, "kind": "delete prefix"}
        try:
            text, encoding = value_text(await context.service.client.get(read_key(item.key)))
        except InvalidInput:
            return {"key": item.key, "kind": "delete"}
        return {"key": item.key, "value": text, "encoding": encoding, "test_value": text}

    async def _delete_prefix(self, context: Context[ArakoonService], text: str) -> Outcome:
        prefix, service = read_key(text), context.service
        # A dry run leaves it for the run that it tells of.
        agreed = service.agreed.get(prefix) if dry_run.current() else service.agreed.pop(prefix, None)
        if agreed is None:
            raise Conflict("arakoon", "delete_prefix", "nobody has looked at how many keys that deletes", "try again")
        done = await service.changes.delete_prefix(prefix, agreed.count if agreed.is_all else None, context.progress)
        began = f" that began with {text}" if text else ", which were all"
        return Outcome(f"deleted {counted(done.count)}{began}", undo=done.undo)

    async def _looked_at(self, context: Context[ArakoonService], text: str) -> PrefixLook:
        """Return what deleting a prefix would delete, and remember that it was shown."""
        look = await context.service.changes.look_at_prefix(read_key(text))
        context.service.agreed[read_key(text)] = look
        return look

    async def undo(self, context: Context[ArakoonService], data: Mapping[str, Any]) -> str:
        count = await context.service.changes.undo(data, context.progress)
        return f"put back {counted(count)}"


def _lines(value: bytes) -> tuple[str, ...]:
    lines, is_all = recognise(value).first_lines(VALUE_LINES)
    return lines if is_all else (*lines, "… and more that is not shown")


def _prefix_lines(prefix: str, look: PrefixLook) -> list[str]:
    count = counted(look.count) if look.is_all else f"more than {counted(look.count)}"
    sample = [f"  {shown_key(key)}" for key in look.sample]
    if not sample:
        return [f"{prefix or 'the cluster'}: there are no keys"]
    is_sample = not look.is_all or look.count > len(look.sample)
    heading = "such as" if is_sample else "which are"
    return [f"{prefix or 'the cluster'}: {count}, {_IN_PARTS}", f"{heading}:", *sample]


def _link(key: bytes) -> Link:
    text = key_text(key)
    return Link(f"key {shown_key(key)}", "entries", Scope((text,)), text)
