"""Profiles as a resource type: add, edit, remove and test them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from tui.config.profiles import Profile
from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.forms import FormInvalid, form_problems
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotSupported

if TYPE_CHECKING:
    from tui.resources.deck import Deck


class ProfileRow(BaseModel):
    """A profile as it is listed: with its health where this run knows it. `kept` is false for one of this run alone."""

    name: str
    system: str
    uri: str
    tag: str | None
    read_only: bool
    health: str
    kept: bool
    options: dict[str, Any]


class ProfileForm(BaseModel):
    """What a profile says."""

    name: str = Field(description="a short name, typed after @ and -p", min_length=1, max_length=64)
    uri: str = Field(description="an address or a path; its system is found by it", min_length=1)
    system: str = Field("", description="only needed where the address does not say", json_schema_extra={"asks": True})
    tag: str = Field("", description="such as prod (red, read-only, asks for its name) or staging")
    read_only: Literal["by tag", "yes", "no"] = Field(
        "by tag", description="refuse whatever changes data; by tag: only where the tag is prod"
    )
    options: dict[str, Any] = Field(default_factory=dict, description="JSON, what the system wants to know besides")


class EditProfileForm(ProfileForm):
    """What a profile says from now on. The name stays."""

    name: str = Field("", description="stays as it is; add another profile for another name")


class Profiles(ResourceType["Deck", ProfileRow]):
    """Where the stores are."""

    name = "profiles"
    title = "Profiles"
    aliases = ("profile", "ctx")
    model = ProfileRow
    refresh = 2.0
    columns = (
        Column("name", priority=9),
        Column("system", priority=8),
        Column("uri", "address", kind="path", priority=7),
        Column("tag", priority=6),
        Column("read_only", kind="bool", priority=5),
        Column("health", kind="status", priority=8),
        Column("kept", kind="bool", priority=2),
    )

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[ProfileRow]]:
        # Another arraydeck, or an editor, may have changed the file.
        await asyncio.to_thread(service.profiles.load)
        health = {connection.profile.name: connection.health.words for connection in service.connections}
        rows = [
            ProfileRow(
                **profile.model_dump(),
                health=health.get(profile.name, "not opened"),
                kept=profile.name not in service.temporary,
            )
            for profile in service.all_profiles()
        ]
        yield Page(tuple(rows), len(rows))

    async def choices(self, context: Context[Deck], field: str) -> Sequence[str]:
        return ["", *context.service.registry.names()]

    @action("n", "add", on="scope", form=ProfileForm)
    async def add(self, context: Context[Deck], form: ProfileForm) -> Outcome:
        profile = _profile_of(context.service, form, "add")
        await asyncio.to_thread(context.service.profiles.add, profile)
        return Outcome(f"added profile {profile.name}")

    @action("e", "edit", form=EditProfileForm)
    async def edit(self, context: Context[Deck], row: ProfileRow, form: EditProfileForm) -> Outcome:
        profile = _profile_of(context.service, form.model_copy(update={"name": row.name}), "edit")
        await asyncio.to_thread(context.service.profiles.replace, profile)
        await context.service.connections.forget(row.name)
        return Outcome(f"changed profile {row.name}")

    @edit.defaults
    async def edit_defaults(self, context: Context[Deck], row: ProfileRow) -> Mapping[str, Any]:
        return row.model_dump(include=set(EditProfileForm.model_fields)) | {
            "tag": row.tag or "",
            "read_only": "yes" if row.read_only else "no",
        }

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: ProfileRow | None) -> str | None:
        return None if item is None or item.kept else "it is of this run alone, and kept in no file"

    @action("ctrl+d", danger=Danger.DESTROYS)
    async def remove(self, context: Context[Deck], row: ProfileRow) -> Outcome:
        profile = context.service.profiles.get(row.name)
        await asyncio.to_thread(context.service.profiles.remove, row.name)
        await context.service.connections.forget(row.name)
        return Outcome(f"removed profile {row.name}; its data is where it was", undo=profile.model_dump())

    @remove.preview
    async def preview_remove(self, context: Context[Deck], items: Sequence[ProfileRow]) -> ChangePreview:
        lines = tuple(f"{row.name}: {row.uri}" for row in items)
        return ChangePreview("removes the profile from profiles.toml; the data it points to is not touched", lines)

    @remove.why_off
    def why_not_remove(self, profile: Profile, item: ProfileRow | None) -> str | None:
        return self.why_not_edit(profile, item)

    @action("t", "test", danger=Danger.READS)
    async def test(self, context: Context[Deck], row: ProfileRow) -> Outcome:
        began = time.monotonic()
        connection = context.service.connections.to(context.service.profile(row.name))
        await connection.probe()
        return Outcome(f"{row.name} answers, {(time.monotonic() - began) * 1000:.0f} ms")

    async def undo(self, context: Context[Deck], data: Mapping[str, Any]) -> str:
        profile = Profile.model_validate(data)
        await asyncio.to_thread(context.service.profiles.add, profile)
        return f"brought back profile {profile.name}"


def _profile_of(deck: Deck, form: ProfileForm, operation: str) -> Profile:
    """Return the profile that a form describes.

    Raises:
        FormInvalid: a field is wrong, or the options are not what the system takes.
        InvalidInput: no system knows the address.
    """
    system = deck.registry.system(form.system) if form.system else deck.registry.for_uri(form.uri)
    if not system.accepts(form.uri):
        raise NotSupported(system.name, operation, f"{form.uri} is no address of {system.title}", system.uri_example)
    values = {**form.model_dump(), "system": system.name, "tag": form.tag or None}
    values["read_only"] = {"by tag": None, "yes": True, "no": False}[form.read_only]
    if values["read_only"] is None:
        del values["read_only"]
    try:
        options = system.options_model()
        if options is not None:
            options.model_validate(form.options)
        return Profile.model_validate(values)
    except ValidationError as error:
        problems = form_problems(error)
        text = "; ".join(f"{name}: {problem}" if name else problem for name, problem in problems.items())
        raise FormInvalid(operation, text, problems) from error
