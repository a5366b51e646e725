"""Privacy profiles: what every computation on a database must keep to; and what can be done with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.models import PrivacyParams
from tui.systems.leapyear.objects import PrivacyProfile
from tui.systems.leapyear.resources.profile_forms import EditedPrivacyProfile, NewPrivacyProfile
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.taking_back import take_back, undo_of
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile


class PrivacyProfiles(ServerList[PrivacyProfile]):
    """The privacy profiles of the server."""

    name = "privacy-profiles"
    title = "Privacy profiles"
    aliases = ("privacy-profile", "privacy")
    model = PrivacyProfile
    refresh = 30.0
    columns = (
        Column("name", priority=9),
        Column("builtin", "built in", priority=7, value=lambda profile: "yes" if profile.builtin else None),
        Column("params.max_exposure_per_computation", "most exposure", kind="number", priority=8),
        Column("params.minimum_dataset_size", "fewest rows", kind="count", priority=8),
        Column("used_by", "databases", kind="count", priority=7),
        Column("description", priority=5, stretch=True),
    )

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[PrivacyProfile]]:
        await service.capabilities()
        async for page in service.client.profile_pages(query.page_size):
            yield Page(tuple(page))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> PrivacyProfile:
        return await service.client.privacy_profile(key)

    async def describe(self, service: LeapYearService, scope: Scope, item: PrivacyProfile) -> Detail:
        found = await service.client.privacy_profile(item.name)
        params = found.params
        fields = (
            Field("built in", found.builtin, "bool"),
            Field("most exposure at once", params.max_exposure_per_computation, "number"),
            Field("fewest rows", params.minimum_dataset_size, "count"),
            Field("description", found.description),
            *(Field(name.replace("_", " "), str(value)) for name, value in params.extra.items()),
            Field("used by", ", ".join(found.databases)),
            Field("revision", found.revision),
        )
        links = tuple(Link(f"database {name}", "databases", Scope(), name) for name in found.databases)
        return Detail(item.name, (Section("privacy profile", fields),), found, links)

    def identity(self, item: PrivacyProfile) -> Hashable:
        return item.name, item.revision, item.used_by

    @action("n", "new", on="scope", form=NewPrivacyProfile, rehearsal="whole")
    async def create(self, context: Context[LeapYearService], form: NewPrivacyProfile) -> Outcome:
        made = PrivacyProfile(name=form.name, params=form.params(), description=form.description or None)
        await context.service.client.create(made)
        return Outcome(f"created the privacy profile {form.name}", link=Link(form.name, self.name, Scope(), form.name))

    @create.why_off
    def why_not_create(self, profile: Profile, item: PrivacyProfile | None) -> str | None:
        return why_not(profile, "create_privacy_profile")

    @action("e", "edit", form=EditedPrivacyProfile, asks=True, rehearsal="whole")
    async def edit(
        self, context: Context[LeapYearService], item: PrivacyProfile, form: EditedPrivacyProfile
    ) -> Outcome:
        changes: dict[str, tuple[Any, Any]] = {}
        if form.params(item.params) != item.params:
            changes["params"] = (item.params, form.params(item.params))
        if (item.description or "") != form.description:
            changes["description"] = (item.description, form.description or None)
        if not changes:
            return Outcome(f"{item.name} is as it was")
        undo = undo_of(item, changes)
        after = {name: after for name, (_, after) in changes.items()}
        await context.service.client.update(item, revision=item.revision, **after)
        return Outcome(f"changed the privacy profile {item.name}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: PrivacyProfile) -> Mapping[str, Any]:
        params = item.params
        return {
            "description": item.description or "",
            "max_exposure_per_computation": params.max_exposure_per_computation,
            "minimum_dataset_size": params.minimum_dataset_size,
        }

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[PrivacyProfile], form: EditedPrivacyProfile
    ) -> ChangePreview:
        found = await context.service.client.privacy_profile(items[0].name)
        after = form.params(found.params)
        lines = [f"the databases that use it: {', '.join(found.databases) or 'none'}"]
        for name in ("max_exposure_per_computation", "minimum_dataset_size"):
            before, now = getattr(found.params, name), getattr(after, name)
            if before != now:
                lines.append(f"{name.replace('_', ' ')}: {before} → {now}")
        if is_lower(found.params, after):
            lines.append("THIS LOWERS THE PROTECTION of each of them")
        return ChangePreview(f"changes the privacy profile {found.name}", tuple(lines))

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: PrivacyProfile | None) -> str | None:
        return why_not(profile, "edit_privacy_profile") or _built_in(item)

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: PrivacyProfile) -> Outcome:
        await context.service.client.drop(item, revision=item.revision)
        return Outcome(f"dropped the privacy profile {item.name}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[PrivacyProfile]) -> ChangePreview:
        lines = [f"{item.name}: used by {item.used_by} databases, the server refuses" for item in items if item.used_by]
        return ChangePreview("drops " + ", ".join(item.name for item in items), tuple(lines))

    @drop.why_off
    def why_not_drop(self, profile: Profile, item: PrivacyProfile | None) -> str | None:
        return why_not(profile, "create_privacy_profile") or _built_in(item)

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await take_back(context.service.client, data)


def is_lower(before: PrivacyParams, after: PrivacyParams) -> bool:
    """Whether a profile asks less of a computation than another."""
    most = float("inf")
    rises = (after.max_exposure_per_computation or most) > (before.max_exposure_per_computation or most)
    return rises or (after.minimum_dataset_size or 0) < (before.minimum_dataset_size or 0)


def _built_in(item: PrivacyProfile | None) -> str | None:
    return "it is built in" if item is not None and item.builtin else None
