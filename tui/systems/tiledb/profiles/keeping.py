"""Letting a profile of arraydeck log in with a stored profile from now on, and not for one run alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from tui.config.credentials import Credentials
from tui.config.profiles import Profile, ProfileStore
from tui.services.errors import Conflict, NotSupported
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.opening import PASSWORD, TOKEN
from tui.systems.tiledb.uri import SCHEME

if TYPE_CHECKING:
    from tui.systems.tiledb.resources.stored_profile_models import StoredProfileRow

OPERATION = "keep log-in"
_OF_THE_LOGIN = ("server_address", "username", "generation", "verify_ssl", "ca_file")
"""Options that were for the log-in before: the stored profile has its own."""


def check_keeping(profile: Profile) -> None:
    """See that a profile can be made to log in otherwise. Reads files and the keyring: call it in a thread.

    Raises:
        NotSupported: it is of this run alone, so that there is nothing to keep it in.
        Conflict: arraydeck keeps a secret of its own for it, which goes before any stored profile.
        ServiceError: what is kept cannot be read.
    """
    if not any((kept.name, kept.uri) == (profile.name, profile.uri) for kept in ProfileStore().list()):
        words = f"the profile {profile.name} is of this run alone"
        raise NotSupported(SYSTEM, OPERATION, words, "switch without keeping it, or add the profile first")
    credentials = Credentials()
    if any(credentials.get(profile.name, secret) is not None for secret in (TOKEN, PASSWORD)):
        words = f"arraydeck keeps a secret of its own for {profile.name}, which goes before a stored profile"
        raise Conflict(SYSTEM, OPERATION, words, "make another profile of arraydeck for this log-in")


def keep_stored(profile: Profile, stored: StoredProfileRow) -> None:
    """Write down that a profile logs in with a stored one: its server and its workspace. In a thread.

    Raises:
        ServiceError: the file of the profiles cannot be written.
    """
    store = ProfileStore()
    kept = store.get(profile.name)
    options = {name: value for name, value in kept.options.items() if name not in _OF_THE_LOGIN}
    uri = f"{SCHEME}://{quote(stored.workspace, safe='')}"
    store.replace(kept.model_copy(update={"uri": uri, "options": {**options, "profile_name": stored.name}}))
