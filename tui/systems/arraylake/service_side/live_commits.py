"""Commits that appear by themselves in one repository of the sample, as from a radar that never sleeps."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.services.sample_world import CAMPAIGNS, PEOPLE, STATIONS
from tui.systems.arraylake.service_side.contents import can_write, storage_of
from tui.systems.arraylake.service_side.state import State

EVERY = 25.0
"""Seconds between two commits."""
MOST = 60
"""Commits after which the branch begins anew, and what they wrote is removed, so that nothing grows without bound."""


class LiveCommits:
    """Writes to the branch `main` of a repository that `contents.write_contents` has made.

    Where icechunk is not installed, the catalogue alone shows that something has changed.
    """

    def __init__(self, state: State, org: str, name: str, most: int = MOST) -> None:
        self._most = most
        self._state = state
        self._row = state.repositories.get(org, name)
        bucket = state.repositories.bucket(self._row)
        assert bucket is not None
        self._bucket = bucket
        self._prefix = f"{self._row['prefix']}/"
        self._first: set[str] = set()
        self._base = ""
        if can_write():
            import icechunk

            self._repository = icechunk.Repository.open(storage_of(state, self._row, bucket))
            self._base = self._repository.lookup_branch("main")
            self._first = self._keys()

    def commit(self, number: int) -> float:
        """Commit the next measurement; return the seconds until the one after it."""
        if self._base:
            if number and number % self._most == 0:
                self._begin_anew()
            self._write(number)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        self._state.database.run("UPDATE repository SET updated = ? WHERE id = ?", (now, self._row["id"]))
        return EVERY

    def _write(self, number: int) -> None:
        import zarr

        session = self._repository.writable_session("main")
        field = zarr.open_group(session.store, mode="r+")["dbz"]
        assert isinstance(field, zarr.Array)
        # One chunk only: what is written each time is small.
        field[0:3, :, :] = (number * 7) % 55
        station = STATIONS[number % len(STATIONS)].name
        who = CAMPAIGNS[number % len(CAMPAIGNS)].owner
        author = {"author_name": PEOPLE[who], "author_email": f"{who}@example.com"}
        session.commit(f"Radar scan near {station}", metadata=author)

    def _begin_anew(self) -> None:
        self._repository.reset_branch("main", self._base)
        for key in self._keys() - self._first:
            if "/refs/" not in key:
                self._state.objects.delete(self._bucket["name"], key)

    def _keys(self) -> set[str]:
        return {entry.key for entry in self._state.objects.listed(self._bucket["name"], self._prefix, "", 100_000)}
