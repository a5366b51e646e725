"""Creating in three ways (refuse, ignore or replace what is there), now or as a job; revisions (contract §5, §7.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.call import Answer, Call
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.jobs import Jobs
from tui.systems.leapyear.service_side.refusal import Refusal, conflict, invalid

CONFIRM = "x-confirm"


@dataclass(frozen=True, slots=True)
class Creation:
    """What a creation would do. `existing` is the document of the one that is there, None if none is.

    `make` puts the new one in and returns its document, `remove` takes the old one away. `started` makes a job of it
    in its own way where it takes time; without it a job is over as soon as it begins.
    """

    kind: str
    target: Mapping[str, Any]
    existing: dict[str, Any] | None
    make: Callable[[], Any]
    remove: Callable[[], None]
    started: Callable[[], dict[str, Any]] | None = None


def create(database: Database, jobs: Jobs, call: Call, creation: Creation) -> Answer:
    """Carry out a creation as the call asks for.

    Raises:
        Refusal: 409, there is one already; 422, a replacement is not confirmed; whatever the creation raises.
    """
    way = call.choice("if_exists", "error", "ignore", "replace")
    name = creation.target["name"]
    if creation.existing is not None and way == "error":
        message = f"{creation.target['type'].capitalize()} {name!r} already exists."
        raise conflict("already_exists", message, **creation.target)
    with database.together():
        if creation.existing is not None and way == "ignore":
            if not call.is_async:
                return Answer(creation.existing)
            return accepted(jobs.done(call.principal.name, f"{creation.kind}.create", creation.target))
        if creation.existing is not None:
            creation.remove()
        if not call.is_async:
            return Answer(creation.make(), 201)
        if creation.started is not None:
            return accepted(creation.started())
        creation.make()
        return accepted(jobs.done(call.principal.name, f"{creation.kind}.create", creation.target))


def accepted(job: dict[str, Any]) -> Answer:
    """Return the answer to a request that is now a job."""
    return Answer(job, 202, {"location": f"/api/v1/jobs/{job['id']}"})


def confirm_replacement(call: Call, name: str) -> None:
    """Raise Refusal 422 unless the header says which name is meant: a stray flag must not delete data."""
    if unquote(call.headers.get(CONFIRM, "")) != name:
        raise invalid("X-Confirm", "it must hold the name of what is replaced")


def check_revision(call: Call, row: Row) -> None:
    """Raise Refusal 412 if the client knows another revision than the one there is."""
    known = call.revision
    if known is not None and known != row["revision"]:
        details = {"revision": row["revision"]}
        raise Refusal(412, "revision_mismatch", f"It is at revision {row['revision']}, not {known}.", details)
