"""The demo's catalogue: the embedded service in a thread of the demo's process, with sample data and a log-in."""

from __future__ import annotations

from pathlib import Path

from tui.config.profiles import Profile
from tui.services.serving.pulse import beat
from tui.services.serving.trouble import NO_TROUBLE, Trouble, trouble_server
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.server import prepare, ready_line, write_samples
from tui.systems.arraylake.service_side.live_commits import LiveCommits
from tui.systems.arraylake.service_side.service import EmbeddedService

NAME = "catalogue"
APPROVED_AFTER = 8.0
"""Seconds after which a log-in is approved by itself, since nobody has an account with the demo's provider."""
REPOSITORIES = 60
LIVE = ("kestrel-radar", "reflectivity-odim")
"""The repository whose contents move by themselves."""


def start_catalogue(folder: Path, trouble: Trouble = NO_TROUBLE) -> Profile:
    """Start the service and return the profile that shows it; it ends with this process.

    Raises:
        OSError: no port can be listened on, or the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    service = EmbeddedService(folder=folder)
    service.state.logins.approve_after = APPROVED_AFTER
    prepare(service, False, REPOSITORIES)
    service.start()
    made = Profile.model_validate(ready_line(service, False)["profile"])
    if not trouble.is_down(SYSTEM, NAME):
        _keep_moving(service)
    # Not the object store, to which the samples are still being written.
    trouble_server(service, service.state.faults, trouble, (NAME, SYSTEM), ("catalogue", "identity"))
    host = service.uri.partition("://")[2]
    return made.model_copy(update={"name": NAME, "uri": f"arraylake://@{host}"})


def _keep_moving(service: EmbeddedService) -> None:
    """Write what the repositories hold while one looks around already, then commit something new now and then."""
    commits: list[LiveCommits] = []

    def turn(number: int) -> float:
        if not commits:
            write_samples(service)
            commits.append(LiveCommits(service.state, *LIVE))
        return commits[0].commit(number)

    beat("new commits", turn)
