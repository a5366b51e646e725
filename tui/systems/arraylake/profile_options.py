"""What a profile may say about how a catalogue is reached."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ProfileOptions(BaseModel):
    """The options of a profile. The key or the log-in is kept elsewhere, never here."""

    model_config = ConfigDict(extra="forbid")

    service_uri: str | None = Field(None, description="the service's whole address, in place of the host in the URI")
    token_file: Path | None = Field(None, description="where the log-in is kept, in place of the vendor's own place")
    timeout: float = Field(30.0, gt=0, le=300, description="seconds after which a call has failed")
    ca_file: Path | None = Field(None, description="a PEM file of further authorities to trust")
    allow_plain_http: bool = Field(False, description="ask a service on another machine without encryption")
