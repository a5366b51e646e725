"""ProfileFile: the profiles that TileDB's own library keeps on this machine, shared with it in both directions (§4)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tui.config.atomic import sole_writer, write_atomically
from tui.services import dry_run
from tui.services.errors import (
    AlreadyExists,
    Conflict,
    DataCorrupt,
    NotFound,
    NotSupported,
    PermissionDenied,
    ServiceError,
    Unavailable,
)
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.profiles.change_words import change_words
from tui.systems.tiledb.profiles.profile_text import FORMAT, VERSION, ProfileDocument, Unreadable, read_text
from tui.systems.tiledb.values import shown

DEFAULT = "default"
"""The name that an empty one stands for."""
FILE = "profiles.json"
MOST = 2**22
"""Bytes of a file that are read."""
ROUNDS = 20
"""How often a change is made anew because the library, which knows no lock, wrote in between."""


@dataclass(frozen=True)
class StoredProfile:
    """A profile as it is kept. `values` are texts by setting, such as `rest.token`; it is shown without its secrets."""

    name: str
    values: Mapping[str, str] = field(repr=False)

    @property
    def visible(self) -> dict[str, str]:
        """The settings with `[hidden]` in place of each secret."""
        return {key: shown(key, value) for key, value in self.values.items()}

    @property
    def server_address(self) -> str:
        """Where the server is, "" if the profile does not say."""
        return self.values.get("rest.server_address", "")

    @property
    def workspace(self) -> str:
        """The workspace's name or id, "" if the profile does not say."""
        return self.values.get("rest.workspace", "")

    @property
    def username(self) -> str:
        """Who logs in with a password, "" where a token does."""
        return self.values.get("rest.username", "")

    @property
    def has_token(self) -> bool:
        """Whether there is a token; what it is stays in `values`."""
        return bool(self.values.get("rest.token"))

    @property
    def verifies_tls(self) -> bool:
        """Whether the server must prove who it is."""
        return all(self.values.get(key, "").lower() != "false" for key in ("rest.verify_ssl", "ssl.verify"))


