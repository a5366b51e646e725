"""RepoContents: what is in a repository: branches, tags, history, differences, groups and arrays (contract §9.3)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from tui.resources.arrays.array_source import MEMORY_LIMIT
from tui.systems.arraylake.content_models import Changes, Commit, Node, Ref, RepoSize, StoredSize
from tui.systems.arraylake.errors import invalid
from tui.systems.arraylake.reading import nodes
from tui.systems.arraylake.reading.extra import load_icechunk
from tui.systems.arraylake.reading.storage import chunk_access, configuration, ends, secrets_of, storage_of
from tui.systems.arraylake.reading.storage_errors import storage_error
from tui.systems.arraylake.reading.worker_thread import WorkerThreads
from tui.systems.arraylake.reading.zarr_source import ZarrArray
from tui.systems.arraylake.repo_models import OpenRepo, StorageCredentials

T = TypeVar("T")
SECONDS = 30.0
"""How long one look into the storage may take."""
KEPT = 8
"""Snapshots that are kept open."""
PAGE = 50
MARGIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Version:
    """Which snapshot is meant: the newest of a branch, that of a tag, or one by its id. By default the branch main."""

    branch: str | None = None
    tag: str | None = None
    snapshot_id: str | None = None

    def __post_init__(self) -> None:
        given = [each for each in (self.branch, self.tag, self.snapshot_id) if each is not None]
        if len(given) > 1:
            raise invalid("open snapshot", "give one of branch, tag and snapshot_id")
        if not given:
            object.__setattr__(self, "branch", "main")

    @property
    def words(self) -> dict[str, str]:
        """The version as icechunk's methods take it."""
        names = {"branch": self.branch, "tag": self.tag, "snapshot_id": self.snapshot_id}
        return {name: value for name, value in names.items() if value is not None}


