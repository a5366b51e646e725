"""Keys and what was done in a workspace, on the current platform (contract §8)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, Listed, ListPage, One, numbered_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import invalid
from tui.systems.tiledb.models.account_models import APIToken
from tui.systems.tiledb.models.space_models import Activity

TokenType = Literal["api", "session"]
FORGOTTEN = timedelta(days=1)
"""After this a key that a client made to log in is taken for one that it forgot."""


class TokenCalls(CallGroup):
    """Methods on keys. What a key is is told once, when it is made."""

    async def pages(self, type: TokenType = "api", *, page_size: int = PAGE) -> AsyncGenerator[ListPage[APIToken]]:
        """Yield the user's keys page by page: API tokens, or those of sessions. What they are is taken out."""
        async for page in numbered_pages(
            self.link, "/v4/tokens", "list tokens", Listed[APIToken], {"type": type}, page_size, whole_feature=True
        ):
            yield page.mapped(without_key)

    async def create(
        self,
        name: str,
        workspace_id: str,
        *,
        scope: str = "*",
        expires_at: datetime | None = None,
    ) -> APIToken:
        """Make an API token for a workspace. Its `api_key` is in the answer and nowhere else.

        Args:
            name: what it is called.
            workspace_id: the workspace's id.
            scope: what it may do; `*` is all.
            expires_at: when it ends; by default as the server sets it.
        """
        if not name.strip():
            raise invalid("create token", "name: a token has a name")
        body = without_nothing(
            name=name,
            scope=scope,
            workspace_id=workspace_id,
            expires_at=None if expires_at is None else expires_at.astimezone(UTC).isoformat(),
        )
        return (await self.link.send("POST", "/v4/tokens", "create token", One[APIToken], body, private=True)).data

    async def revoke(self, token_id: str) -> None:
        """End a key, named by its id."""
        await self.link.do("DELETE", route("/v4/tokens/{}", token_id), "revoke token")


class ActivityCalls(CallGroup):
    """Methods on what was done in a workspace, which the published client cannot read (contract §8)."""

    async def pages(
        self,
        teamspace: str | None = None,
        *,
        actions: Sequence[str] = (),
        object_types: Sequence[str] = (),
        object_id: str | None = None,
        subjects: Sequence[str] = (),
        after: datetime | None = None,
        before: datetime | None = None,
        order: Literal["asc", "desc"] | None = None,
        workspace: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[Activity]]:
        """Yield what was done page by page.

        Args:
            teamspace: only in this one.
            actions: only these, such as `delete`.
            object_types: only to things of these types, such as `array` or `token`.
            object_id: only to this thing.
            subjects: only by these users, by their ids.
            after: only later than this.
            before: only sooner than this.
            order: `asc` or `desc` by time.
            workspace: its name or id.
            page_size: how many are asked for at a time.

        Raises:
            NotSupported: this server does not tell.
        """
        known = await self.link.workspace(workspace)
        path = (
            route("/v4/activities/{}", known) if teamspace is None else route("/v4/activities/{}/{}", known, teamspace)
        )
        query = without_nothing(
            action_type=list(actions) or None,
            object_type=list(object_types) or None,
            object_id=object_id,
            subject=list(subjects) or None,
            recorded_after=None if after is None else after.astimezone(UTC).isoformat(),
            recorded_before=None if before is None else before.astimezone(UTC).isoformat(),
            order=order,
        )
        async for page in numbered_pages(
            self.link, path, "list activity", Listed[Activity], query, page_size, whole_feature=teamspace is None
        ):
            yield page


def without_key(token: APIToken) -> APIToken:
    """Return a token as it may be kept: without what it is."""
    return token.model_copy(update={"api_key": APIToken.model_fields["api_key"].default})


def is_forgotten(token: APIToken, now: datetime) -> bool:
    """Whether a client made the token to log in with a password and most likely never ended it (contract §2)."""
    return token.is_login_leftover and (token.created_at is None or now - token.created_at > FORGOTTEN)
