"""Names of organisations and repositories (contract §5)."""

from __future__ import annotations

import re

from tui.services.printable import printable
from tui.systems.arraylake.errors import invalid

_NAME = re.compile(r"\w[\w.\-]+\Z")
MOST = 128
"""Characters of a repository's name."""
_ROUTES = {"api-clients", "buckets", "permissions", "repos", "settings", "visibility"}
"""What the service takes for another of its addresses where a repository's name belongs."""
_ORG_ROUTES = {"icechunk"}


def check_org(org: str, operation: str) -> str:
    """Return the name of an organisation if it can be one.

    Raises:
        InvalidInput: it cannot.
    """
    return _check(org, "organisation", operation, _ORG_ROUTES)


def check_repo(repo: str, operation: str) -> str:
    """Return the name of a repository, without its organisation, if it can be one.

    Raises:
        InvalidInput: it cannot.
    """
    return _check(repo, "repository", operation, _ROUTES)


def split_name(name: str, operation: str) -> tuple[str, str]:
    """Return the organisation and the repository of `org/repo`.

    Raises:
        InvalidInput: it is not of that form, or a part of it cannot be a name.
    """
    org, slash, repo = name.partition("/")
    if not slash:
        raise invalid(operation, f"{printable(name, 80)!r} names no repository", "write organisation/repository")
    return check_org(org, operation), check_repo(repo, operation)


def _check(name: str, what: str, operation: str, taken: set[str]) -> str:
    if not _NAME.match(name) or len(name) > MOST:
        hint = f"2 to {MOST} letters, digits and . _ - that begin with a letter, a digit or _"
        raise invalid(operation, f"{printable(name, 80)!r} cannot be the name of a {what}", hint)
    if name in taken:
        raise invalid(operation, f"{name!r} is an address of the service itself, and cannot name a {what}")
    return name
