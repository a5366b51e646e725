"""All that the embedded service knows and keeps, in one object that its routes share."""

from __future__ import annotations

from pathlib import Path

from tui.services.serving.faults import Faults
from tui.services.serving.request_log import LoggedRequest, RequestLog, is_writing
from tui.services.serving.state_database import StateDatabase
from tui.systems.arraylake.service_side.accounts import KEY_PREFIX, Accounts, Principal
from tui.systems.arraylake.service_side.buckets import Buckets
from tui.systems.arraylake.service_side.logins import Logins
from tui.systems.arraylake.service_side.nodes import Nodes
from tui.systems.arraylake.service_side.objects import Objects
from tui.systems.arraylake.service_side.refusal import Refusal
from tui.systems.arraylake.service_side.repositories import Repositories
from tui.systems.arraylake.service_side.tables import SCHEMA
from tui.systems.arraylake.service_side.virtual_chunks import VirtualChunks

SIDES = ("catalogue", "identity", "objects")
"""The service's ports; a fault that names none is the catalogue's."""
SECRET_PARAMETERS = frozenset({"token", "code"})
"""Query parameters that log somebody in."""


class State:
    """The state in a database, and what the tests steer the service with: its faults and its log of requests.

    `domain` is where the identity provider is, `object_uri` where the object store is; both are known when they listen.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.database = StateDatabase(SCHEMA, path)
        self.accounts = Accounts(self.database)
        self.logins = Logins(self.database, self.accounts)
        self.buckets = Buckets(self.database)
        self.repositories = Repositories(self.database, self.buckets)
        self.chunks = VirtualChunks(self.database, self.buckets)
        self.objects = Objects(self.database)
        self.nodes = Nodes(self.database, self.objects)
        self.faults = Faults(SIDES)
        self.log = RequestLog(SECRET_PARAMETERS, changes_the_catalogue)
        self.domain = ""
        self.object_uri = ""

    def principal(self, authorization: str) -> Principal:
        """Return who the header `Authorization` stands for.

        Raises:
            Refusal: 401, nobody.
        """
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Refusal(401, "Not authenticated")
        return self.accounts.key_of(token) if token.startswith(KEY_PREFIX) else self.logins.person_of(token)


def changes_the_catalogue(entry: LoggedRequest) -> bool:
    """Return whether a request asks the catalogue for a change. Telling the service what runs here is none."""
    return entry.side == SIDES[0] and is_writing(entry) and entry.path != "/user/diagnostics"
