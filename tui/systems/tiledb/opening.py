"""From a profile to the service that speaks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.config.credentials import Credentials
from tui.resources.forms import read_form
from tui.systems.tiledb.options import service_options
from tui.systems.tiledb.profile_options import ProfileOptions
from tui.systems.tiledb.retry_modes import read_mode
from tui.systems.tiledb.service import TileDBService
from tui.systems.tiledb.uri import read_uri

if TYPE_CHECKING:
    from tui.config.profiles import Profile

TOKEN, PASSWORD = "token", "password"
"""What a profile's own secrets are called among the credentials."""


def open_profile(profile: Profile) -> TileDBService:
    """Return the service of a profile; nobody is asked yet. Reads files and the keyring: call it in a thread.

    Raises:
        InvalidInput: the address, an option or what TileDB's own tools were told cannot be used.
        DataCorrupt, PermissionDenied, Unavailable: what is stored cannot be read, or others could.
    """
    said = read_form(ProfileOptions, profile.options, "options")
    place = read_uri(profile.uri)
    credentials = Credentials()
    options = service_options(
        said.server_address or place.server_address,
        place.workspace,
        profile_name=said.profile_name,
        profile_dir=said.profile_dir,
        token=credentials.get(profile.name, TOKEN),
        username=said.username or "",
        password=credentials.get(profile.name, PASSWORD) if said.username else None,
    )
    options = replace(
        options,
        wanted=said.generation,
        timeout=said.timeout,
        verify=options.verify and said.verify_ssl,
        ca_file=said.ca_file or options.ca_file,
        allow_plain_http=said.allow_plain_http,
        redirect_hosts=said.redirect_hosts,
    )
    options.http(read_mode(said.retry_mode))
    service = TileDBService(options, profile.name)
    service.profile_dir = said.profile_dir
    service.client.link.set_mode(read_mode(said.retry_mode))
    return service
