"""What TileDB's own tools are told, setting by setting: given, environment, profile, built in (contract §5)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from tui.services.errors import NotFound, ServiceError
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM, ConfigurationError
from tui.systems.tiledb.profiles.profile_file import DEFAULT, ProfileFile, StoredProfile

DEFAULT_HOST = "https://api.tiledb.com"


class Source(IntEnum):
    """Where a setting comes from; the greater one wins."""

    BUILT_IN = 0
    PROFILE = 1
    ENVIRONMENT = 2
    GIVEN = 3


def variable_for(key: str) -> str:
    """Return the environment variable of a setting: `TILEDB_REST_TOKEN` for `rest.token`."""
    return "TILEDB_" + key.upper().replace(".", "_")


@dataclass(frozen=True)
class VendorSettings:
    """The settings that hold for one profile. A variable that is set to nothing hides what the profile says."""

    given: Mapping[str, str]
    environment: Mapping[str, str]
    profile: StoredProfile | None

    def find(self, key: str) -> tuple[str, Source]:
        """Return a setting and where it comes from; "" and BUILT_IN where nothing says it."""
        if key in self.given:
            return self.given[key], Source.GIVEN
        variable = variable_for(key)
        if variable in self.environment:
            return self.environment[variable], Source.ENVIRONMENT
        if self.profile is not None and key in self.profile.values:
            return self.profile.values[key], Source.PROFILE
        return "", Source.BUILT_IN

    def text(self, key: str) -> str:
        """Return a setting, "" where nothing says it."""
        return self.find(key)[0]

    @property
    def is_empty(self) -> bool:
        """Whether nothing tells who logs in."""
        return not (self.text("rest.token") or (self.text("rest.username") and self.text("rest.password")))


def read_settings(
    profile_name: str | None = None,
    profile_dir: Path | str | None = None,
    *,
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    named_by_environment: bool = True,
) -> VendorSettings:
    """Return the settings of a profile, by default the one that the environment names, or `default`.

    Args:
        profile_name: the profile; None or "" for the usual one.
        profile_dir: the folder of its file; None for the usual one.
        given: settings that win over all others.
        environment: in place of the process's own.
        named_by_environment: whether `TILEDB_PROFILE_NAME` and `TILEDB_PROFILE_DIR` count. `login` does not ask them.

    Raises:
        ConfigurationError: there is no profile of the name that is given.
        DataCorrupt, PermissionDenied, Unavailable: the file of profiles cannot be used.
    """
    known = os.environ if environment is None else environment
    own = given or {}
    name = profile_name or own.get("profile_name") or (known.get("TILEDB_PROFILE_NAME") if named_by_environment else "")
    folder = profile_dir or own.get("profile_dir") or (known.get("TILEDB_PROFILE_DIR") if named_by_environment else "")
    file = ProfileFile(folder or Path(known.get("HOME") or Path.home()) / ".tiledb")
    try:
        profile = file.load(name or DEFAULT)
    except NotFound as error:
        if name:
            raise missing_profile(name, error) from error
        profile = None
    return VendorSettings(own, known, profile)


def missing_profile(name: str, error: ServiceError) -> ConfigurationError:
    """Return the error for a profile that was named and is not there."""
    message = f"there is no profile {printable(name, 64)!r}: {error.message}"
    return ConfigurationError(SYSTEM, "log in", message, "`configure` makes one")
