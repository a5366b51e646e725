"""What all lists of a server share: the way to log in, and a look at what the server can do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, Field, SecretStr, model_validator

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.services.errors import InvalidInput, NotFound, NotSupported, PermissionDenied
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.resources.detail import Section

T = TypeVar("T", bound=BaseModel)
ACCOUNT = ("log-in", "account", "log-out", "close")
"""Actions that concern the log-in, and not what is listed."""
MOST = 4096
"""Characters of a file that is read for a password."""


class LoginForm(BaseModel):
    """Who logs in, and with which password, typed or in a file."""

    username: str = Field(description="the user's name")
    password: SecretStr | None = Field(None, description="the user's password")
    password_file: Path | None = Field(None, description="a file that holds it, so that it stands on no command line")
    keep: bool = Field(
        True, description="keep it for this profile, where secrets are kept, if the profile names the user"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.password is None) == (self.password_file is None):
            raise ValueError("give the password, or the file that holds it")
        return self

    def entered(self) -> SecretStr:
        """Return the password. Reads the file: call it in a thread.

        Raises:
            InvalidInput: the file cannot be read.
        """
        if self.password is not None:
            return self.password
        assert self.password_file is not None
        try:
            with self.password_file.expanduser().open(encoding="utf-8") as file:
                return SecretStr(file.read(MOST).strip())
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            message = f"{self.password_file} cannot be read: {reason}"
            raise InvalidInput(SYSTEM, "log in", message) from None


@action("L", "log in", danger=Danger.READS, on="scope", form=LoginForm)
async def log_in(self: Any, context: Context[LeapYearService], form: LoginForm) -> Outcome:
    password = await asyncio.to_thread(form.entered)
    who, is_kept = await context.service.log_in(form.username, password, keep=form.keep)
    where = "the password is kept for this profile" if is_kept else "for this run alone"
    role = "an administrator" if who.is_admin else "no administrator"
    return Outcome(f"logged in as {who.username}, {role}; {where}")


@log_in.defaults
async def log_in_defaults(self: Any, context: Context[LeapYearService], item: Any) -> Mapping[str, Any]:
    named = context.service.client.username or context.profile.options.get("username") or ""
    return {"username": named}


class ServerList(ResourceType[LeapYearService, T]):
    """The base of all lists of a server."""

    log_in = log_in

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # What a list is for comes first: a narrow terminal's line of keys has no room for all.
        account = {name: made for name, made in cls.actions.items() if name in ACCOUNT}
        cls.actions = {name: made for name, made in cls.actions.items() if name not in ACCOUNT} | account


async def section_or_reason(title: str, made: Awaitable[Section]) -> Section:
    """Return a section, or one that says why it cannot be had: what one may not see must not hide the rest."""
    from tui.resources.detail import Field as Fact
    from tui.resources.detail import Section as Made

    try:
        return await made
    except (PermissionDenied, NotSupported, NotFound) as error:
        return Made(title, (Fact("cannot be seen", error.message, tone="muted"),))