def profile_folder(folder: Path | str | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """Return where the file is: what is given, or `TILEDB_PROFILE_DIR`, or `~/.tiledb`."""
    known = os.environ if environment is None else environment
    named = str(folder) if folder else known.get("TILEDB_PROFILE_DIR", "")
    return Path(named).expanduser() if named else Path(known.get("HOME") or Path.home()) / ".tiledb"


class ProfileFile:
    """The file in one folder. All methods block: call them in a thread.

    What is not known of it is kept as it is, and a change that fails changes nothing. Other arraydecks are kept out
    by a lock while it is written; TileDB's own library knows none, so that a change is made on what it has written
    last. In a dry run a change is told in words and not made.
    """

    def __init__(self, folder: Path | str | None = None) -> None:
        self.path = profile_folder(folder) / FILE

    def names(self) -> list[str]:
        """Return the names of the profiles, none if there is no file.

        Raises:
            DataCorrupt: the file is damaged.
            PermissionDenied, Unavailable: it cannot be read.
        """
        return self._document().names()

    def load(self, name: str = DEFAULT) -> StoredProfile:
        """Return a profile.

        Raises:
            NotFound: there is none of that name, or no file.
            DataCorrupt: the file is damaged, or the profile holds something other than texts.
            PermissionDenied, Unavailable: the file cannot be read.
        """
        return self._profile(self._document(), name or DEFAULT)

    def all(self) -> Iterator[StoredProfile | DataCorrupt]:
        """Yield every profile, and for one that is damaged the error: it hides no other. Raises as `names`."""
        document = self._document()
        for name in document.names():
            try:
                yield self._profile(document, name)
            except DataCorrupt as error:
                yield error

    def save(self, name: str, values: Mapping[str, str], *, overwrite: bool = False) -> None:
        """Write a profile; with `overwrite` in place of one of that name, of which nothing is kept.

        Raises:
            AlreadyExists: there is one of that name.
            InvalidInput: the name or a setting cannot be kept, or only one of user name and password is given.
            NotSupported: the file is of a format that is too old.
            DataCorrupt, Conflict, PermissionDenied, Unavailable: the file cannot be changed; it is as it was.
        """
        named = name or DEFAULT
        check_profile(named, values)

        self._change("save profile", lambda document: self._put(document, named, values, overwrite=overwrite))

    def remove(self, name: str = DEFAULT) -> None:
        """Remove a profile.

        Raises:
            NotFound: there is none of that name, or no file.
            DataCorrupt, Conflict, PermissionDenied, Unavailable: as `save`.
        """
        named = name or DEFAULT

        if self._read("remove profile") is None:
            raise self._missing("remove profile", named)
        self._change("remove profile", lambda document: self._take_out(document, named))

    def rename(self, name: str, to: str) -> None:
        """Give a profile another name, in one change of the file.

        Raises:
            NotFound, AlreadyExists, InvalidInput, NotSupported: as `remove` and `save`.
            DataCorrupt, Conflict, PermissionDenied, Unavailable: as `save`.
        """
        values = self.load(name).values
        check_profile(to, values)

        def move(document: ProfileDocument) -> None:
            self._put(document, to, values, overwrite=False)
            self._take_out(document, name)

        self._change("rename profile", move)

    def copy(self, name: str, to: str, *, overwrite: bool = False) -> None:
        """Write a profile under another name too: under `default` it becomes the default one. Raises as both others."""
        self.save(to, self.load(name).values, overwrite=overwrite)

    def _put(self, document: ProfileDocument, name: str, values: Mapping[str, str], *, overwrite: bool) -> None:
        if not document.is_new and (document.version is None or document.version < FORMAT):
            message = f"{self.path} is of an older format, which cannot be added to"
            raise NotSupported(SYSTEM, "save profile", message, "move it away and save again")
        if name in document.content and not overwrite:
            message = f"there is a profile {printable(name, 64)!r} already"
            raise AlreadyExists(SYSTEM, "save profile", message, "overwrite it, or choose another name")
        document.put(name, values)

    def _take_out(self, document: ProfileDocument, name: str) -> None:
        try:
            document.take_out(name)
        except KeyError:
            raise self._missing("remove profile", name) from None

    def _profile(self, document: ProfileDocument, name: str) -> StoredProfile:
        try:
            return StoredProfile(name, MappingProxyType(document.values(name)))
        except KeyError:
            raise self._missing("load profile", name) from None
        except Unreadable as error:
            message = f"{self.path}: {printable(name, 64)}: {printable(str(error), 100)}"
            raise DataCorrupt(SYSTEM, "load profile", message, "remove the profile and save it again") from None

    def _missing(self, operation: str, name: str) -> NotFound:
        return NotFound(SYSTEM, operation, f"{self.path} has no profile {printable(name, 64)!r}")

    def _document(self) -> ProfileDocument:
        data = self._read("load profile")
        if data is None:
            return ProfileDocument({})
        if not data:
            raise DataCorrupt(SYSTEM, "load profile", f"{self.path} is empty", "save a profile to begin it anew")
        return self._understood(data, "load profile")

    def _understood(self, data: bytes, operation: str) -> ProfileDocument:
        try:
            return read_text(data)
        except Unreadable as error:
            message = f"{self.path} is damaged: {printable(str(error), 100)}"
            raise DataCorrupt(SYSTEM, operation, message, "mend it or move it away") from None

    def _read(self, operation: str) -> bytes | None:
        """Return the file's bytes, None if there is none."""
        try:
            # Not blocking: a pipe in its place would be waited for.
            handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Unavailable(SYSTEM, operation, f"{self.path} is no ordinary file")
                data = file.read(MOST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._refused(operation, error, "read") from error
        if len(data) > MOST:
            raise DataCorrupt(SYSTEM, operation, f"{self.path} is larger than {MOST:,} bytes")
        return data

    def _change(self, operation: str, change: Callable[[ProfileDocument], None]) -> None:
        dry = dry_run.current()
        try:
            if dry is not None:
                dry.hold(dry_run.Held(self._told(operation, change)))
            with sole_writer(self.path):
                self._rewrite(operation, change)
        except OSError as error:
            raise self._refused(operation, error, "written") from error

    def _told(self, operation: str, change: Callable[[ProfileDocument], None]) -> str:
        """Return in words what a change would do, which is not made."""
        data = self._read(operation)
        after = self._changed(operation, data, change)
        return change_words(self.path, self._understood(data or b"", operation), after)

    def _rewrite(self, operation: str, change: Callable[[ProfileDocument], None]) -> None:
        for _ in range(ROUNDS):
            data = self._read(operation)
            text = self._changed(operation, data, change).text()
            if self._read(operation) == data:
                write_atomically(self.path, text, 0o600)
                return
        raise Conflict(SYSTEM, operation, f"{self.path} is being changed by others all the time", "try again")

    def _changed(
        self, operation: str, data: bytes | None, change: Callable[[ProfileDocument], None]
    ) -> ProfileDocument:
        """Return the file with a change made, as it can be written. Raises as `save`."""
        if data is not None and not self.path.stat().st_mode & 0o200:
            message = f"{self.path} is read-only"
            raise PermissionDenied(SYSTEM, operation, message, f"chmod 600 {self.path}")
        document = self._understood(data or b"", operation)
        if document.tail:
            message = f"{self.path} is damaged: there is text after its end"
            raise DataCorrupt(SYSTEM, operation, message, "mend it or move it away")
        change(document)
        try:
            document.text()
        except Unreadable as error:
            raise invalid(operation, str(error)) from None
        return document

    def _refused(self, operation: str, error: OSError, what: str) -> ServiceError:
        reason = error.strerror or str(error)
        kind = PermissionDenied if isinstance(error, PermissionError) else Unavailable
        return kind(SYSTEM, operation, f"{self.path} cannot be {what}: {printable(reason, 160)}")


def check_profile(name: str, values: Mapping[str, str]) -> None:
    """See that a profile can be kept, by the library's rules and so that it is found again.

    Raises:
        InvalidInput: it cannot; the message names the setting and quotes no value.
    """
    if name == VERSION:
        raise invalid("save profile", "name: a profile cannot be called `version`, which the file uses itself")
    if "" in values:
        raise invalid("save profile", "a setting has no name")
    if any("\ud800" <= letter <= "\udfff" for text in (name, *values, *values.values()) for letter in text):
        raise invalid("save profile", "a name or a value is no Unicode text")
    if ("rest.username" in values) != ("rest.password" in values):
        raise invalid("save profile", "rest.username and rest.password: give both or neither")
