"""From a profile to the client that speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.config.credentials import Credentials
from tui.resources.forms import read_form
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.options import service_options
from tui.systems.arraylake.profile_options import ProfileOptions
from tui.systems.arraylake.uri import read_uri

if TYPE_CHECKING:
    from tui.config.profiles import Profile

SECRET = "token"
"""What a profile's own API key is called among the credentials."""


def open_profile(profile: Profile) -> AsyncClient:
    """Return the client of a profile; nobody is asked yet. Reads files and the keyring: call it in a thread.

    Raises:
        InvalidInput: the address, an option, the key or the vendor's configuration cannot be used.
        PermissionDenied, Unavailable: the profile's key is kept where it cannot be read, or where others could.
    """
    options = read_form(ProfileOptions, profile.options, "options")
    place = read_uri(profile.uri)
    return AsyncClient(
        options=service_options(
            options.service_uri or place.service_uri,
            Credentials().get(profile.name, SECRET),
            org=place.org,
            token_file=options.token_file,
            timeout=options.timeout,
            ca_file=options.ca_file,
            allow_plain_http=options.allow_plain_http,
        )
    )
