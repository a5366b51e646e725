"""What the server of a profile can do, for the actions that must say why they are off before anybody asks a server.

An unsupported operation is a disabled control with the reason (contract parts C and D). Until a server has told what it
can do, nothing is off: the server itself then refuses what it cannot, with its own reason.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.leapyear.models import Capabilities

MOST = 64
_known: OrderedDict[tuple[str, str], Capabilities] = OrderedDict()
_WORDS = {
    "create_privacy_profile": "create privacy profiles",
    "edit_privacy_profile": "change privacy profiles",
    "set_column_access": "change access to columns",
    "group_members": "change the members of a group",
    "create_group": "create groups",
    "user_enable": "enable and disable users",
    "edit_user": "change users",
    "unpersist": "clear cached relations",
    "job_cancel": "cancel jobs",
    "public_key_auth": "keep public keys of users",
    "privacy_limit": "set privacy limits",
    "privacy_limit_window": "set the window of a privacy limit",
    "exposure": "tell the exposure",
    "data_slices": "add data to a table",
    "views": "list views",
    "edit_description": "change descriptions",
}


def learn(profile: Profile, capabilities: Capabilities) -> None:
    """Remember what the server of a profile can do."""
    _known[profile.name, profile.uri] = capabilities
    _known.move_to_end((profile.name, profile.uri))
    while len(_known) > MOST:
        _known.popitem(last=False)


def capabilities_of(profile: Profile) -> Capabilities | None:
    """Return what the server of a profile can do, None while it has not said so."""
    return _known.get((profile.name, profile.uri))


def why_not(profile: Profile, *features: str) -> str | None:
    """Return why what needs these features cannot be done, None if it can or nobody knows yet."""
    found = capabilities_of(profile)
    if found is None:
        return None
    for feature in features:
        if not found.can(feature):
            behind = "the vendor's package has no published call for it" if found.backend == "vendor" else ""
            if feature == "unpersist" and found.compute_backend:
                behind = f"its compute back end is {found.compute_backend}"
            words = f"this server cannot {_WORDS.get(feature, feature.replace('_', ' '))}"
            return f"{words}: {behind}" if behind else words
    return None
