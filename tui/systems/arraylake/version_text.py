"""How a version of a repository is written: `main`, `tag:2024-01`, `commit:1CECHNKREP0F1RSTCMT0`."""

from __future__ import annotations

from tui.systems.arraylake.listed import ListedVersion
from tui.systems.arraylake.reading.contents import Version

_PREFIXES = ("branch:", "tag:", "commit:")


def version_of(text: str) -> Version:
    """Return the version that is meant: a branch, unless it begins with `tag:` or `commit:`."""
    kind, colon, name = text.partition(":")
    if colon and kind == "tag":
        return Version(tag=name)
    if colon and kind == "commit":
        return Version(snapshot_id=name)
    return Version(branch=name if colon and kind == "branch" else text)


def version_key(version: ListedVersion) -> str:
    """Return how a branch or a tag is written."""
    if version.kind == "tag":
        return f"tag:{version.name}"
    return f"branch:{version.name}" if version.name.startswith(_PREFIXES) else version.name


def commit_key(snapshot_id: str) -> str:
    """Return how the version of one commit is written."""
    return f"commit:{snapshot_id}"


def short_id(snapshot_id: str) -> str:
    """Return the beginning of a snapshot's id, by which a person tells it from others."""
    return snapshot_id[:8]
