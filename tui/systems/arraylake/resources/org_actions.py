"""What can be done with the account and in an organisation: log out, keys, who am I, what one may do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.cells import full_text
from tui.resources.types import ResourceType
from tui.systems.arraylake.access_calls import ORG_ACTIONS
from tui.systems.arraylake.listed import ListedOrg
from tui.systems.arraylake.resources.account_forms import ApiKeyForm, LogoutForm, OrgPermissionForm

if TYPE_CHECKING:
    from tui.systems.arraylake.models import Principal
    from tui.systems.arraylake.service import ArraylakeService


class OrgActions(ResourceType["ArraylakeService", ListedOrg]):
    """The actions of the list of organisations. What concerns the account changes no data, and is never refused."""

    @action("i", "who am I", danger=Danger.READS, on="scope")
    async def account(self, context: Context[ArraylakeService]) -> Outcome:
        client = context.service.client
        who = await client.get_user()
        told = account_facts(who, context.service)
        result = {"user": who, "proof": client.account.kind, "expires": client.account.expires or who.expires}
        text = "\n".join(f"{name:<12} {value}" for name, value in told)
        return Outcome(f"you are {who.title}", result=result, text=text)

    @action("K", "API key", danger=Danger.READS, on="scope", form=ApiKeyForm)
    async def api_key(self, context: Context[ArraylakeService], form: ApiKeyForm) -> Outcome:
        key = await asyncio.to_thread(form.entered)
        who, is_kept = await context.service.take_key(key)
        where = "kept for this profile" if is_kept else "for this run alone, since the profile is not kept either"
        return Outcome(f"the key of {who.title} is good; {where}")

    @action("ctrl+o", "log out", danger=Danger.READS, on="scope", form=LogoutForm, asks=True)
    async def logout(self, context: Context[ArraylakeService], form: LogoutForm) -> Outcome:
        done = await context.service.log_out(browser=form.browser)
        words = "logged out on this machine" if done.found else "nobody was logged in on this machine"
        account = context.service.client.account
        still = "; the environment or the vendor's configuration still gives a key" if account.kind == "API key" else ""
        problem = f"; the provider was not told: {done.problem}" if done.problem else ""
        return Outcome(words + still + problem)

    @logout.preview
    async def preview_logout(
        self, context: Context[ArraylakeService], items: Sequence[ListedOrg], form: LogoutForm
    ) -> ChangePreview:
        lines = (str(context.service.client.options.token_file), "the vendor's own tools are logged out by that too")
        return ChangePreview("removes the log-in from this machine, and a key that was entered here", lines)

    @action("P", "permission", danger=Danger.READS, form=OrgPermissionForm)
    async def permission(self, context: Context[ArraylakeService], item: ListedOrg, form: OrgPermissionForm) -> Outcome:
        client = context.service.client
        principal = form.principal or str((await client.get_user()).id)
        may = await client.get_permission_check(item.name, principal, item.name, form.action)
        return permitted(principal, item.name, form.action, may)

    async def choices(self, context: Context[ArraylakeService], field: str) -> Sequence[str]:
        return ORG_ACTIONS if field == "action" else ()

    @permission.defaults
    async def permission_defaults(self, context: Context[ArraylakeService], item: ListedOrg) -> Mapping[str, Any]:
        return {"principal": str((await context.service.client.get_user()).id)}


def permitted(principal: str, resource: str, wanted: str, may: bool) -> Outcome:
    """Return the answer to whether one may do something."""
    result = {"principal": principal, "resource": resource, "action": wanted, "permitted": may}
    words = f"{principal} {'may' if may else 'MAY NOT'} {wanted} on {resource}"
    return Outcome(words, result=result, text=words)


def account_facts(who: Principal, service: ArraylakeService) -> list[tuple[str, str]]:
    """Return who asks and by what it is proved, as labels and values."""
    account, options = service.client.account, service.client.options
    ends = account.expires or who.expires
    facts = [
        ("API key" if who.is_api_key else "person", who.title),
        ("e-mail", who.email or "—"),
        ("id", str(who.id)),
        ("proof", account.kind),
        ("ends", full_text(ends, "time") if ends is not None else "it does not say"),
        ("service", options.service_uri),
        ("log-in in", str(options.token_file)),
    ]
    return [*facts, ("problem", account.problem)] if account.problem else facts
