"""Which of the two platforms a server is: Carrara, the current one, or the classic cloud (contract §1)."""

from __future__ import annotations

from enum import StrEnum


class Generation(StrEnum):
    """A platform. Carrara speaks v4, and v1 for tasks; the classic cloud v1 and v2."""

    CARRARA = "carrara"
    CLASSIC = "classic"


def token_workspace(token: str) -> str:
    """Return the id of the workspace that an API token is for, "" if it does not tell (contract §2)."""
    parts = token.split("-")
    return parts[1] if len(parts) == 3 and parts[1].startswith("ws_") else ""
