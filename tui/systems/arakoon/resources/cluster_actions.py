"""What is asked of the cluster wherever one is: how fresh reads must be, and the operators' own functions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, field_validator

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.resources.key_details import recognised
from tui.systems.arakoon.resources.key_forms import KEY_HELP, key_checked

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService

LINES_SHOWN = 10_000
"""Lines of a function's answer that are shown."""


class UserFunctionCall(BaseModel):
    """A call of a function that the operators gave to the servers."""

    function: str = Field(description="the function's name, as it is registered on the servers", min_length=1)
    argument: str | None = Field(None, description=f"its argument: {KEY_HELP}; empty gives none")

    @field_validator("argument")
    @classmethod
    def _check_argument(cls, text: str | None) -> str | None:
        return text if text is None else key_checked(text)


class ClusterActions(ResourceType["ArakoonService", Any]):
    """The actions that every list of keys and nodes offers."""

    @action("f", "call a user function", danger=Danger.CHANGES, on="scope", form=UserFunctionCall, rehearsal="whole")
    async def user_function(self, context: Context[ArakoonService], form: UserFunctionCall) -> Outcome:
        argument = None if form.argument is None or form.argument == "" else read_key(form.argument)
        found = await context.service.client.user_function(form.function, argument)
        if found is None:
            return Outcome(f"{form.function} answered nothing")
        shown = await recognised(found)
        lines, is_all = await asyncio.to_thread(shown.first_lines, LINES_SHOWN)
        rest = () if is_all else ("… and more that is not shown",)
        message = f"{form.function} answered: {shown.kind}"
        return Outcome(message, result=key_text(found), text="\n".join((*lines, *rest)) or "it is empty")

    @action("X", "dirty reads on or off", danger=Danger.READS, on="scope")
    async def dirty(self, context: Context[ArakoonService]) -> Outcome:
        service = context.service
        service.dirty = not service.dirty
        if service.dirty:
            return Outcome("DIRTY READS: any node answers, and may be behind")
        return Outcome("reads are consistent: the master answers")
