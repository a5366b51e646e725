"""What can be done with stored profiles: add, edit, copy to the default, switch to one, test, remove."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import Conflict, ServiceError
from tui.systems.tiledb.errors import SYSTEM, LoginError
from tui.systems.tiledb.profiles.configuring import WEB_ADDRESS, is_web_address, profile_values
from tui.systems.tiledb.profiles.keeping import check_keeping, keep_stored
from tui.systems.tiledb.profiles.profile_check import check_profile, said_first
from tui.systems.tiledb.profiles.profile_file import DEFAULT, ProfileFile, StoredProfile
from tui.systems.tiledb.resources.stored_profile_forms import ConfigureForm, EditForm, LoginForm, RenameForm
from tui.systems.tiledb.resources.stored_profile_models import StoredProfileRow

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.service import TileDBService

IN_USE = "a profile of arraydeck logs in with it, and has to be told of another"
_SECRETS = ("rest.token", "rest.username", "rest.password")


class StoredProfileActions(ResourceType["TileDBService", StoredProfileRow]):
    """The actions of the list of stored profiles."""

    @action("n", "add", on="scope", form=ConfigureForm, rehearsal="whole")
    async def configure(self, context: Context[TileDBService], form: ConfigureForm) -> Outcome:
        token = await asyncio.to_thread(form.entered_token)
        await context.service.client.configure(
            token,
            form.username or None,
            form.password,
            form.workspace or None,
            form.host,
            form.verify_ssl,
            form.ca_file,
            form.name,
            context.service.profile_dir,
            form.overwrite,
        )
        caution = f"; but {WEB_ADDRESS}" if is_web_address(form.host) else ""
        link = Link(form.name, "stored-profiles", Scope(), form.name)
        return Outcome(f"stored the profile {form.name}{caution}", link=link)

    @action("e", "edit", form=EditForm, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: StoredProfileRow, form: EditForm) -> Outcome:
        token = await asyncio.to_thread(form.entered_token)
        file = ProfileFile(context.service.profile_dir)

        def save() -> None:
            before = file.load(item.name)
            values = _edited(before, form, token)
            file.save(item.name, values, overwrite=True)

        await asyncio.to_thread(save)
        return Outcome(f"changed the profile {item.name}")

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: StoredProfileRow) -> Mapping[str, Any]:
        return {
            "host": item.server,
            "workspace": item.workspace,
            "username": item.settings.get("rest.username", ""),
            "verify_ssl": item.tls == "verified",
            "ca_file": item.settings.get("ssl.ca_file") or None,
        }

    @action("m", "rename", form=RenameForm, rehearsal="whole")
    async def rename(self, context: Context[TileDBService], item: StoredProfileRow, form: RenameForm) -> Outcome:
        if form.name == item.name:
            return Outcome(f"it is called {item.name} already")
        await asyncio.to_thread(ProfileFile(context.service.profile_dir).rename, item.name, form.name)
        caution = f"; {IN_USE}" if item.in_use else ""
        link = Link(form.name, "stored-profiles", Scope(), form.name)
        undo = {"name": form.name, "before": item.name}
        return Outcome(f"{item.name} is {form.name} now{caution}; u takes it back", undo=undo, link=link)

    @action("D", "make the default", asks=True, rehearsal="whole")
    async def set_default(self, context: Context[TileDBService], item: StoredProfileRow) -> Outcome:
        file = ProfileFile(context.service.profile_dir)
        await asyncio.to_thread(lambda: file.copy(item.name, DEFAULT, overwrite=True))
        return Outcome(f"the profile {DEFAULT} says what {item.name} says")

    @rename.defaults
    async def rename_defaults(self, context: Context[TileDBService], item: StoredProfileRow) -> Mapping[str, Any]:
        return {"name": item.name}

    @set_default.preview
    async def preview_default(
        self, context: Context[TileDBService], items: Sequence[StoredProfileRow]
    ) -> ChangePreview:
        names = await asyncio.to_thread(ProfileFile(context.service.profile_dir).names)
        lines = (f"what {DEFAULT} says now is lost, unless another profile says the same",) if DEFAULT in names else ()
        return ChangePreview(f"copies {items[0].name} to {DEFAULT}, which is used where none is named", lines)

    @set_default.why_off
    def why_not_default(self, profile: Profile, item: StoredProfileRow | None) -> str | None:
        return "it is the default already" if item is not None and item.is_default else None

    @action("L", "switch to this log-in", danger=Danger.READS, form=LoginForm)
    async def login(self, context: Context[TileDBService], item: StoredProfileRow, form: LoginForm) -> Outcome:
        service = context.service
        if form.keep:
            await asyncio.to_thread(check_keeping, context.profile)
        # By a client of its own: while a server is waited for, the lists go on with the log-in that one has.
        await check_profile(item.name, service.profile_dir)
        try:
            await service.client.login(item.name, service.profile_dir, form.threads)
        except ServiceError as error:
            # One goes on with the log-in that one had.
            await service.client.use(service.options)
            raise (said_first(error) if isinstance(error, LoginError) else error) from error
        service.options = await service.client.link.options()
        service.jobs.forget()
        who = await (await service.backend()).identity()
        place = f", in {who.workspace}" if who.workspace else ""
        if form.keep:
            await asyncio.to_thread(keep_stored, context.profile, item)
        lasts = "from now on" if form.keep else "for this run, until arraydeck is left"
        return Outcome(f"switched {lasts}: logged in as {who.username} at {who.server}{place}")

    @action("t", "test", danger=Danger.READS)
    async def test(self, context: Context[TileDBService], item: StoredProfileRow) -> Outcome:
        options, found = await check_profile(item.name, context.service.profile_dir)
        verified = "" if options.verify else "; but TLS IS NOT VERIFIED: any server could answer"
        words = f"{item.name} is good: {options.server_address} is {found.words}, and takes the log-in{verified}"
        result = {"profile": item.name, "platform": str(found.generation), "verified": options.verify}
        return Outcome(words, result=result, text=words)

    @action("ctrl+d", "remove", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def remove(self, context: Context[TileDBService], item: StoredProfileRow) -> Outcome:
        await asyncio.to_thread(ProfileFile(context.service.profile_dir).remove, item.name)
        return Outcome(f"removed the profile {item.name} from this machine; its token still works elsewhere")

    @remove.preview
    async def preview_remove(self, context: Context[TileDBService], items: Sequence[StoredProfileRow]) -> ChangePreview:
        what = f"the profile {items[0].name}" if len(items) == 1 else f"{len(items)} profiles"
        lines = [f"{item.name}: {item.server}, {item.logs_in_by}" for item in items]
        lines += [f"{item.name}: {IN_USE}" for item in items if item.in_use]
        lines.append("TileDB's own tools lose it too; a token is not revoked by that")
        return ChangePreview(f"removes {what} from {ProfileFile(context.service.profile_dir).path}", tuple(lines))

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        name, before = str(data["name"]), str(data["before"])
        await asyncio.to_thread(ProfileFile(context.service.profile_dir).rename, name, before)
        return f"{name} is {before} again"


def _edited(before: StoredProfile, form: EditForm, token: Any) -> dict[str, str]:
    """Return the settings of a changed profile: what the form does not speak of stays, and so does an empty secret."""
    password: Any = form.password
    if token is None and password is None:
        token = before.values.get("rest.token") or None
        password = before.values.get("rest.password") or None
    elif token is None and not form.username:
        raise Conflict(SYSTEM, "edit profile", "a password needs the user name too", "fill in both, or a token")
    ca_file = form.ca_file
    said = profile_values(
        token,
        form.username or before.username or None,
        password,
        form.workspace or None,
        form.host or before.server_address,
        None if form.verify_ssl else False,
        ca_file,
    )
    ours = {"rest.server_address", "rest.workspace", "rest.verify_ssl", "ssl.verify", "ssl.ca_file", *_SECRETS}
    return {**{key: value for key, value in before.values.items() if key not in ours}, **said}
