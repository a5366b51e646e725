"""The demo's catalogue: the embedded service in a thread of the demo's process, with sample data and a log-in."""

from __future__ import annotations

import threading
from pathlib import Path

from tui.config.profiles import Profile
from tui.systems.arraylake.server import prepare, ready_line, write_samples
from tui.systems.arraylake.service_side.service import EmbeddedService

APPROVED_AFTER = 8.0
"""Seconds after which a log-in is approved by itself, since nobody has an account with the demo's provider."""
REPOSITORIES = 60


def start_catalogue(folder: Path) -> Profile:
    """Start the service and return the profile that shows it; it ends with this process.

    Raises:
        OSError: no port can be listened on, or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    service = EmbeddedService(folder=folder)
    service.state.logins.approve_after = APPROVED_AFTER
    prepare(service, False, REPOSITORIES)
    service.start()
    # What the repositories hold is written while one looks around already.
    threading.Thread(target=write_samples, args=(service,), name="arraylake-samples", daemon=True).start()
    made = Profile.model_validate(ready_line(service, False)["profile"])
    host = service.uri.partition("://")[2]
    return made.model_copy(update={"name": "catalogue", "uri": f"arraylake://@{host}"})
