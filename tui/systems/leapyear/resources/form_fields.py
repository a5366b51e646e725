"""What several forms ask for, with its checks: names, descriptions, passwords (contract §8)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from tui.systems.leapyear.names import check_description, check_name

SHORTEST, LONGEST = 12, 1024
"""Characters of a password (contract §8.10)."""


def _check_password(secret: SecretStr) -> SecretStr:
    """Return a password if it can be one. Raises ValueError, which does not quote it."""
    if not SHORTEST <= len(secret.get_secret_value()) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST:,} characters")
    return secret


Name = Annotated[str, AfterValidator(check_name)]
Description = Annotated[str, AfterValidator(lambda text: check_description(text) or "")]
Password = Annotated[SecretStr, AfterValidator(_check_password)]


class Named(BaseModel):
    """What has a name of its own. It is the last of the bases, whose fields a form asks for first."""

    name: Name = Field(description="1 to 128 characters, no /")


class Described(BaseModel):
    """What has a description."""

    description: Description = Field("", description="for people")
