"""What a profile may say about how a cluster is used."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tui.services.errors import InvalidInput
from tui.systems.arakoon.keys_text import read_key


class ProfileOptions(BaseModel):
    """The options of a profile."""

    model_config = ConfigDict(extra="forbid")

    separator: str = Field("/", description="what parts keys into a tree, typed as a key is; empty shows no tree")
    dirty: bool = Field(False, description="begin with dirty reads: any node answers, and may be behind")
    timeout: float = Field(20.0, gt=0, le=3600, description="seconds after which a call has failed")

    @field_validator("separator")
    @classmethod
    def _check_separator(cls, text: str) -> str:
        try:
            read_key(text)
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return text
