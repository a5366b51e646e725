"""The demo's five systems without its screen, for programs that are to be measured on the same stores."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tui.config.profiles import Profile, ProfileStore
from tui.demo.deployment import demo_deployment


@contextmanager
def demo_world(folder: Path) -> Generator[list[Profile]]:
    """Run the servers; yield their profiles. What these log in with is in this process's environment meanwhile."""
    deployment = demo_deployment(folder)
    with asyncio.Runner() as runner:
        _, profiles = runner.run(deployment.__aenter__())
        try:
            yield profiles
        finally:
            runner.run(deployment.__aexit__(None, None, None))


def home_with(home: Path, profiles: list[Profile]) -> dict[str, str]:
    """Give an arraydeck a home of its own with these profiles; return the environment that it is to be started in."""
    store = ProfileStore(home / "config" / "profiles.toml")
    for profile in profiles:
        store.add(profile)
    return {"ARRAYDECK_HOME": str(home)}
