"""JobFollower: knows how the jobs of a server stand, by asking as seldom as it can (contract §7.6).

While nothing runs it asks nothing. While something does, it asks for the newest jobs with growing pauses, and a pause
is spent on a call that the server answers as soon as the job that has run for longest is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.jobs.polling import Backoff, Poller
from tui.services.errors import NotFound, ServiceError, Unavailable
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.models import AsyncJobInformation, JobState
from tui.systems.leapyear.options import LONGEST_WAIT

if TYPE_CHECKING:
    from tui.systems.leapyear.client import AsyncClient

BACKOFF = Backoff(start=1.0, factor=1.6, maximum=15.0)
PAGE = 100
MOST_PAGES = 10
"""Pages that are read to find what is new: as many jobs as a server keeps."""
KEPT = 1000
"""Jobs that are remembered; those that have been over for longest are forgotten first."""
Listener = Callable[[AsyncJobInformation], None]
States = frozenset[tuple[str, JobState]]


class JobFollower:
    """Follows the jobs of one client's server, those of others too as far as its user may see them.

    `changed` hears of every job that is new, or moved on; `ended` hears once of each that was seen to end; `failed`
    hears why the server could not be asked. A job's state never goes back: an answer that is older than what is known
    is passed over. A job that the server forgot while it ran ends `lost`.

    Nothing happens before the first `look`; the client's own jobs wake it by themselves.
    """

    def __init__(
        self,
        client: AsyncClient,
        *,
        backoff: Backoff = BACKOFF,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: list[Listener] = []
        self.ended: list[Listener] = []
        self.failed: list[Callable[[ServiceError], None]] = []
        self._client = client
        self._sleep = sleep
        self._backoff = backoff
        self._jobs: dict[str, AsyncJobInformation] = {}
        self._has_looked = False
        self._is_away = False
        self.problem: ServiceError | None = None
        """Why the server could not be asked lately, None if it could."""
        self._answers: list[asyncio.Future[None]] = []
        self._poller: Poller[States] = Poller(
            self._poll, _any_runs, on_error=self._fail, backoff=backoff, sleep=self._rest
        )
        self._task: asyncio.Task[None] | None = None
        client.on_job.append(self._begun)

    @property
    def is_following(self) -> bool:
        """Whether it asks the server now and again."""
        return self._task is not None and not self._task.done()

    def jobs(self) -> list[AsyncJobInformation]:
        """Return what is known, the newest first."""
        return sorted(self._jobs.values(), key=_newest_first)

    def active(self) -> list[AsyncJobInformation]:
        """Return what is queued or runs, as far as it is known, the newest first."""
        return [job for job in self.jobs() if not job.state.is_over]

    def look(self) -> None:
        """Ask now, and follow for as long as something runs. Cheap to call again and again."""
        if self.is_following:
            self._poller.wake()
        else:
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="leapyear jobs")

    @property
    def has_looked(self) -> bool:
        """Whether the server has answered at least once."""
        return self._has_looked

    async def answered(self) -> None:
        """Ask, and wait for the answer. Raises ServiceError: there was none."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        self.look()
        await answer

    async def looked(self) -> None:
        """Wait for the end of following: until nothing runs any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """Stop asking. Safe to call twice."""
        with suppress(ValueError):
            self._client.on_job.remove(self._begun)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for answer in self._take_answers():
            answer.set_exception(Unavailable(SYSTEM, "look at jobs", "the connection was closed"))

    async def _follow(self) -> None:
        # What ends it was told to `failed`; whoever mends it looks again.
        with suppress(ServiceError):
            await self._poller.run()

    def _begun(self, job: AsyncJobInformation) -> None:
        self._take((job,))
        if not job.state.is_over:
            self.look()

    async def _poll(self) -> States:
        """Ask for the newest jobs, back to the first that is known, and for what is under way and not among them."""
        known = set(self._jobs)
        found: dict[str, AsyncJobInformation] = {}
        pages = 0
        async for page in self._client.job_pages("all", PAGE):
            found |= {job.id: job for job in page}
            pages += 1
            if not self._has_looked or pages == MOST_PAGES or any(job.id in known for job in page):
                break
        older = [job for job in self.active() if job.id not in found]
        if older or not self._has_looked:
            active = {job.id: job async for page in self._client.job_pages("active", PAGE) for job in page}
            found |= active
            older = [job for job in older if job.id not in active]
        for job in older:
            found[job.id] = await self._missing(job)
        self._take(found.values())
        self._has_looked, self._is_away, self.problem = True, False, None
        for answer in self._take_answers():
            answer.set_result(None)
        return frozenset((job.id, job.state) for job in self.active())

    async def _missing(self, job: AsyncJobInformation) -> AsyncJobInformation:
        """Return a job that was under way and is not listed any more."""
        try:
            return await self._client.job_information(job.id)
        except NotFound:
            return job.model_copy(update={"state": JobState.LOST})

    def _take(self, found: Iterable[AsyncJobInformation]) -> None:
        # The oldest first, so that whoever listens hears of them in the order in which they began.
        for job in sorted(found, key=_newest_first, reverse=True):
            known = self._jobs.get(job.id)
            if known is not None and (known == job or not _is_newer(job, known)):
                continue
            is_first_look = known is None and not self._has_looked
            self._jobs[job.id] = job
            _tell(self.changed, job)
            if job.state.is_over and not is_first_look:
                _tell(self.ended, job)
        over = [job.id for job in self.jobs()[KEPT:] if job.state.is_over]
        for identity in over:
            del self._jobs[identity]

    async def _rest(self, seconds: float) -> None:
        """Spend a pause: no shorter than the first one, and no longer than until a job is over."""
        active = self.active()
        if self._is_away or not active or seconds < 1:
            await self._sleep(seconds)
            return
        began = time.monotonic()
        oldest = min(active, key=lambda job: (job.state is not JobState.RUNNING, _newest_first(job)[0] * -1))
        # What may be wrong, the next poll finds out and says.
        with suppress(ServiceError):
            self._take((await self._client.job_information(oldest.id, min(round(seconds), LONGEST_WAIT)),))
        spent = time.monotonic() - began
        await self._sleep(max(0.0, min(self._backoff.start, seconds) - spent))

    def _fail(self, error: ServiceError) -> None:
        self._is_away, self.problem = True, error
        for answer in self._take_answers():
            answer.set_exception(error)
        for listener in tuple(self.failed):
            listener(error)

    def _take_answers(self) -> list[asyncio.Future[None]]:
        """Return who waits for an answer still, and forget them."""
        waiting, self._answers = self._answers, []
        return [answer for answer in waiting if not answer.done()]


def _any_runs(states: States) -> bool:
    return bool(states)


def _is_newer(job: AsyncJobInformation, known: AsyncJobInformation) -> bool:
    if known.state.is_over:
        # What ended stays as it ended; only one that was taken for lost may turn up again.
        return known.state is JobState.LOST and job.state is not JobState.LOST
    if job.state.rank != known.state.rank:
        return job.state.rank > known.state.rank
    return (job.progress or 0.0) >= (known.progress or 0.0)


def _newest_first(job: AsyncJobInformation) -> tuple[float, str]:
    return (-job.submitted_at.timestamp() if job.submitted_at is not None else 0.0, job.id)


def _tell(listeners: Iterable[Listener], job: AsyncJobInformation) -> None:
    for listener in tuple(listeners):
        listener(job)
