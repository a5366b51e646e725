"""ExposureWatch: where most of a limit on exposure is spent, found out now and then for the card of a profile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.services.errors import Conflict, NotFound, NotSupported, PermissionDenied
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.resources.columns import Tone
    from tui.systems.leapyear.client import AsyncClient

EVERY = 60.0
"""Seconds between two looks; the server is asked once for each database."""
MOST_ASKED = 12
"""Databases that are asked for; of a server with more, none is: what is not looked at could be the one."""
MUCH = 0.8


@dataclass(frozen=True, slots=True)
class MostExposed:
    """The database of which a user has spent the most, as a share of its limit."""

    database: str
    share: float
    synthetic: bool = False

    @property
    def words(self) -> str:
        """The share and where, such as `83% of genomics`."""
        note = ", synthetic" if self.synthetic else ""
        return f"{self.share:.0%} of {printable(self.database, 40)}{note}"

    @property
    def tone(self) -> Tone | None:
        """What its colour says."""
        return "bad" if self.share >= 1 else "warn" if self.share >= MUCH else None


class ExposureWatch:
    """Keeps what was found for a while."""

    def __init__(self) -> None:
        self._found: MostExposed | None = None
        self._asked: tuple[str, ...] = ()
        self._next = 0.0

    async def most(self, client: AsyncClient, databases: Sequence[str]) -> MostExposed | None:
        """Return the most exposed of these databases; None where none has a limit, or the server does not tell.

        Raises:
            ServiceError: the server cannot be asked.
        """
        if len(databases) > MOST_ASKED:
            return None
        if tuple(databases) != self._asked or time.monotonic() >= self._next:
            found = [await _exposed(client, name) for name in databases]
            self._found = max((one for one in found if one is not None), key=lambda one: one.share, default=None)
            self._asked, self._next = tuple(databases), time.monotonic() + EVERY
        return self._found


async def _exposed(client: AsyncClient, database: str) -> MostExposed | None:
    try:
        exposure = await client.exposure(database)
    except (NotSupported, PermissionDenied, NotFound, Conflict):
        return None
    if not exposure.limit:
        return None
    most = max((row.spent for row in exposure.items), default=0.0)
    return MostExposed(database, most / exposure.limit, exposure.synthetic)
