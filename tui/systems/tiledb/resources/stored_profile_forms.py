"""The forms of the profile file that TileDB's own tools share: a new profile, an edited one, another name."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from tui.systems.tiledb.errors import invalid
from tui.systems.tiledb.generations import token_workspace
from tui.systems.tiledb.profiles.profile_text import VERSION

MOST = 65_536
"""Characters of a file that is read for a token."""
TOKEN_HELP = "an API token; it is kept in the profile file, which only you can read"
PASSWORD_HELP = "of that user; it is kept in the profile file, which only you can read"
TLS_HELP = "false trusts any server that answers; only to try things out"


def name_kept(name: str) -> str:
    """Return a name that a profile can have. Raises `ValueError` for any other."""
    if name == VERSION:
        raise ValueError(f"{VERSION} is what the file uses itself")
    return name


class _LogIn(BaseModel):
    """What logs in: a token, or the file that holds one, or a user name and a password."""

    host: str = Field("https://api.tiledb.com", min_length=1, description="the server; https where it says nothing")
    workspace: str = Field("", description="its name or id; empty: the one that the token is for")
    token: SecretStr | None = Field(None, description=TOKEN_HELP)
    token_file: Path | None = Field(None, description="a file that holds the token, so that it is on no command line")
    username: str = Field("", description="with the password, the other way to log in")
    password: SecretStr | None = Field(None, description=PASSWORD_HELP)
    verify_ssl: bool = Field(True, description=TLS_HELP)
    ca_file: Path | None = Field(None, description="a PEM file of authorities to trust")

    def entered_token(self) -> SecretStr | None:
        """Return the token, None if there is none. Reads a file: call it in a thread.

        Raises:
            InvalidInput: the file cannot be read, or is empty.
        """
        if self.token_file is None:
            return self.token
        try:
            with self.token_file.expanduser().open(encoding="utf-8") as file:
                text = file.read(MOST).strip()
        except (OSError, ValueError):
            raise invalid("configure", f"{self.token_file} cannot be read") from None
        if not text or not text.isprintable():
            raise invalid("configure", f"{self.token_file} holds no token")
        return SecretStr(text)


class ConfigureForm(_LogIn):
    """A profile that is to be stored."""

    password: SecretStr | None = Field(None, validate_default=True, description=PASSWORD_HELP)
    name: str = Field("default", min_length=1, description="what it is called; default is used where none is named")
    overwrite: bool = Field(False, description="replace a profile of that name")

    @field_validator("token")
    @classmethod
    def _tells_workspace(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if token is not None and not info.data.get("workspace") and not token_workspace(token.get_secret_value()):
            raise ValueError("this token does not tell its workspace: fill that in too")
        return token

    @field_validator("token_file")
    @classmethod
    def _one(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file is not None and info.data.get("token") is not None:
            raise ValueError("give the token, or the file that holds it")
        return file

    @field_validator("password")
    @classmethod
    def _enough(cls, password: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # A field that is wrong itself is not among those that are known by now, and has said so.
        if not {"token", "token_file", "workspace"} <= info.data.keys():
            return password
        known = info.data
        if known["token"] is None and known["token_file"] is None:
            if password is None or not known.get("username"):
                raise ValueError("a token is needed, or a file that holds one, or a user name and a password")
            if not known["workspace"]:
                raise ValueError("a password needs a workspace to log in to: fill that in too")
        return password

    @field_validator("name")
    @classmethod
    def _can_be_kept(cls, name: str) -> str:
        return name_kept(name)


class EditForm(_LogIn):
    """A profile that is changed. A token or a password that is left empty stays as it is."""

    host: str = Field("", description="the server")


class RenameForm(BaseModel):
    """Another name for a profile."""

    name: str = Field(min_length=1, description="what it is called from now on")

    @field_validator("name")
    @classmethod
    def _can_be_kept(cls, name: str) -> str:
        return name_kept(name)


class LoginForm(BaseModel):
    """How one goes on with a stored profile."""

    keep: bool = Field(False, description="let this profile of arraydeck use it from now on, not for this run alone")
    threads: int | None = Field(None, ge=1, le=64, description="how many calls may be under way at a time")
