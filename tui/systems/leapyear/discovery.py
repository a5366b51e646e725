"""What this machine says of LeapYear by itself: the server that `LY_API_URL` names, or a log-in for the usual one."""

from __future__ import annotations

import os

from tui.config.profiles import Profile
from tui.resources.discovery import Found
from tui.systems.leapyear.errors import InvalidURL
from tui.systems.leapyear.options import DEFAULT_URL, KEY_VARIABLE, TOKEN_VARIABLE, URL_VARIABLE, check_url


def found_profiles() -> list[Found]:
    """Return a profile for the server of the environment. Its token stays where it is.

    A log-in without an address is for the server that the client asks by default, on this machine.
    """
    given = os.environ.get(URL_VARIABLE)
    log_ins = [name for name in (TOKEN_VARIABLE, KEY_VARIABLE) if os.environ.get(name)]
    if not given and not log_ins:
        return []
    try:
        uri = f"leapyear+{check_url(given or DEFAULT_URL)}"
    except InvalidURL:
        return []
    where = f"{URL_VARIABLE} in the environment" if given else f"{log_ins[0]} in the environment"
    return [Found(Profile(name="leapyear", system="leapyear", uri=uri), where)]
