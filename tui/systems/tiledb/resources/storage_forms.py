"""The forms of storage: a place for new assets, and a credential whose secret part comes from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, Field, SecretStr, field_validator

from tui.services.errors import InvalidInput
from tui.systems.tiledb.errors import SYSTEM, invalid

MOST = 65_536
"""Characters of a file that is read for a credential."""


class NewSetting(BaseModel):
    """A place that new assets can be stored at."""

    name: str = Field(min_length=1, description="what it is called")
    path: str = Field(description="where it stores, such as s3://bucket/folder/")
    credential: str = Field(min_length=1, description="the credential that opens it", json_schema_extra={"asks": True})
    default: bool = Field(False, description="new assets are stored there")
    test: bool = Field(True, description="let the server write a small object there, to see that it can")

    @field_validator("path")
    @classmethod
    def _check_path(cls, path: str) -> str:
        if "://" not in path:
            raise ValueError("an address says how: s3://, gs://, azure://")
        return path.strip()


class EditedSetting(BaseModel):
    """What a storage setting says."""

    name: str = Field(min_length=1, description="what it is called")
    path: str = Field(description="where it stores")
    credential: str = Field(min_length=1, description="the credential that opens it", json_schema_extra={"asks": True})
    test: bool = Field(True, description="let the server write a small object there, to see that it can")


class NewCredential(BaseModel):
    """How a cloud is logged in to. What proves it is read from a file, so that it stands in no dialog and no log."""

    name: str = Field(min_length=1, description="what it is called")
    provider: Literal["AWS", "AZURE", "GCP", "SNOWFLAKE", "DATABRICKS"] = Field(description="the cloud")
    means: Literal["credential", "role", "token"] = Field("credential", description="by what it is logged in to")
    file: Path = Field(description='a JSON file, such as {"aws": {"access_key_id": …, "secret_access_key": …}}')
    default: bool = Field(False, description="use it wherever none is named")
    tasks: bool = Field(False, description="let tasks use it")

    def content(self) -> dict[str, Any]:
        """Return what proves it, every text of it hidden. Reads the file: call it in a thread.

        Raises:
            InvalidInput: the file cannot be read, or holds no JSON object.
        """
        try:
            with self.file.expanduser().open(encoding="utf-8") as file:
                found: Any = json.loads(file.read(MOST))
        except OSError as error:
            raise invalid("create credential", f"{self.file} cannot be read: {error.strerror}") from error
        except (ValueError, RecursionError):
            # Without the cause, which may quote what was read.
            found = None
        if not isinstance(found, dict):
            raise InvalidInput(SYSTEM, "create credential", f"{self.file} holds no JSON object") from None
        return cast("dict[str, Any]", _hidden(found))


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(inner) for key, inner in cast("dict[str, Any]", value).items()}
    return SecretStr(value) if isinstance(value, str) else value
