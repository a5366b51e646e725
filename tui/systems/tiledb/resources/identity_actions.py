"""What can be asked of the client itself: who am I, how it repeats calls, and the log-in for TileDB's own library."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.systems.tiledb.calls.account_calls import AccountCalls
from tui.systems.tiledb.calls.member_calls import MemberCalls
from tui.systems.tiledb.calls.storage_calls import StorageCalls
from tui.systems.tiledb.calls.task_calls import TaskCalls
from tui.systems.tiledb.calls.teamspace_calls import TeamspaceCalls
from tui.systems.tiledb.calls.token_calls import ActivityCalls, TokenCalls
from tui.systems.tiledb.models.common_models import Identity
from tui.systems.tiledb.reading.core import settings_of
from tui.systems.tiledb.resources.identity_forms import ConfigForm, GroupForm, RetryForm, ThreadsForm
from tui.systems.tiledb.resources.offers import is_classic
from tui.systems.tiledb.values import shown

if TYPE_CHECKING:
    from tui.systems.tiledb.connection import CallGroup
    from tui.systems.tiledb.service import TileDBService


def _group(name: str) -> type[CallGroup]:
    from tui.systems.tiledb.calls.asset_calls import AssetCalls

    known: dict[str, type[CallGroup]] = {
        "accounts": AccountCalls,
        "members": MemberCalls,
        "teamspaces": TeamspaceCalls,
        "assets": AssetCalls,
        "storage": StorageCalls,
        "tokens": TokenCalls,
        "activity": ActivityCalls,
        "tasks": TaskCalls,
    }
    return known[name]


class IdentityActions(ResourceType["TileDBService", Identity]):
    """The actions of the list that says who is logged in. Those on the client hold until the dashboard is left."""

    @action("i", "who am I", danger=Danger.READS, on="scope")
    async def default_user(self, context: Context[TileDBService]) -> Outcome:
        client = context.service.client
        if await is_classic(context.service):
            user: Any = await client.classic.get_user()
        else:
            user = await client.default_user()
        return Outcome(f"you are {user.username}", result=user)

    @action("U", "the user", danger=Danger.READS, on="scope")
    async def user(self, context: Context[TileDBService]) -> Outcome:
        user = await context.service.client.get_user()
        return Outcome(f"you are {user.username}, {user.role} of the deployment", result=user)

    @action("I", "who am I, with the workspaces", danger=Danger.READS, on="scope")
    async def self_user(self, context: Context[TileDBService]) -> Outcome:
        user, workspaces = await context.service.client.get_self_user()
        count = "one workspace" if len(workspaces) == 1 else f"{len(workspaces)} workspaces"
        return Outcome(f"you are {user.username}, in {count}", result={"user": user, "workspaces": workspaces})

    @action("R", "retry mode", danger=Danger.READS, on="scope", form=RetryForm)
    async def retry_mode(self, context: Context[TileDBService], form: RetryForm) -> Outcome:
        await context.service.client.retry_mode(form.mode)
        return Outcome(
            f"calls are repeated in the mode {form.mode} from now on; the profile's option keeps it for good"
        )

    @action("H", "calls at a time", danger=Danger.READS, on="scope", form=ThreadsForm)
    async def set_threads(self, context: Context[TileDBService], form: ThreadsForm) -> Outcome:
        await context.service.client.set_threads(form.threads)
        return Outcome(f"at most {form.threads or 'the usual number of'} calls are under way at a time from now on")

    @action("B", "build a group of methods", danger=Danger.READS, on="scope", form=GroupForm)
    async def build(self, context: Context[TileDBService], form: GroupForm) -> Outcome:
        built = await context.service.client.build(_group(form.group))
        methods = [
            f"{name}{_plain_signature(member)}"
            for name, member in inspect.getmembers(type(built), inspect.isfunction)
            if not name.startswith("_")
        ]
        return Outcome(f"{type(built).__name__}: {len(methods)} methods", result=methods, text="\n".join(methods))

    @action("O", "settings for tiledb.Config", danger=Danger.READS, on="scope", form=ConfigForm)
    async def config(self, context: Context[TileDBService], form: ConfigForm) -> Outcome:
        made = await context.service.client.Config(form.config)
        return Outcome("tiledb.Config leads to the server by a relay of this program", result=_settings(made, form))

    @action("X", "settings for tiledb.Ctx", danger=Danger.READS, on="scope", form=ConfigForm)
    async def ctx(self, context: Context[TileDBService], form: ConfigForm) -> Outcome:
        made = (await context.service.client.Ctx(form.config)).config()
        return Outcome("tiledb.Ctx leads to the server by a relay of this program", result=_settings(made, form))

    @action("ctrl+d", "shut down the notebook server", danger=Danger.DESTROYS, rehearsal="whole")
    async def shut_down_notebook(self, context: Context[TileDBService], item: Identity) -> Outcome:
        await context.service.client.tasks.shut_down_notebook_server(item.username)
        return Outcome(f"the notebook server of {item.username} is shut down")

    @shut_down_notebook.preview
    async def preview_shut_down(self, context: Context[TileDBService], items: Sequence[Identity]) -> ChangePreview:
        server = await context.service.client.tasks.notebook_server(items[0].username)
        if server is None:
            return ChangePreview("no notebook server is running; there is nothing to shut down")
        return ChangePreview(
            f"shuts down the notebook server of {items[0].username}", ("what is not saved in it is lost",)
        )


def _settings(made: Any, form: ConfigForm) -> dict[str, str]:
    """Return the settings that the library gets, with `[hidden]` in place of each secret."""
    return {key: shown(key, value) for key, value in settings_of(made, form.config).items()}


def _plain_signature(function: Any) -> str:
    """Return a method's parameters by name."""
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return f"({', '.join(names)})"
