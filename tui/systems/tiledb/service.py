"""TileDBService: what the lists and actions of a profile use: the client, and the backend of the server's platform."""

from __future__ import annotations

from pathlib import Path

from tui.systems.tiledb.backend import Backend
from tui.systems.tiledb.carrara_backend import CarraraBackend
from tui.systems.tiledb.classic_backend import ClassicBackend
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.job_source import ServerJobs
from tui.systems.tiledb.opened import Detected
from tui.systems.tiledb.options import ServiceOptions


class TileDBService:
    """A profile's server. `client` has all that each platform can do, `backend` what both can, in the same words."""

    def __init__(self, options: ServiceOptions, profile: str = "") -> None:
        self.options = options
        self.client = AsyncClient(options=options)
        self._carrara = CarraraBackend(self.client)
        self._classic = ClassicBackend(self.client)
        self._detected: Detected | None = None
        self.profile_dir: Path | None = None
        """The folder of the stored profiles, None for the one that TileDB's own tools use."""
        self.addresses: list[str] = []
        """Where the arrays are that were opened by their address, the last first."""
        self.jobs = ServerJobs(self.client, profile)

    async def backend(self) -> Backend:
        """Return the backend of the server's platform; one that is not certain is asked for anew.

        Raises:
            LoginRefused: the server does not take the credential.
        """
        self._detected = await self.client.detect()
        return self._classic if self._detected.generation is Generation.CLASSIC else self._carrara

    @property
    def known_backend(self) -> Backend | None:
        """The backend of the server's platform, once it has said for certain which it is; nobody is asked for it."""
        if self._detected is None or not self._detected.certain:
            return None
        return self._classic if self._detected.generation is Generation.CLASSIC else self._carrara

    async def probe(self) -> None:
        """Ask for a sign of life that needs the log-in.

        Raises:
            ServiceError: there was none.
        """
        if (await self.backend()).generation is Generation.CLASSIC:
            await self.client.classic.get_user()
        else:
            self.client.accounts.forget()
            await self.client.get_self_user()

    @property
    def notice(self) -> str:
        """What must always be said of how the server is used, "" if nothing is special."""
        parts = [] if self.options.verify else ["TLS NOT VERIFIED"]
        if self._detected is not None and not self._detected.certain:
            parts.append(f"platform undetermined, taken for {self._detected.generation}")
        return ", ".join(parts)

    async def close(self) -> None:
        """End the connections. Safe to call twice."""
        await self.jobs.close()
        await self.client.close()
