"""From a profile to the client that speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.config.credentials import Credentials
from tui.resources.forms import read_form
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.options import server_options
from tui.systems.leapyear.profile_options import ProfileOptions
from tui.systems.leapyear.uri import read_uri

if TYPE_CHECKING:
    from tui.config.profiles import Profile

PASSWORD, TOKEN = "password", "token"
"""What a profile's own password and token are called among the credentials."""


def open_profile(profile: Profile) -> AsyncClient:
    """Return the client of a profile; nobody is asked yet. Reads files and the keyring: call it in a thread.

    Raises:
        InvalidInput: the address or an option cannot be used.
        PermissionDenied, Unavailable: the secrets are kept where they cannot be read, or where others could.
    """
    options = read_form(ProfileOptions, profile.options, "options")
    kept = Credentials()
    password = None if options.public_key_auth else kept.get(profile.name, PASSWORD)
    return AsyncClient(
        username=options.username,
        password=password,
        default_analysis_caching=options.default_analysis_caching,
        default_allow_max_budget_allocation=options.default_allow_max_budget_allocation,
        public_key_auth=options.public_key_auth,
        token=kept.get(profile.name, TOKEN),
        options=server_options(
            read_uri(profile.uri),
            timeout=options.timeout,
            ca_file=options.ca_file,
            allow_plain_http=options.allow_plain_http,
        ),
    )
