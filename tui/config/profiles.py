"""Profiles: where a store is, and how carefully it is to be handled. Kept in profiles.toml; never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tui.config.paths import config_folder
from tui.config.toml_file import Change, TomlText, closest, edit_toml, line_of, read_toml
from tui.services.errors import AlreadyExists, InvalidInput, NotFound
from tui.services.printable import printable
from tui.services.secrecy import secret_in_uri, secret_places

PROD = "prod"
"""The tag of what must not be broken."""
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
    if any("\ud800" <= character <= "\udfff" for character in uri):
        raise ValueError("an address is Unicode text")
    try:
        secret = secret_in_uri(uri)
    except ValueError:
        # Its message would quote the address, which may hold a password.
        raise ValueError("not an address") from None
    if secret:
        raise ValueError(f"the address has {secret} in it; {_SECRET_HINT}")
    return uri


class Profile(BaseModel):
    """Where a store is. A profile tagged `prod` is read-only unless the file says `read_only = false` in words."""

    # Errors do not quote their input: it may be a secret that is being refused.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_check_name)]
    system: str = Field(description="the system that keeps the data, such as deker")
    uri: Annotated[str, AfterValidator(_check_uri)] = Field(description="an address or a path")
    options: dict[str, Any] = Field(default_factory=dict, description="what the system wants to know besides")
    read_only: bool = Field(default=False, description="refuse whatever changes data")
    tag: str | None = Field(default=None, description="such as prod or staging; prod is red and read-only")

    @model_validator(mode="before")
    @classmethod
    def _prod_is_read_only(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            given = cast("Mapping[str, Any]", values)
            tag: object = given.get("tag")
            if isinstance(tag, str):
                # `Prod ` must not be a way around the lock.
                tag = PROD if tag.strip().casefold() == PROD else tag.strip() or None
            read_only: object = given.get("read_only")
            return {**given, "tag": tag, "read_only": tag == PROD if read_only is None else read_only}
        return values

    @model_validator(mode="after")
    def _no_secrets(self) -> Profile:
        for place in secret_places(self.options):
            name = printable(".".join(("options", *place)), 80)
            raise ValueError(f"{name} looks like a secret; {_SECRET_HINT}")
        return self


class ProfileStore:
    """The profiles in profiles.toml. What is wrong with an entry is in `problems`, and hides no other."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else config_folder() / "profiles.toml"
        self.problems: list[str] = []
        self._profiles: dict[str, Profile] = {}
        self.load()

    def load(self) -> None:
        """Read the file again; where it cannot be read, what is known stays.

        Whoever lists the profiles meanwhile finds all of the old ones or all of the new.
        """
        found = read_toml(self.path)
        self.problems = list(found.problems)
        if found.text or found.readable:
            self._profiles = self._read(found)

    def _read(self, found: TomlText) -> dict[str, Profile]:
        profiles: dict[str, Profile] = {}
        for key in found.data:
            if key != "profiles":
                self._report(found, (key,), f"unknown key{closest(key, ['profiles'])}")
        entries: object = found.data.get("profiles", {})
        if not isinstance(entries, dict):
            self._report(found, ("profiles",), "is not a table")
            return profiles
        broken = {path[1] for path in found.broken if path[:1] == ("profiles",) and len(path) > 1}
        for name in sorted(broken):
            self._report(found, ("profiles", name), "is damaged, or there twice")
        for name, entry in cast("dict[str, Any]", entries).items():
            profile = None if name in broken else self._read_entry(found, name, entry)
            if profile is not None:
                profiles[name] = profile
        return profiles

    def _read_entry(self, found: TomlText, name: str, entry: Any) -> Profile | None:
        if not isinstance(entry, dict):
            self._report(found, ("profiles", name), "is not a table")
            return None
        values = cast("dict[str, Any]", entry)
        if "name" in values:
            self._report(found, ("profiles", name, "name"), "the name is what stands after `profiles.`")
            return None
        try:
            return Profile.model_validate({**values, "name": name})
        except ValidationError as error:
            for finding in error.errors(include_input=False, include_url=False, include_context=False):
                keys = tuple(str(part) for part in finding["loc"] if part != "name")
                message = finding["msg"].removeprefix("Value error, ")
                if finding["type"] == "extra_forbidden":
                    message = f"unknown key{closest(keys[-1], set(Profile.model_fields) - {'name'})}"
                self._report(found, ("profiles", name, *keys), message)
        return None

    def _report(self, found: TomlText, keys: tuple[str, ...], message: str) -> None:
        line = line_of(found.text, keys)
        where = f"{self.path}:{line}" if line is not None else str(self.path)
        self.problems.append(f"{where}: {printable('.'.join(keys), 120)}: {printable(message, 200)}")

    def list(self) -> list[Profile]:
        """Return the profiles in the file's order."""
        return [*self._profiles.values()]

    def get(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            NotFound: there is none; the hint names those that are known.
        """
        if name in self._profiles:
            return self._profiles[name]
        raise self._unknown(name, self._profiles)

    def add(self, profile: Profile) -> None:
        """Write a new profile.

        Raises:
            AlreadyExists: the name is taken, be it by an entry that is broken.
            InvalidInput: the file is damaged, so that it cannot be changed without loss.
            Unavailable: the file cannot be written.
        """

        def change(data: MutableMapping[str, Any]) -> None:
            if profile.name in _entries(data):
                raise AlreadyExists("arraydeck", "profiles", f"there is a profile {profile.name} already")
            _put(data, profile)

        self._edit(change)

    def replace(self, profile: Profile) -> None:
        """Write over the profile of that name; comments and whatever stays the same are left as they are.

        Raises:
            NotFound: there is none.
            InvalidInput: the file is damaged, so that it cannot be changed without loss.
            Unavailable: the file cannot be written.
        """

        def change(data: MutableMapping[str, Any]) -> None:
            if profile.name not in _entries(data):
                raise self._unknown(profile.name, _entries(data))
            _put(data, profile)

        def whole(data: MutableMapping[str, Any]) -> None:
            del data["profiles"][profile.name]
            _put(data, profile)

        self._edit(change, whole)

    def remove(self, name: str) -> None:
        """Take a profile out of the file, a broken one too. The data it points to is not touched.

        Raises:
            NotFound: there is none.
            InvalidInput: the file is damaged, so that it cannot be changed without loss.
            Unavailable: the file cannot be written.
        """

        def change(data: MutableMapping[str, Any]) -> None:
            if name not in _entries(data):
                raise self._unknown(name, _entries(data))
            del data["profiles"][name]

        self._edit(change)

    def _edit(self, change: Change, rougher: Change | None = None) -> None:
        edit_toml(self.path, "profiles", change, rougher)
        self.load()

    def _unknown(self, name: str, known: Iterable[str]) -> NotFound:
        names = [printable(each, 64) for each in known]
        hint = "known are " + ", ".join(names) + closest(name, names) if names else "there are none yet"
        return NotFound("arraydeck", "profiles", f"there is no profile {printable(name, 64)}", hint)


def _entries(data: Mapping[str, Any]) -> Mapping[str, Any]:
    entries: object = data.get("profiles", {})
    if not isinstance(entries, Mapping):
        raise InvalidInput("arraydeck", "profiles", "profiles in profiles.toml is not a table", "mend it by hand")
    return cast("Mapping[str, Any]", entries)


def _put(data: MutableMapping[str, Any], profile: Profile) -> None:
    values = profile.model_dump(exclude={"name"}, exclude_defaults=True)
    if profile.tag == PROD:
        values["read_only"] = profile.read_only
    if "profiles" not in data:
        data["profiles"] = {profile.name: values}
    elif isinstance(data["profiles"].get(profile.name), MutableMapping):
        _update(data["profiles"][profile.name], values)
    else:
        data["profiles"][profile.name] = values


def _update(table: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
    """Make the table hold these values; what it holds already is not written again, so its comments stay."""
    for key in [key for key in table if key not in values]:
        del table[key]
    for key, value in values.items():
        there: object = table.get(key)
        if isinstance(there, MutableMapping) and isinstance(value, Mapping):
            _update(cast("MutableMapping[str, Any]", there), cast("Mapping[str, Any]", value))
        elif key not in table or there != value or isinstance(there, bool) != isinstance(value, bool):
            table[key] = value
