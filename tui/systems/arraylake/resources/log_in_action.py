"""The action that logs in. Every list has it under the same key, so that one that needs a log-in leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.cells import full_text

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

SCREEN = "login"


class LoginForm(BaseModel):
    """How one logs in from the command line."""

    browser: bool = Field(False, description="open the page in a browser on this machine as well")


@action("L", "log in", danger=Danger.READS, on="scope", form=LoginForm, screen=SCREEN)
async def login(self: Any, context: Context[ArraylakeService], form: LoginForm) -> Outcome:
    client = context.service.client
    await client.login(browser=form.browser)
    who = await client.get_user()
    ends = client.account.expires
    until = f" until {full_text(ends, 'time')}" if ends is not None else ""
    return Outcome(f"logged in as {who.title}{until}")


LOG_IN = login
