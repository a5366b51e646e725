"""The forms of databases: what a new one needs, and what of one can be changed."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, Field, model_validator

from tui.systems.leapyear.models import PrivacyLimit
from tui.systems.leapyear.resources.form_fields import Description, Named

_EXPOSURE = "how much exposure it allows a user in all, a number above 0; empty is no limit"
_WINDOW = "days after which spent exposure no longer counts, 1 to 3650; empty is never"


class DatabaseFormFields(BaseModel):
    """What a new database and a changed one have in common."""

    description: Description = Field("", description="for people")
    privacy_profile: str = Field(
        "Standard", description="what every computation must keep to", json_schema_extra={"asks": True}
    )
    max_exposure: float | None = Field(None, gt=0, allow_inf_nan=False, description=_EXPOSURE)
    window_days: int | None = Field(None, ge=1, le=3650, description=_WINDOW)

    @model_validator(mode="after")
    def _check_window(self) -> Self:
        if self.window_days is not None and self.max_exposure is None:
            raise ValueError("a window of days needs a limit on the exposure")
        return self

    def limit(self, **kept: Any) -> PrivacyLimit:
        """Return the limit. `kept` is what else the server has in it."""
        return PrivacyLimit(max_exposure=self.max_exposure, window_days=self.window_days, **kept)


class NewDatabase(DatabaseFormFields, Named):
    """A database that is to be."""


class EditedDatabase(DatabaseFormFields):
    """A database that is changed."""
