"""AsyncJob: something that goes on at the server, and can be asked after, waited for and cancelled (contract §8.9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.services.errors import NotFound, RateLimited, TimedOut, Unavailable
from tui.systems.leapyear.errors import SYSTEM, APIError, AsyncCancelledError, AsyncTimeoutError
from tui.systems.leapyear.models import AsyncJobInformation, JobState
from tui.systems.leapyear.options import LONGEST_WAIT

if TYPE_CHECKING:
    from tui.systems.leapyear.client import AsyncClient

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds between two tries while the server cannot be reached."""


class AsyncJob:
    """A job by its id. What was last heard of it is in `last`."""

    def __init__(self, client: AsyncClient, last: AsyncJobInformation) -> None:
        self._client = client
        self.last = last

    @property
    def id(self) -> str:
        """The server's name for it."""
        return self.last.id

    async def info(self, wait: int = 0) -> AsyncJobInformation:
        """Return how it stands.

        Args:
            wait: seconds for which the server may hold the answer back until the job is over.

        Raises:
            ServiceError: the server cannot be asked, or does not know it any more.
        """
        found = await self._client.job_information(self.id, wait)
        # An answer that was overtaken by another must not turn it back.
        if found.state.rank >= self.last.state.rank:
            self.last = found
        return self.last

    async def status(self) -> JobState:
        """Return its state. Raises as `info`."""
        return (await self.info()).state

    async def wait(self, timeout: float | None = None) -> AsyncJobInformation:
        """Return once it is over. A server that is away for a while is asked again until it is back.

        Args:
            timeout: seconds; None waits for as long as it takes.

        Raises:
            AsyncTimeoutError: the time ran out, or the job ended `timed_out`.
            AsyncCancelledError: it was cancelled.
            APIError: it failed; the message is the server's.
            ServiceError: the server does not know it any more, or refuses to tell.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._until_over()
        except TimeoutError:
            message = f"the job {self.id} was not over within {timeout:g} s"
            raise AsyncTimeoutError(SYSTEM, "wait for job", message) from None
        return self._judged("wait for job")

    async def result(self) -> Any:
        """Return what it came to, once it is over. Raises as `wait`."""
        await self.wait()
        return await self._client.job_result(self.id)

    async def cancel(self) -> AsyncJobInformation:
        """End it.

        Raises:
            ConflictError: it is over already.
            NotSupportedError: this server cannot cancel jobs.
        """
        self.last = await self._client.cancel_job(self.id)
        return self.last

    async def _until_over(self) -> None:
        pause = FIRST_PAUSE
        while not self.last.state.is_over:
            try:
                await self.info(LONGEST_WAIT)
                pause = FIRST_PAUSE
            except TimedOut:
                continue
            except Unavailable as error:
                asked = (error.retry_after or 0.0) if isinstance(error, RateLimited) else 0.0
                await asyncio.sleep(max(pause, asked))
                pause = min(pause * 2, LONGEST_PAUSE)
            except NotFound:
                self.last = self.last.model_copy(update={"state": JobState.LOST})
                raise

    def _judged(self, operation: str) -> AsyncJobInformation:
        said = self.last.error.message if self.last.error is not None else ""
        match self.last.state:
            case JobState.CANCELLED:
                raise AsyncCancelledError(SYSTEM, operation, f"the job {self.id} was cancelled")
            case JobState.TIMED_OUT:
                raise AsyncTimeoutError(SYSTEM, operation, said or f"the job {self.id} took too long")
            case JobState.FAILED:
                raise APIError(SYSTEM, operation, said or f"the job {self.id} failed")
            case _:
                return self.last
