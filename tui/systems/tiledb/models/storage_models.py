"""Where assets are stored, and how the clouds are logged in to. No secret is ever in these (contract §8)."""

from __future__ import annotations

from pydantic import Field

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.systems.tiledb.values import SecretPart


class StorageSetting(Value):
    """A place that new assets are stored at. `invalid` ones cannot be used; `reason` says why."""

    storage_setting_id: str
    name: str
    is_default: bool = False
    path: str = ""
    credentials_name: str = ""
    invalid: bool = False
    reason: str | None = None


class AccessCredential(Value):
    """How a cloud is logged in to, without what proves it. `status` is verified or failed, None if it was not tried."""

    id: str = ""
    name: str
    provider: str = ""
    credential_type: str = "workspace"
    provider_default: bool | None = None
    allowed_in_tasks: bool | None = None
    status: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    credential: SecretPart = Field(None, repr=False)
    role: SecretPart = Field(None, repr=False)
    token: SecretPart = Field(None, repr=False)

    @property
    def kind(self) -> str:
        """How the cloud is logged in to: `credential`, `role` or `token`, and with which of them."""
        for name, part in (("credential", self.credential), ("role", self.role), ("token", self.token)):
            if part:
                return f"{name} ({', '.join(key for key, value in part.items() if value is not None)})"
        return ""
