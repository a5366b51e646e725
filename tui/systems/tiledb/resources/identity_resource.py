"""Who is logged in and where, as a list of one: the home of a profile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound, ServiceError
from tui.systems.tiledb.models.common_models import Identity
from tui.systems.tiledb.resources.identity_actions import IdentityActions
from tui.systems.tiledb.resources.offers import is_classic

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService

LISTS = (
    ("teamspaces and namespaces", "spaces"),
    ("tasks", "tasks"),
    ("task graphs", "graphs"),
    ("tokens", "tokens"),
    ("workspaces and organisations", "workspaces"),
    ("profiles of TileDB's own tools", "stored-profiles"),
)


class Identities(IdentityActions):
    """Whoever is logged in."""

    name = "identity"
    title = "Identity"
    aliases = ("whoami", "me")
    model = Identity
    refresh = 60.0
    columns = (
        Column("username", priority=9),
        Column("name", priority=4),
        Column("email", "e-mail", priority=3),
        Column("role", priority=5),
        Column("workspace", priority=8),
        Column("workspace_role", "role in it", priority=6),
        Column("platform", priority=7),
        Column("server", kind="path", priority=2, stretch=True),
    )

    def key(self, item: Identity) -> str:
        return item.username

    def identity(self, item: Identity) -> Hashable:
        return item.user_id or item.username, item.server

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Identity]]:
        yield Page((await (await service.backend()).identity(),), 1)

    async def get(self, service: TileDBService, scope: Scope, key: str) -> Identity:
        found = await (await service.backend()).identity()
        if found.username != key:
            raise NotFound("tiledb", "who am I", f"{found.username!r} is logged in, not {key!r}")
        return found

    async def describe(self, service: TileDBService, scope: Scope, item: Identity) -> Detail:
        options = await service.client.link.options()
        who = (
            Field("user", item.username),
            Field("name", item.name),
            Field("e-mail", item.email),
            Field("role", item.role),
            Field("id", item.user_id),
            Field("time zone", item.timezone),
            Field("since", item.created, "time"),
        )
        where = (
            Field("server", item.server, "path"),
            Field("platform", item.platform),
            Field("workspace", item.workspace),
            Field("role in it", item.workspace_role),
            Field("logs in by", "a token" if options.token is not None else "user name and password"),
            Field("stored profile", options.profile or "none"),
            Field("TLS", "verified", "status")
            if options.verify
            else Field("TLS", "error: not verified", "status", tone="bad"),
            Field("retry mode", service.client.link.retry_mode.value),
        )
        sections = (
            Section("who", who),
            Section("where", where),
            await _versions(service),
            await _notebook(service, item),
        )
        links = tuple(Link(label, name, Scope()) for label, name in LISTS)
        return Detail(item.username, sections, item, links)


async def _versions(service: TileDBService) -> Section:
    if await is_classic(service):
        return Section("runs on", (Field("", "the classic cloud does not tell", tone="muted"),))
    try:
        versions = await service.client.accounts.get_versions()
        capabilities = await service.client.accounts.get_capabilities()
    except ServiceError as error:
        return Section("runs on", (Field("", str(error), tone="bad"),))
    return Section(
        "runs on",
        (
            Field("TileDB", versions.tiledb_version),
            Field("core", str(capabilities.deployed)),
            Field("speaks with", f"{capabilities.minimum_client} and later"),
            Field("build", versions.build_id),
        ),
    )


async def _notebook(service: TileDBService, item: Identity) -> Section:
    title = "notebook server"
    try:
        server = await service.client.tasks.notebook_server(item.username)
    except ServiceError as error:
        return Section(title, (Field("", str(error), tone="bad"),))
    if server is None:
        return Section(title, (Field("", "none is running", tone="muted"),))
    return Section(
        title,
        (
            Field("state", server.pod_status or "running", "status"),
            Field("up", server.uptime, "duration"),
            Field("memory", server.memory_usage, "bytes"),
            Field("of", server.memory_limit, "bytes"),
            Field("cores", server.cpu_count, "count"),
            Field("cost", None if server.cost is None else f"${server.cost:,.2f}"),
        ),
    )
