"""What a profile may say about how a server is reached."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ProfileOptions(BaseModel):
    """The options of a profile. The password or the token is kept elsewhere, never here."""

    model_config = ConfigDict(extra="forbid")

    username: str | None = Field(None, description="who logs in; the password is asked for, or kept with the secrets")
    public_key_auth: bool = Field(False, description="log in with the private key that LY_PRIVATE_KEY_FILE names")
    default_analysis_caching: bool = Field(True, description="answer an identical analysis from the cache")
    default_allow_max_budget_allocation: bool = Field(
        True, description="allow a computation on few rows to spend all that the limit leaves (true allows it)"
    )
    timeout: float = Field(30.0, gt=0, le=300, description="seconds after which a call has failed")
    ca_file: Path | None = Field(None, description="a PEM file of further authorities to trust")
    allow_plain_http: bool = Field(False, description="ask a server on another machine without encryption")
