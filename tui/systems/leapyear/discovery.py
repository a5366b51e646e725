"""Profiles for what this machine says of LeapYear by itself: the server that `LY_API_URL` names."""

from __future__ import annotations

import os

from tui.config.profiles import Profile
from tui.systems.leapyear.errors import InvalidURL
from tui.systems.leapyear.options import URL_VARIABLE, check_url


def found_profiles() -> list[Profile]:
    """Return a profile for the server of the environment, if it names one; its token stays where it is."""
    given = os.environ.get(URL_VARIABLE)
    if not given:
        return []
    try:
        return [Profile(name="leapyear", system="leapyear", uri=f"leapyear+{check_url(given)}")]
    except InvalidURL:
        return []
