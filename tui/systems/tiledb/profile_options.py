"""What a profile may say about how a server is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ProfileOptions(BaseModel):
    """The options of a profile. The credential is kept elsewhere, never here."""

    model_config = ConfigDict(extra="forbid")

    server_address: str | None = Field(None, description="the server's whole address, in place of the host in the URI")
    profile_name: str | None = Field(None, description="the profile of TileDB's own file that has the log-in")
    profile_dir: Path | None = Field(None, description="the folder of that file, in place of ~/.tiledb")
    username: str | None = Field(None, description="who logs in with a password that arraydeck keeps")
    generation: Literal["auto", "carrara", "classic"] = Field(
        "auto", description="the platform, where the server cannot be asked for it"
    )
    retry_mode: Literal["default", "forceful", "disabled"] = Field(
        "default", description="which refusals are worth another attempt; forceful hides a server that is not well"
    )
    timeout: float = Field(30.0, gt=0, le=300, description="seconds after which a call has failed")
    verify_ssl: bool = Field(True, description="false trusts any server that answers; only to try things out")
    ca_file: Path | None = Field(None, description="a PEM file of further authorities to trust")
    allow_plain_http: bool = Field(False, description="ask a server on another machine without encryption")
    redirect_hosts: tuple[str, ...] = Field((), description="further hosts that the server may send the log-in to")
