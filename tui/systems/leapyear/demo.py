"""The demo's server: the bundled one in a thread of the demo's process, with sample data and jobs under way."""

from __future__ import annotations

from pathlib import Path

from tui.config.profiles import Profile
from tui.systems.leapyear.sample import ADMINISTRATOR, PASSWORD
from tui.systems.leapyear.server import prepare, ready_line
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.service import Service

NAME = "hospital"
JOB_SECONDS = 20.0
"""How long a job of the demo runs: long enough to be watched."""
SECRETS = {"password": PASSWORD}


def start_server(folder: Path) -> Profile:
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
    return made.model_copy(update={"name": NAME, "options": {"username": ADMINISTRATOR}})
