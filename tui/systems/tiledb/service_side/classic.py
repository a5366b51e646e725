"""All routes of the classic cloud. It has none below `/v4`: that is how it is told from the current platform."""

from __future__ import annotations

from tui.systems.tiledb.service_side import (
    classic_account,
    classic_arrays,
    classic_credentials,
    classic_groups,
    classic_invitations,
    classic_organizations,
    classic_tasks,
)
from tui.systems.tiledb.service_side.routing import Route

ROUTES: tuple[Route, ...] = (
    *classic_account.ROUTES,
    *classic_organizations.ROUTES,
    *classic_credentials.ROUTES,
    *classic_arrays.ROUTES,
    *classic_groups.ROUTES,
    *classic_tasks.ROUTES,
    *classic_invitations.ROUTES,
)
