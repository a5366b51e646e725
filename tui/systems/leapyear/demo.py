"""The demo's server: the bundled one in a thread of the demo's process, with sample data and jobs under way."""

from __future__ import annotations

import random
from pathlib import Path

from tui.config.profiles import Profile
from tui.services.sample_world import CAMPAIGNS
from tui.services.serving.pulse import beat
from tui.services.serving.trouble import NO_TROUBLE, Trouble, trouble_server
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.sample import ADMINISTRATOR, ANALYST, PASSWORD
from tui.systems.leapyear.server import prepare, ready_line
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.service import Service

NAME = "surveys"
JOB_SECONDS = 20.0
"""How long a job of the demo runs: long enough to be watched."""
EVERY = 30.0
"""Seconds between two jobs that somebody starts; the server forgets those that are over beyond its limit."""
SECRETS = {"password": PASSWORD}


def start_server(folder: Path, trouble: Trouble = NO_TROUBLE) -> Profile:
    """Start the server and return the profile that shows it; it ends with this process.

    Raises:
        OSError: no port can be listened on, or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(folder / "leapyear.sqlite")
    emulator.jobs.run_seconds = JOB_SECONDS
    credentials = prepare(emulator, empty=False)
    service = Service(emulator).start()
    made = Profile.model_validate(ready_line(service, credentials)["profile"])
    trouble_server(service, service.faults, trouble, (NAME, SYSTEM))
    beat("new jobs", lambda number: start_job(emulator, number), EVERY / 3)
    return made.model_copy(update={"name": NAME, "options": {"username": ADMINISTRATOR}})


def start_job(emulator: Emulator, number: int) -> float:
    """Let an analyst compute something on one of the surveys; return the seconds until the next one does."""
    chance = random.Random(number)
    surveys = [campaign.survey for campaign in CAMPAIGNS]
    row = emulator.database.row(
        "SELECT tbl.id, tbl.name, db.name AS survey FROM tbl JOIN db ON db.id = tbl.db WHERE db.name = ?"
        " ORDER BY tbl.name",
        (surveys[number % len(surveys)],),
    )
    if row is not None:
        target = {"type": "table", "database": row["survey"], "name": row["name"]}
        user = chance.choice((ANALYST, "ines.duarte"))
        ends = chance.choice(("succeeded",) * 5 + ("failed",))
        emulator.jobs.start(user, "analysis", target, {"table": row["id"]}, chance.uniform(15, 60), ends)
    return EVERY
