"""Single moves of files, links and directories, each of which happens whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

from tui.services.errors import Conflict, InvalidInput
from tui.systems.deker.format.names import SYSTEM, shown

_TRIES = 100
_WITHOUT_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)


def check_place(root: str, path: str) -> None:
    """Do nothing if a change may touch `path`: below the storage's collections, through no symbolic link.

    Raises:
        InvalidInput: it may not.
    """
    top = os.path.join(root, "collections")
    if os.path.normpath(path) != path or not path.startswith(f"{top}/"):
        raise InvalidInput(SYSTEM, "change", f"{shown(path)} lies outside of the storage")
    parent = os.path.dirname(path)
    while len(parent) >= len(top):
        if os.path.islink(parent):
            message = f"{shown(parent)} is a symbolic link, through which nothing is changed"
            raise InvalidInput(SYSTEM, "change", message)
        parent = os.path.dirname(parent)


def missing_top(path: str) -> str | None:
    """Return the highest of the parent directories of `path` that are not there, None if all are."""
    parent, top = os.path.dirname(path), None
    while not os.path.lexists(parent):
        top, parent = parent, os.path.dirname(parent)
    return top


def appear(new: str, path: str) -> None:
    """Move `new` to `path`, where nothing is.

    Raises:
        Conflict: something is there.
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _move(new, path)
            return
        except FileNotFoundError:
            # Another process takes away directories that are empty, such as these until now.
            if not tries_left or not os.path.lexists(new):
                raise


def _move(new: str, path: str) -> None:
    try:
        if stat.S_ISDIR(os.lstat(new).st_mode):
            # A rename would take the place of an empty directory without a word.
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, "exists", path)
            os.rename(new, path)
            return
        try:
            os.link(new, path, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _WITHOUT_HARD_LINKS:
                raise
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, "exists", path) from error
            os.rename(new, path)
            return
        os.unlink(new)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
            raise Conflict(SYSTEM, "change", f"{shown(path)} is there already", "refresh and look again") from error
        raise


def take_place(new: str, path: str, kept: str) -> None:
    """Move `new` to `path` in the place of what is there, which is then at `kept`. Neither is missing at any moment
    where the file system has hard links."""
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _WITHOUT_HARD_LINKS:
            raise
        os.rename(path, kept)
    os.rename(new, path)


def is_same(one: str, other: str) -> bool:
    """Whether two paths are names of one object."""
    try:
        first, second = os.lstat(one), os.lstat(other)
    except OSError:
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def prune(path: str, top: str) -> None:
    """Remove the empty directories above `path`, up to and not including `top`; some may be gone, or not made, yet."""
    parent = os.path.dirname(path)
    while parent.startswith(f"{top}/"):
        try:
            os.rmdir(parent)
        except FileNotFoundError:
            pass
        except OSError:
            return
        parent = os.path.dirname(parent)
