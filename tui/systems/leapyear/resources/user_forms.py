"""The forms of users, their keys, groups and members."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from tui.services.errors import InvalidInput
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.resources.form_fields import SHORTEST, Described, Description, Name, Named, Password

MOST_KEY = 8192


class NewUser(BaseModel):
    """A user that is to be."""

    username: Name = Field(description="1 to 128 characters, no /")
    password: Password = Field(description=f"{SHORTEST} characters or more; tell the user on another way")
    is_admin: bool = Field(False, title="administrator", description="may do everything")
    enabled: bool = Field(True, description="may log in")
    description: Description = Field("", description="for people")


class EditedUser(BaseModel):
    """A user that is changed."""

    is_admin: bool = Field(False, title="administrator", description="may do everything")
    enabled: bool = Field(True, description="may log in; who may not, is logged out at once")
    description: Description = Field("", description="for people")


class NewPassword(BaseModel):
    """Another password for a user."""

    password: Password = Field(description=f"{SHORTEST} characters or more; all sessions of the user end")
    current_password: SecretStr | None = Field(None, description="your own present one, if you are no administrator")


class NewKey(BaseModel):
    """A public key that a user may log in with."""

    name: Name = Field(description="what it is called, such as laptop")
    file: Path = Field(description="a PEM file with the public key: Ed25519, or RSA of 2048 bits and up")

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
