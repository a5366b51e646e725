"""The forms of people: letting one in, and what they are."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator


class NewMember(BaseModel):
    """Somebody who is let in."""

    user: str = Field(
        min_length=1,
        description="whom: the user's name, or the id",
        json_schema_extra={"asks": True},
    )
    role: str = Field(description="what they will be", json_schema_extra={"asks": True})


class RoleForm(BaseModel):
    """What a member becomes."""

    role: str = Field(description="what they will be", json_schema_extra={"asks": True})


class InvitationForm(BaseModel):
    """Somebody who is invited by their address."""

    email: str = Field(title="e-mail", description="their address")
    role: str = Field(description="what they will be", json_schema_extra={"asks": True})

    @field_validator("email")
    @classmethod
    def _check_email(cls, email: str) -> str:
        name, at, host = email.strip().rpartition("@")
        if not (name and at and host) or any(letter.isspace() for letter in email.strip()):
            raise ValueError("an address has an @ in it, and no blanks")
        return email.strip()
