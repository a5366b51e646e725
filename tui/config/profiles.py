"""Profiles: where a store is, and how carefully it is to be handled. Kept in profiles.toml; never a secret."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tui.config.atomic import sole_writer, write_atomically
from tui.config.paths import config_folder
from tui.services.errors import AlreadyExists, InvalidInput, NotFound, Unavailable
from tui.services.printable import printable

_SECRET_KEYS = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key|credential)s?$")
_SECRET_HINT = "keep it in the environment, the keyring, or let arraydeck ask for it: a profile holds no secret"


def _check_name(name: str) -> str:
    if name != name.strip() or not name or len(name) > 64:
        raise ValueError("a name has 1 to 64 characters and no blanks at its ends")
    if printable(name) != name or set(name) & set("/@:\\"):
        raise ValueError("a name has no control characters and none of / @ : \\")
    return name


def _check_uri(uri: str) -> str:
    if not uri.strip():
        raise ValueError("an address or a path is needed")
    try:
        password = urlsplit(uri).password
    except ValueError as error:
        raise ValueError(f"not an address: {error}") from None
    if password:
        raise ValueError(f"the address has a password in it; {_SECRET_HINT}")
    return uri


class Profile(BaseModel):
    """Where a store is. A profile tagged `prod` is read-only unless the file says `read_only = false` in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_check_name)]
    system: str = Field(description="the system that keeps the data, such as deker")
    uri: Annotated[str, AfterValidator(_check_uri)] = Field(description="an address or a path")
    options: dict[str, Any] = Field(default_factory=dict, description="what the system wants to know besides")
    read_only: bool = Field(False, description="refuse whatever changes data")
    tag: str | None = Field(None, description="such as prod or staging; prod is red and read-only")

    @model_validator(mode="before")
    @classmethod
    def _prod_is_read_only(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            given = cast("Mapping[str, Any]", values)
            if given.get("tag") == "prod" and given.get("read_only") is None:
                return {**given, "read_only": True}
        return cast("Any", values)

    @model_validator(mode="after")
    def _no_secrets(self) -> Profile:
        for key in self.options:
            if _SECRET_KEYS.search(key):
                raise ValueError(f"options.{printable(key, 60)} looks like a secret; {_SECRET_HINT}")
        return self


class ProfileStore:
    """The profiles in profiles.toml. What is wrong with an entry is in `problems`, and hides no other."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "profiles.toml"
        self.problems: list[str] = []
        self._profiles: dict[str, Profile] = {}
        self.load()

    def load(self) -> None:
        """Read the file again."""
        self.problems = []
        self._profiles = {}
        try:
            content = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self.problems.append(f"{self.path}: {printable(str(error), 300)}")
            return
        for key in content:
            if key != "profiles":
                self.problems.append(f"{self.path}: unknown key {printable(key, 60)}{_close(key, ['profiles'])}")
        entries: object = content.get("profiles", {})
        if not isinstance(entries, dict):
            self.problems.append(f"{self.path}: profiles is not a table")
            return
        for name, entry in cast("dict[str, Any]", entries).items():
            self._read_entry(name, entry)

    def _read_entry(self, name: str, entry: Any) -> None:
        where = f"{self.path}: profiles.{printable(name, 64)}"
        if not isinstance(entry, dict):
            self.problems.append(f"{where} is not a table")
            return
        values = cast("dict[str, Any]", entry)
        try:
            self._profiles[name] = Profile.model_validate({**values, "name": name})
        except ValidationError as error:
            for finding in error.errors(include_input=False, include_url=False):
                key = ".".join(str(part) for part in finding["loc"])
                hint = _close(key, list(Profile.model_fields)) if finding["type"] == "extra_forbidden" else ""
                message = "unknown key" if finding["type"] == "extra_forbidden" else finding["msg"]
                self.problems.append(f"{where}.{printable(key, 60)}: {printable(message, 200)}{hint}")

    def list(self) -> list[Profile]:
        """Return the profiles in the file's order."""
        return [*self._profiles.values()]

    def get(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            NotFound: there is none; the hint names those that are close.
        """
        if name in self._profiles:
            return self._profiles[name]
        hint = "known are " + ", ".join(self._profiles) if self._profiles else "there are none yet"
        raise NotFound("arraydeck", "profiles", f"there is no profile {printable(name, 64)}", hint)

    def add(self, profile: Profile) -> None:
        """Write a new profile.

        Raises:
            AlreadyExists: the name is taken.
            Unavailable: the file cannot be written.
        """
        with self._editing() as document:
            if profile.name in document.profiles:
                raise AlreadyExists("arraydeck", "profiles", f"there is a profile {profile.name} already")
            document.put(profile)

    def replace(self, profile: Profile) -> None:
        """Write over the profile of that name; comments around it stay.

        Raises:
            NotFound: there is none.
            Unavailable: the file cannot be written.
        """
        with self._editing() as document:
            if profile.name not in document.profiles:
                raise NotFound("arraydeck", "profiles", f"there is no profile {profile.name}")
            document.put(profile)

    def remove(self, name: str) -> None:
        """Take a profile out of the file. The data it points to is not touched.

        Raises:
            NotFound: there is none.
            Unavailable: the file cannot be written.
        """
        with self._editing() as document:
            if name not in document.profiles:
                raise NotFound("arraydeck", "profiles", f"there is no profile {printable(name, 64)}")
            del document.profiles[name]

    def _editing(self) -> _Editing:
        return _Editing(self)


class _Editing:
    """One read-modify-write of the file under its lock, with the comments kept."""

    def __init__(self, store: ProfileStore) -> None:
        self._store = store
        self._lock = sole_writer(store.path)

    def __enter__(self) -> _Editing:
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        try:
            self._lock.__enter__()
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            text = self._store.path.read_text(encoding="utf-8") if self._store.path.exists() else ""
            self._document = tomlkit.parse(text)
        except (OSError, UnicodeDecodeError, TOMLKitError) as error:
            self._lock.__exit__(None, None, None)
            reason = printable(str(error), 200)
            raise InvalidInput("arraydeck", "profiles", f"{self._store.path} cannot be read: {reason}") from error
        if "profiles" not in self._document:
            self._document.add("profiles", tomlkit.table(is_super_table=True))
        self.profiles: Any = self._document["profiles"]
        return self

    def put(self, profile: Profile) -> None:
        """Set every key of a profile, and take away those that are at their default."""
        import tomlkit

        values = profile.model_dump(exclude={"name"}, exclude_defaults=True)
        if profile.tag == "prod" and not profile.read_only:
            values["read_only"] = False
        table = self.profiles.get(profile.name)
        if table is None:
            table = self.profiles[profile.name] = tomlkit.table()
        for key in [key for key in table if key in Profile.model_fields and key not in values]:
            del table[key]
        for key, value in values.items():
            table[key] = value

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        import tomlkit

        try:
            if kind is None:
                write_atomically(self._store.path, tomlkit.dumps(self._document))  # pyright: ignore[reportUnknownMemberType]
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            self._lock.__exit__(None, None, None)
        if kind is None:
            self._store.load()

    def _unwritable(self, error: OSError) -> Unavailable:
        reason = error.strerror or str(error)
        return Unavailable("arraydeck", "profiles", f"{self._store.path} cannot be written: {reason}")


def _close(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; do you mean {close[0]}?" if close else ""