class RepoContents:
    """The storage of one repository, open for reading. Every method works in a thread and ends after `SECONDS`.

    Every method raises, besides what it says itself: NotSupported without the extra `icechunk`, NotFound if the
    repository has no storage yet, Unavailable or TimedOut if the object store cannot be reached, PermissionDenied if
    it gives no access, DataCorrupt if what is stored cannot be read. `expires` is when the access ends.
    """

    def __init__(self, name: str, opened: OpenRepo, credentials: StorageCredentials | None, threads: WorkerThreads):
        """Take what opening the repository gave. Nothing is asked yet."""
        self.name = name
        self.opened = opened
        self.expires = ends(opened, credentials)
        self._credentials = credentials
        self._threads = threads
        self._repository: Any = None
        self._sessions: OrderedDict[str, Any] = OrderedDict()

    @property
    def is_current(self) -> bool:
        """Whether the access is good for a while yet."""
        return self.expires is None or self.expires - datetime.now(UTC) > MARGIN

    async def initialise(self) -> None:
        """Make an empty repository at this place, which must be empty.

        Raises:
            Conflict: something is there.
        """

        def make() -> None:
            icechunk = load_icechunk("initialise")
            storage = storage_of(icechunk, self.opened, self._credentials)
            self._repository = icechunk.Repository.create(storage, configuration(icechunk))

        await self._run(make, "initialise")

    async def open(self) -> Any:
        """Return icechunk's own repository, for what is not offered here."""
        return await self._run(self._opened, "open storage")

    async def session(self, *, read_only: bool, branch: str = "main") -> Any:
        """Return icechunk's own session on a branch, for reading or for writing."""

        def start() -> Any:
            repository = self._opened()
            return repository.readonly_session(branch) if read_only else repository.writable_session(branch)

        return await self._run(start, "open session")

    async def refs(self) -> list[Ref]:
        """Return the branches, `main` first, then the tags, each by name."""

        def look() -> list[Ref]:
            repository = self._opened()
            branches = sorted(repository.list_branches(), key=lambda name: (name != "main", name))
            tags = sorted(repository.list_tags())
            return [
                *(Ref(name=name, kind="branch", snapshot_id=repository.lookup_branch(name)) for name in branches),
                *(Ref(name=name, kind="tag", snapshot_id=repository.lookup_tag(name)) for name in tags),
            ]

        return await self._run(look, "list branches")

    async def branches(self) -> list[Ref]:
        """Return the branches, `main` first."""
        return [ref for ref in await self.refs() if ref.kind == "branch"]

    async def tags(self) -> list[Ref]:
        """Return the tags by name."""
        return [ref for ref in await self.refs() if ref.kind == "tag"]

    async def history(self, version: Version | None = None, *, page: int = PAGE) -> AsyncGenerator[list[Commit]]:
        """Yield the commits that led to a version, newest first, a page at a time; reads on when the next is asked for.

        Raises:
            NotFound: there is no such version.
        """
        chosen = version or Version()
        commits: Iterator[Any] = await self._run(lambda: self._opened().ancestry(**chosen.words), "history")
        while True:
            found = await self._run(lambda: [_commit(each) for each in islice(commits, page)], "history")
            if found:
                yield found
            if len(found) < page:
                return

    async def diff(self, from_snapshot_id: str, to_snapshot_id: str) -> Changes:
        """Return what changed from one snapshot to a later one of the same history.

        Raises:
            NotFound: there is no such snapshot.
        """

        def compare() -> Changes:
            found = self._opened().diff(from_snapshot_id=from_snapshot_id, to_snapshot_id=to_snapshot_id)
            chunks = {_path(path): len(each) for path, each in dict(found.updated_chunks).items()}
            names = ("groups", "arrays")
            paths = {
                f"{how}_{what}": tuple(sorted(_path(path) for path in getattr(found, f"{how}_{what}")))
                for how in ("new", "deleted", "updated")
                for what in names
            }
            return Changes(**paths, updated_chunks=chunks)

        return await self._run(compare, "difference")

    async def children(self, path: str = "", version: Version | None = None) -> tuple[Node, ...]:
        """Return what is directly in a group, groups first.

        Raises:
            NotFound: there is no such group or version.
            InvalidInput: it is an array.
        """
        return await self._run(lambda: nodes.children_of(self._store(version), path), "list arrays")

    async def node(self, path: str = "", version: Version | None = None) -> Node:
        """Return the description of a group or an array. Raises NotFound as `children`."""
        return await self._run(lambda: nodes.node_at(self._store(version), path), "look at array")

    async def walk(self, path: str = "", version: Version | None = None, *, most: int = 10_000) -> list[Node]:
        """Return all groups and arrays below a group, parents before their children, at most `most`."""
        found: list[Node] = []
        waiting = [path]
        while waiting and len(found) < most:
            children = await self.children(waiting.pop(0), version)
            found += children
            waiting += [child.path for child in children if child.kind == "group" and child.problem is None]
        return found[:most]

    async def stored_size(self, path: str, version: Version | None = None) -> StoredSize:
        """Return how much of an array is stored. Looks at every chunk's entry: it may take long."""

        def count() -> StoredSize:
            array = nodes.array_at(self._store(version), path)
            return StoredSize(chunks=int(array.nchunks_initialized), bytes=int(array.nbytes_stored()))

        return await self._run(count, "size of array")

    async def size(self) -> RepoSize:
        """Return the bytes of all snapshots together. Looks at every manifest: it may take long."""

        def count() -> RepoSize:
            found = self._opened().chunk_storage_stats()
            return RepoSize(native=found.native_bytes, inlined=found.inlined_bytes, virtual=found.virtual_bytes)

        return await self._run(count, "size of repository")

    async def array(self, path: str, version: Version | None = None, *, memory_limit: int = MEMORY_LIMIT) -> ZarrArray:
        """Return an array for the viewer; it stays at the snapshot that the version means now.

        Raises:
            NotFound: there is no such array or version.
            NotSupported: its cells are no numbers, or one chunk of it is larger than `memory_limit` bytes.
        """

        def find() -> ZarrArray:
            return ZarrArray(self._store(version), path, self.name, self._run, memory_limit)

        return await self._run(find, "open array")

    def _opened(self) -> Any:
        if self._repository is None:
            icechunk = load_icechunk("open storage")
            storage = storage_of(icechunk, self.opened, self._credentials)
            access = chunk_access(icechunk, self.opened) or None
            self._repository = icechunk.Repository.open(storage, configuration(icechunk), access)
        return self._repository

    def _store(self, version: Version | None) -> Any:
        """Return the store of a snapshot; a branch is looked up each time, since it moves."""
        chosen = version or Version()
        repository = self._opened()
        snapshot: str = chosen.snapshot_id or ""
        if chosen.branch is not None:
            snapshot = repository.lookup_branch(chosen.branch)
        elif chosen.tag is not None:
            snapshot = repository.lookup_tag(chosen.tag)
        session = self._sessions.get(snapshot)
        if session is None:
            session = self._sessions[snapshot] = repository.readonly_session(snapshot_id=snapshot)
            if len(self._sessions) > KEPT:
                self._sessions.popitem(last=False)
        return session.store

    async def _run(self, work: Callable[[], T], operation: str) -> T:
        def guarded() -> T:
            try:
                return work()
            except Exception as error:
                raise storage_error(error, operation, secrets_of(self.opened, self._credentials)) from None

        return await self._threads.run(guarded, operation, SECONDS)


def _commit(found: Any) -> Commit:
    metadata = dict(found.metadata)
    return Commit(
        id=found.id,
        parent_id=found.parent_id,
        written_at=found.written_at,
        message=found.message,
        author_name=_name(metadata.pop("author_name", None)),
        author_email=_name(metadata.pop("author_email", None)),
        metadata=metadata,
    )


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _path(path: str) -> str:
    return path.strip("/")
