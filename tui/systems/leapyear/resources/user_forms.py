"""The forms of users, their keys, groups and members."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, field_validator

from tui.services.errors import InvalidInput
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.names import check_description, check_name
from tui.systems.leapyear.resources.database_forms import Named

SHORTEST, LONGEST = 12, 1024
"""Characters of a password (contract §8.10)."""
MOST_KEY = 8192


def check_password(secret: SecretStr) -> SecretStr:
    """Return a password if it can be one. Raises ValueError, which does not quote it."""
    if not SHORTEST <= len(secret.get_secret_value()) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST:,} characters")
    return secret


class Described(BaseModel):
    """What has a description."""

    description: str = Field("", description="for people")

    @field_validator("description")
    @classmethod
    def _check_description(cls, text: str) -> str:
        return check_description(text) or ""


class NewUser(BaseModel):
    """A user that is to be."""

    username: str = Field(description="1 to 128 characters, no /")
    password: SecretStr = Field(description=f"{SHORTEST} characters or more; tell the user on another way")
    is_admin: bool = Field(False, title="administrator", description="may do everything")
    enabled: bool = Field(True, description="may log in")
    description: str = Field("", description="for people")

    @field_validator("username")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return check_name(name)

    @field_validator("password")
    @classmethod
    def _check_password(cls, secret: SecretStr) -> SecretStr:
        return check_password(secret)

    @field_validator("description")
    @classmethod
    def _check_description(cls, text: str) -> str:
        return check_description(text) or ""


class EditedUser(BaseModel):
    """A user that is changed."""

    is_admin: bool = Field(False, title="administrator", description="may do everything")
    enabled: bool = Field(True, description="may log in; who may not, is logged out at once")
    description: str = Field("", description="for people")

    @field_validator("description")
    @classmethod
    def _check_description(cls, text: str) -> str:
        return check_description(text) or ""


class NewPassword(BaseModel):
    """Another password for a user."""

    password: SecretStr = Field(description=f"{SHORTEST} characters or more; all sessions of the user end")
    current_password: SecretStr | None = Field(None, description="your own present one, if you are no administrator")

    @field_validator("password")
    @classmethod
    def _check_password(cls, secret: SecretStr) -> SecretStr:
        return check_password(secret)


class NewKey(BaseModel):
    """A public key that a user may log in with."""

    name: str = Field(description="what it is called, such as laptop")
    file: Path = Field(description="a PEM file with the public key: Ed25519, or RSA of 2048 bits and up")

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return check_name(name)

    def read(self) -> str:
        """Return the key. Reads the file: call it in a thread.

        Raises:
            InvalidInput: it cannot be read, or holds no public key.
        """
        try:
            with self.file.expanduser().open(encoding="utf-8") as file:
                text = file.read(MOST_KEY)
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise InvalidInput(SYSTEM, "add key", f"{self.file} cannot be read: {reason}") from None
        if "PRIVATE KEY" in text:
            # Before it leaves this machine.
            raise InvalidInput(SYSTEM, "add key", f"{self.file} holds a private key; give the public one")
        return text


class NewGroup(Described, Named):
    """A group that is to be."""

    members: list[str] = Field(default_factory=list, description="the users' names, parted by commas")


class EditedGroup(Described):
    """A group that is changed."""

    members: list[str] = Field(default_factory=list, description="the users' names, parted by commas")


class NewMember(BaseModel):
    """A user who is put into a group."""

    user: str = Field(description="the user's name", json_schema_extra={"asks": True})
