"""What the embedded server knows and has been asked: the database with what is kept in it, clock, log and faults."""

from __future__ import annotations

from pathlib import Path

from tui.services.serving.clock import Clock
from tui.services.serving.faults import Faults
from tui.services.serving.request_log import RequestLog
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.activities import Activities
from tui.systems.tiledb.service_side.assets import Assets
from tui.systems.tiledb.service_side.identities import Identities
from tui.systems.tiledb.service_side.people import People
from tui.systems.tiledb.service_side.records import Record, Records
from tui.systems.tiledb.service_side.tables import SCHEMA
from tui.systems.tiledb.service_side.tasks import Tasks
from tui.systems.tiledb.service_side.workspaces import Workspaces


class State:
    """The state of one embedded server; its parts may be used from any thread.

    Args:
        path: the database's file, or `:memory:`.
        clock: what time it is.
        seed: makes ids and secrets repeatable, for a sample.
        storage: a folder that stands for what arrays are stored in, if some have cells (`cells`).

    Raises:
        sqlite3.Error: the file is no database of this server.
    """

    def __init__(
        self,
        path: Path | str = ":memory:",
        clock: Clock | None = None,
        seed: int | None = None,
        storage: Path | None = None,
    ) -> None:
        self.storage = storage
        self.clock = clock or Clock()
        self.database = StateDatabase(SCHEMA, path)
        self.identities = Identities(seed)
        self.log = RequestLog()
        self.faults = Faults()
        self.people = People(self.database, self.clock, self.identities)
        self.workspaces = Workspaces(self.database, self.clock, self.people)
        self.teamspaces = self.workspaces.teamspaces
        self.assets = Assets(self.database, self.clock, self.identities)
        self.activities = Activities(self.database, self.clock, self.identities)
        self.records = Records(self.database)
        self.tasks = Tasks(self.database, self.clock, self.identities)

    def storage_gone(self, uri: str) -> None:
        """Remember that what was at a URI was deleted for good, and not only let go of."""
        self.records.put(Record("gone", "", uri, self.identities.id("gone"), self.clock.now(), {}))

    def is_storage_gone(self, uri: str) -> bool:
        """Return whether what was at a URI was deleted."""
        return self.records.find("gone", "", uri) is not None

    @property
    def filled(self) -> bool:
        """Whether anybody is known."""
        return self.database.number("SELECT count(*) FROM person") > 0
