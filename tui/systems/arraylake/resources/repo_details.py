"""All that there is to say of one repository: its entry, its metadata, and what is in it as far as it can be read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.resources.cells import age_text, bytes_text
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Scope
from tui.services.errors import NotFound, ServiceError
from tui.systems.arraylake.reading.extra import INSTALL, has_icechunk
from tui.systems.arraylake.repo_models import Repo
from tui.systems.arraylake.resources.node_text import catalogue_nodes, node_facts
from tui.systems.arraylake.version_text import short_id

if TYPE_CHECKING:
    from tui.systems.arraylake.content_models import Node
    from tui.systems.arraylake.models import Metadata
    from tui.systems.arraylake.service import ArraylakeService

SECONDS = 8.0
"""How long the details wait for what is in the storage."""
COMMITS, NODES = 6, 40
"""How many commits, groups and arrays the details show; the lists have them all."""


def metadata_text(metadata: Metadata | None) -> str:
    """Return metadata on one line: `project=x tags=hourly,public`."""
    return " ".join(f"{key}={_plain(value)}" for key, value in (metadata or {}).items())


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


async def describe_repo(service: ArraylakeService, repo: Repo) -> Detail:
    """Return the details of a repository. What cannot be read of its contents says why, and hides nothing else."""
    sections = [_entry(repo), _metadata(repo), *await _contents(service, repo)]
    below = Scope((repo.org, repo.name))
    links = [
        Link("branches and tags", "versions", below),
        Link("arrays of main", "nodes", below / "main"),
        Link("commits of main", "commits", below / "main"),
        Link("virtual chunks", "chunks", below),
    ]
    if repo.bucket is not None:
        links.append(Link(f"bucket {repo.bucket.nickname}", "buckets", Scope((repo.org,)), repo.bucket.nickname))
    return Detail(repo.full_name, tuple(section for section in sections if section), repo, tuple(links))


def _entry(repo: Repo) -> Section:
    status, bucket = repo.status, repo.bucket
    fields = [
        Field("description", repo.description),
        Field("status", status.mode, "status"),
        Field("because", status.message),
        Field("kind", repo.kind),
        Field("bucket", "of its subscription" if bucket is None else f"{bucket.nickname} ({bucket.platform})"),
        Field("in", None if bucket is None else bucket.uri, "path"),
        Field("prefix", repo.prefix, "path"),
        Field("updated", repo.updated, "time"),
        Field("created", repo.created, "time"),
        Field("visibility", repo.visibility.lower().replace("_", " ")),
        Field("id", repo.id),
    ]
    if not status.is_user_modifiable:
        fields.insert(3, Field("set by", "the service itself; it cannot be changed here"))
    if repo.subscription is not None:
        fields.append(Field("subscription", repo.subscription.status))
    return Section("repository", tuple(fields))


def _metadata(repo: Repo) -> Section:
    pairs = (repo.metadata or {}).items()
    return Section("metadata", tuple(Field(key, _plain(value)) for key, value in pairs) or (Field("", "none"),))


async def _contents(service: ArraylakeService, repo: Repo) -> list[Section]:
    if repo.kind == "v1":
        return [_note("contents", "of the old kind v1, which is not read here")]
    if repo.status.mode != "online":
        return [_note("contents", f"not to be had while it is {repo.status.mode}")]
    try:
        async with asyncio.timeout(SECONDS):
            if has_icechunk():
                return await _stored(service, repo)
            return await _told(service, repo)
    except TimeoutError:
        return [_note("contents", "the storage takes long; enter opens its versions")]
    except NotFound:
        return [_note("contents", "nothing is stored yet: the entry is all that there is")]
    except ServiceError as error:
        return [_note("contents", str(error), bad=True)]


def _note(title: str, words: str, *, bad: bool = False) -> Section:
    return Section(title, (Field("", words, tone="bad" if bad else "muted"),))


async def _stored(service: ArraylakeService, repo: Repo) -> list[Section]:
    contents = await service.client.contents(repo.full_name)
    refs = await contents.refs()
    sections: list[Section] = []
    for kind, title in (("branch", "branches"), ("tag", "tags")):
        rows = tuple((ref.name, short_id(ref.snapshot_id)) for ref in refs if ref.kind == kind)
        if rows:
            sections.append(Section(title, table=Table(("name", "snapshot"), rows)))
    commits = await anext(contents.history(page=COMMITS), [])
    told = tuple(Field(age_text(commit.written_at), commit.message) for commit in commits)
    sections.append(Section("recent commits", told))
    try:
        nodes = await contents.walk(most=NODES)
    except NotFound:
        # A new repository has not even a root group.
        nodes = []
    return [*sections, _tree(nodes)]


async def _told(service: ArraylakeService, repo: Repo) -> list[Section]:
    """Return what the catalogue itself tells of the root group, and what to install for more."""
    root = await service.client.get_dataset_node(repo.full_name)
    more = _note("history", f"branches, tags and commits: {INSTALL}")
    return [_tree(list(catalogue_nodes(root))), more]


def _tree(nodes: list[Node]) -> Section:
    if not nodes:
        return _note("arrays", "none yet")
    rows = tuple((_indented(node), *node_facts(node)) for node in sorted(nodes, key=lambda node: node.path.split("/")))
    total = sum(node.size or 0 for node in nodes)
    size = f", {bytes_text(total)} unpacked" if total else ""
    more = f", the first {NODES}" if len(nodes) >= NODES else size
    return Section(f"groups and arrays of main{more}", table=Table(("name", "shape", "type"), rows))


def _indented(node: Node) -> str:
    depth = node.path.count("/")
    return "  " * depth + node.name + ("/" if node.kind == "group" else "")
