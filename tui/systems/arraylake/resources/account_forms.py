"""The forms of the account: an API key, logging out, and a permission that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from tui.services.errors import InvalidInput
from tui.systems.arraylake.errors import SYSTEM, invalid

MOST = 65_536
"""Characters of a file that is read for a key."""


class ApiKeyForm(BaseModel):
    """An API key, typed or in a file."""

    key: SecretStr | None = Field(None, description="an API key of the service: it begins with ema_")
    file: Path | None = Field(None, description="a file that holds the key, so that it stands on no command line")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.key is None) == (self.file is None):
            raise ValueError("give the key, or the file that holds it")
        if self.key is not None:
            check_key(self.key.get_secret_value())
        return self

    def entered(self) -> SecretStr:
        """Return the key. Reads the file: call it in a thread.

        Raises:
            InvalidInput: the file cannot be read, or holds no key.
        """
        if self.key is not None:
            return self.key
        assert self.file is not None
        try:
            with self.file.expanduser().open(encoding="utf-8") as file:
                text = file.read(MOST).strip()
            check_key(text)
        except OSError as error:
            raise invalid("enter key", f"{self.file} cannot be read: {error.strerror}") from error
        except ValueError:
            # Without the cause, which may quote what was read.
            raise InvalidInput(SYSTEM, "enter key", f"{self.file} holds no key: it begins with ema_") from None
        return SecretStr(text)


def check_key(text: str) -> None:
    """Raise `ValueError` if a text cannot be an API key. It is not quoted."""
    if not text.startswith(("ema_", "ey")) or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("an API key begins with ema_ and has no blanks in it")


class LogoutForm(BaseModel):
    """How one logs out."""

    browser: bool = Field(False, description="open the provider's page, which ends the browser's own log-in too")


class OrgPermissionForm(BaseModel):
    """What somebody wants to do in an organisation."""

    principal: str = Field("", description="the id of the user or the key; empty means whoever is logged in")
    action: Literal["CAN_MANAGE_USERS", "CAN_WRITE_REPOS", "CAN_READ_REPOS", "CAN_READ_REPOS_WITH_FLUX"] = Field(
        "CAN_WRITE_REPOS", description="what one wants to do"
    )


class RepoPermissionForm(BaseModel):
    """What somebody wants to do with a repository."""

    principal: str = Field("", description="the id of the user or the key; empty means whoever is logged in")
    action: Literal["CAN_READ", "CAN_WRITE", "CAN_READ_WITH_FLUX", "CAN_MANAGE_USERS", "CAN_SYNC"] = Field(
        "CAN_WRITE", description="what one wants to do"
    )
