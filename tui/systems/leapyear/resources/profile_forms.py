"""The forms of privacy profiles."""

from __future__ import annotations

from pydantic import Field

from tui.systems.leapyear.models import PrivacyParams
from tui.systems.leapyear.resources.form_fields import Described, Named


class EditedPrivacyProfile(Described):
    """A privacy profile that is changed."""

    max_exposure_per_computation: float = Field(
        gt=0, allow_inf_nan=False, description="the most that one computation may spend, above 0"
    )
    minimum_dataset_size: int = Field(ge=0, description="rows, below which nothing is computed")

    def params(self, before: PrivacyParams | None = None) -> PrivacyParams:
        """Return what it asks of every computation; what else the server has in it stays."""
        return PrivacyParams(
            max_exposure_per_computation=self.max_exposure_per_computation,
            minimum_dataset_size=self.minimum_dataset_size,
            **({} if before is None else {"extra": before.extra}),
        )


class NewPrivacyProfile(EditedPrivacyProfile, Named):
    """A privacy profile that is to be."""
