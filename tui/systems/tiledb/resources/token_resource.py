"""Keys as a list: how old each is, when it ends, and which were made by a log-in and forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic import Field as Asked

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.cells import age_text
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.new_file import new_file
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services import dry_run
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.models.common_models import TokenRow
from tui.systems.tiledb.resources.offers import is_classic

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.systems.tiledb.service import TileDBService

LINES = 40
"""Keys that a preview names one by one."""
GRANTS = tuple(
    f"{what}:{how}" for what in ("array", "group", "organization", "user") for how in ("read", "read-write", "admin")
)
"""What a key can be limited to, beside `*`, which is all (contract §8). A command line may name another."""


class NewToken(BaseModel):
    """A key that is to be. What it is goes into a file and is shown nowhere."""

    name: str = Asked(min_length=1, description="what it is called")
    file: Path = Asked(description="a new file that the key is written to, which only you can read")
    scope: str = Asked("*", description="what it may do; * is all", json_schema_extra={"asks": True})
    days: int | None = Asked(None, ge=1, le=3650, description="in how many days it ends; empty: as the server sets it")


def state_of(token: TokenRow, now: datetime | None = None) -> str:
    """Return in words whether a key is good, ended, or was forgotten by the log-in that made it."""
    moment = datetime.now(UTC) if now is None else now
    if token.expires is not None and token.expires <= moment:
        return "none: ended"
    return "warning: forgotten" if token.forgotten else "ok"


class Tokens(ResourceType["TileDBService", TokenRow]):
    """The keys of whoever is logged in. When one was last used, no server tells."""

    name = "tokens"
    title = "Tokens"
    aliases = ("token", "keys")
    model = TokenRow
    refresh = 30.0
    nothing = "there are no keys"
    columns = (
        Column("name", priority=9, stretch=True),
        Column("state", kind="status", priority=9, width=20, value=state_of),
        Column("kind", priority=6),
        Column("created", "age", kind="time", priority=7),
        Column("expires", "ends", kind="time", priority=6),
        Column("last_use", "last use", priority=2, value=lambda token: "not told"),
        Column("scope", priority=4),
        Column("workspace", priority=1, wide=True),
        Column("key", "id", priority=1, wide=True),
    )

    def key(self, item: TokenRow) -> str:
        return item.key

    def label(self, item: TokenRow) -> str:
        return item.name or item.key

    def identity(self, item: TokenRow) -> Hashable:
        return item.key, item.created

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[TokenRow]]:
        async with aclosing((await service.backend()).token_pages()) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    async def describe(self, service: TileDBService, scope: Scope, item: TokenRow) -> Detail:
        fields = [
            Field("state", state_of(item), "status"),
            Field("kind", "API token" if item.kind == "api" else "of a session"),
            Field("scope", item.scope),
            Field("made", item.created, "time"),
            Field("ends", item.expires, "time") if item.expires is not None else Field("ends", "never, as far as told"),
            Field("last use", "the server does not tell", tone="muted"),
            Field("workspace", item.workspace),
            Field("id", item.key),
        ]
        if item.forgotten:
            fields.append(Field("why", "a client made it to log in with a password, and did not revoke it"))
        return Detail(item.name or item.key, (Section("token", tuple(fields)),), item)

    @action("n", "new", on="scope", form=NewToken, rehearsal="whole")
    async def create(self, context: Context[TileDBService], form: NewToken) -> Outcome:
        client, path = context.service.client, form.file.expanduser()
        ends = None if form.days is None else datetime.now(UTC) + timedelta(days=form.days)
        await asyncio.to_thread(_check_free, path)
        if await is_classic(context.service):
            key = form.name
            secret = (await client.classic.create_token(form.name, scopes=(form.scope,), expires=ends)).token
        else:
            workspace = await client.get_workspace_id()
            made = await client.tokens.create(form.name, workspace, scope=form.scope, expires_at=ends)
            key, secret = made.token_id, made.api_key
        await asyncio.to_thread(_write, path, secret)
        link = Link(f"the key {form.name}", "tokens", Scope(), key)
        return Outcome(f"made the key {form.name}; it is in {path} and nowhere else", link=link)

    async def choices(self, context: Context[TileDBService], field: str) -> Sequence[str]:
        return ("*", *GRANTS)

    @action("ctrl+d", "revoke", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def revoke(self, context: Context[TileDBService], item: TokenRow) -> Outcome:
        await (await context.service.backend()).revoke_token(item.key)
        return Outcome(f"revoked {self.label(item)}")

    @revoke.preview
    async def preview_revoke(self, context: Context[TileDBService], items: Sequence[TokenRow]) -> ChangePreview:
        what = self.label(items[0]) if len(items) == 1 else f"{len(items)} keys"
        return ChangePreview(f"revokes {what}; whatever uses it is refused from then on", _lines(items))

    @action("D", "revoke all forgotten log-ins", danger=Danger.DESTROYS, on="scope", rehearsal="start")
    async def clean_up(self, context: Context[TileDBService]) -> Outcome:
        backend = await context.service.backend()
        found = await _forgotten(context)
        for token in found:
            context.progress.check()
            await backend.revoke_token(token.key)
        return Outcome(f"revoked {len(found)} forgotten log-ins" if found else "no log-in was forgotten")

    @clean_up.preview
    async def preview_clean_up(self, context: Context[TileDBService], items: Sequence[TokenRow]) -> ChangePreview:
        found = await _forgotten(context)
        words = f"revokes {len(found)} keys that log-ins made more than a day ago and did not revoke"
        return ChangePreview(words if found else "no log-in was forgotten; there is nothing to revoke", _lines(found))


async def _forgotten(context: Context[TileDBService]) -> list[TokenRow]:
    backend = await context.service.backend()
    return [token for token in await all_items(backend.token_pages()) if token.forgotten]


def _lines(items: Sequence[TokenRow]) -> tuple[str, ...]:
    lines = [
        f"{item.name or item.key}: {'made ' + age_text(item.created) + ' ago, ' if item.created else ''}{item.kind}"
        for item in items[:LINES]
    ]
    return (*lines, f"and {len(items) - LINES:,} more") if len(items) > LINES else tuple(lines)


def _check_free(path: Path) -> None:
    """See that a key can be kept before one is made. In a dry run nothing is tried out. Raises as `new_file`."""
    if dry_run.current() is not None:
        return
    with new_file(path):
        pass
    path.unlink()


def _write(path: Path, secret: SecretStr) -> None:
    with new_file(path) as file:
        file.write(secret.get_secret_value().encode() + b"\n")
