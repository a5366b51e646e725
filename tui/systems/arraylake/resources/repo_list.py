"""RepoLists: the lists of repositories that are being looked at, kept so that a refresh asks for one page only."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.repo_calls import PAGE
from tui.systems.arraylake.repo_models import Repo

WHOLE = 60.0
"""Seconds after which a list is asked for as a whole again, whatever its first page says."""


@dataclass(slots=True)
class _Known:
    """What was listed of an organisation: its repositories by id in the service's order, and how many there are."""

    repos: dict[str, Repo]
    total: int
    since: float

    @property
    def is_whole(self) -> bool:
        return len(self.repos) >= self.total


class RepoLists:
    """Lists organisations' repositories, the one that changed last first, as the service orders them.

    Since what changed moves to the front, the first page tells whether the rest is what it was: then it is not asked
    for again, for at most WHOLE seconds.
    """

    def __init__(self, client: Callable[[], AsyncClient], clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, _Known] = {}

    def forget(self, org: str | None = None) -> None:
        """Ask for the whole list next time: of an organisation, or of all."""
        if org is None:
            self._known.clear()
        else:
            self._known.pop(org, None)

    async def pages(self, org: str) -> AsyncGenerator[tuple[tuple[Repo, ...], int]]:
        """Yield some repositories at a time, each once, and how many there are in all.

        Raises:
            ServiceError: as `AsyncClient.repo_pages`.
        """
        pages = self._client().repo_pages(org)
        try:
            first = await anext(pages)
        finally:
            await pages.aclose()
        front = {repo.id: repo for repo in first.items}
        known = self._renewed(self._known.get(org), front, first.total)
        if known is None:
            known = _Known(front, first.total, self._clock())
        self._known[org] = known
        yielded = tuple(known.repos.values())
        yield yielded, known.total
        if known.is_whole or first.page >= first.pages:
            return
        seen = set(known.repos)
        # What is known may end within a page: that one is asked for again, and only what is new of it is used.
        async for page in self._client().repo_pages(org, first=len(seen) // PAGE + 1):
            fresh = tuple(repo for repo in page.items if repo.id not in seen)
            seen.update(repo.id for repo in fresh)
            known.repos.update((repo.id, repo) for repo in fresh)
            yield fresh, page.total

    def _renewed(self, known: _Known | None, front: dict[str, Repo], total: int) -> _Known | None:
        """Return the list that a new first page makes of what is known, None if the rest may have changed too."""
        if known is None or self._clock() - known.since > WHOLE:
            return None
        if not known.is_whole:
            same = known.total == total and all(known.repos.get(key) == repo for key, repo in front.items())
            return known if same else None
        rest = {key: repo for key, repo in known.repos.items() if key not in front}
        reaches = any(known.repos.get(key) == repo for key, repo in front.items()) or not rest
        if not reaches or len(front) + len(rest) != total:
            return None
        return _Known({**front, **rest}, total, known.since)
