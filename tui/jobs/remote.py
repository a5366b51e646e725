"""Jobs that go on at a store's own server, as the list of all jobs shows them beside those of this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tui.jobs.job import Job


class RemoteJob(Job):
    """A job of a server. Its number here is 0; the server knows it as `remote`.

    `listed_in` is the system's resource type in which it can be looked at, by `remote`, and `cancelled_by` the action
    there that cancels it, "" where the server cannot. The three
    `target_…` say in which list what it works on is, "" where that is nothing that can be shown.
    """

    id: int = 0
    remote: str
    submitted_by: str = ""
    listed_in: str
    cancelled_by: str = "cancel"
    target: str = ""
    target_type: str = ""
    target_scope: tuple[str, ...] = ()
    target_key: str = ""

    @property
    def naming(self) -> str:
        return f"job on {self.profile}"


class JobSource(Protocol):
    """What knows the jobs of one server, those of other people too. `ended` hears once of each that was seen to end."""

    ended: list[Callable[[Job], None]]

    def jobs(self) -> Sequence[RemoteJob]:
        """Return what is known of them, the newest first. Asks nobody."""
        ...

    def look(self) -> None:
        """Ask the server soon, unless it is being asked anyway or was lately. Cheap to call again and again."""
        ...
