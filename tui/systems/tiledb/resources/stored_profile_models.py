"""A profile of the file that TileDB's own tools share, as it is listed: without its secrets."""

from __future__ import annotations

import hashlib

from pydantic import Field

from tui.systems.tiledb.models.common_models import Row
from tui.systems.tiledb.profiles.profile_file import DEFAULT, StoredProfile


class StoredProfileRow(Row):
    """A stored profile. `settings` are all it says, secrets hidden; `problem` why it cannot be read."""

    name: str
    server: str = ""
    workspace: str = ""
    logs_in_by: str = ""
    tls: str = "verified"
    in_use: bool = False
    settings: dict[str, str] = Field(default_factory=dict)
    problem: str = ""
    revision: str = Field(default="", exclude=True, repr=False)
    """What differs once anything of it was changed, a secret included."""

    @property
    def is_default(self) -> bool:
        """Whether it is the one that is used where none is named."""
        return self.name == DEFAULT


def listed_profile(stored: StoredProfile, in_use: str) -> StoredProfileRow:
    """Return a profile as it is listed; `in_use` is the name of the one that this log-in is of."""
    if stored.has_token:
        proof = "token"
    elif stored.username:
        proof = f"password of {stored.username}"
    else:
        proof = ""
    told = repr(sorted(stored.values.items())).encode()
    return StoredProfileRow(
        name=stored.name,
        server=stored.server_address,
        workspace=stored.workspace,
        logs_in_by=proof,
        tls="verified" if stored.verifies_tls else "error: not verified",
        in_use=stored.name == in_use,
        settings=stored.visible,
        problem="" if proof else "nothing to log in with",
        revision=hashlib.sha256(told).hexdigest(),
    )
