"""Credentials: the secrets of profiles, from the environment, the keyring, or a file for this user's eyes only."""

from __future__ import annotations

import os
import re
import stat
import threading
import tomllib
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from pydantic import SecretStr

from tui.config.paths import config_folder
from tui.config.toml_file import edit_toml
from tui.services.errors import InvalidInput, PermissionDenied, Unavailable
from tui.services.printable import printable

T = TypeVar("T")
Place = Literal["environment", "keyring", "file"]
KEYRING_SECONDS = 3.0
"""How long a keyring may take: one that waits for a desktop that is not there would wait for ever."""


def variable_for(profile: str, name: str) -> str:
    """Return the environment variable of a secret: `ARRAYDECK_LAB_TOKEN` for `token` of the profile `lab`.

    What is no ASCII letter or digit becomes `_`, so `my-lab` and `my_lab` share their variables.
    """
    return "_".join(["ARRAYDECK", *(re.sub(r"[^A-Z0-9]", "_", part.upper()) for part in (profile, name))])


class Credentials:
    """Secrets by profile and name. All methods block, the keyring for seconds: call them in a thread.

    `keyring_state` says in words why the keyring is or is not used; it is "" until it was asked.
    """

    def __init__(self, path: Path | None = None, keyring_seconds: float = KEYRING_SECONDS) -> None:
        self.path = path if path is not None else config_folder() / "credentials.toml"
        self.keyring_state = ""
        self._seconds = keyring_seconds
        self._gave_up = False

    def get(self, profile: str, name: str) -> SecretStr | None:
        """Return a secret, None if it is kept nowhere. The environment wins, then the keyring, then the file.

        Raises:
            PermissionDenied: others could read the file, so that it is not trusted.
            InvalidInput: the file is damaged.
            Unavailable: the file cannot be read.
        """
        found = self._find(profile, name)
        return None if found is None else found[1]

    def where(self, profile: str, name: str) -> Place | None:
        """Return where `get` finds a secret, None if nowhere.

        Raises:
            PermissionDenied, InvalidInput, Unavailable: as `get`.
        """
        found = self._find(profile, name)
        return None if found is None else found[0]

    def set(self, profile: str, name: str, secret: SecretStr) -> Place:
        """Keep a secret, in the keyring if it can be used, and return where it went.

        Raises:
            PermissionDenied: others could read the file.
            InvalidInput: the file is damaged; it was not changed.
            Unavailable: it could not be written.
        """
        _check(profile, name)
        value = secret.get_secret_value()

        def keep(ring: Any) -> bool:
            ring.set_password(_service(profile), name, value)
            return True

        if self._with_keyring(keep):
            self._change_file(profile, name, None)
            return "keyring"
        self._change_file(profile, name, value)
        return "file"

    def delete(self, profile: str, name: str) -> bool:
        """Forget a secret in the keyring and in the file; return whether there was one.

        Raises:
            PermissionDenied, InvalidInput, Unavailable: as `set`.
        """

        def forget(ring: Any) -> bool:
            if ring.get_password(_service(profile), name) is None:
                return False
            ring.delete_password(_service(profile), name)
            return True

        removed = bool(self._with_keyring(forget))
        return self._change_file(profile, name, None) or removed

    def _find(self, profile: str, name: str) -> tuple[Place, SecretStr] | None:
        _check(profile, name)
        from_environment = os.environ.get(variable_for(profile, name))
        if from_environment:
            return "environment", SecretStr(from_environment)
        kept: object = self._with_keyring(lambda ring: ring.get_password(_service(profile), name))
        if isinstance(kept, str):
            return "keyring", SecretStr(kept)
        value = self._read_file().get(profile, {}).get(name)
        return None if value is None else ("file", SecretStr(value))

    def _read_file(self) -> dict[str, dict[str, str]]:
        """Return what the file holds. Errors tell of places, never of what stands there."""
        try:
            with self.path.open("rb") as file:
                self._check_mode(os.fstat(file.fileno()))
                content: dict[str, Any] = tomllib.loads(file.read().decode())
        except FileNotFoundError:
            return {}
        except PermissionError as error:
            raise PermissionDenied("arraydeck", "credentials", f"{self.path} cannot be read") from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Unavailable("arraydeck", "credentials", f"{self.path} cannot be read: {reason}") from error
        except ValueError as error:
            line = re.search(r"line \d+", str(error))
            raise self._damaged(line.group() if line else "its text") from None
        for profile, entry in content.items():
            values = cast("dict[str, object]", entry) if isinstance(entry, dict) else None
            if values is None or not all(isinstance(value, str) for value in values.values()):
                raise self._damaged(printable(profile, 64))
        return content

    def _change_file(self, profile: str, name: str, value: str | None) -> bool:
        """Write a secret, or with None take it out; return whether there was one."""
        known = self._read_file().get(profile, {})
        if value is None and name not in known:
            return False

        def change(data: MutableMapping[str, Any]) -> None:
            if value is not None:
                if profile in data:
                    data[profile][name] = value
                else:
                    data[profile] = {name: value}
            elif name in data.get(profile, {}):
                del data[profile][name]

        try:
            edit_toml(self.path, "credentials", change)
        except InvalidInput as error:
            # Rebuilt without its cause, which may quote the file.
            raise InvalidInput("arraydeck", "credentials", f"{self.path} cannot be edited", error.hint) from None
        return name in known

    def _check_mode(self, status: os.stat_result) -> None:
        if stat.S_IMODE(status.st_mode) & 0o077:
            message = f"{self.path} can be read by others, so it is not used"
            raise PermissionDenied("arraydeck", "credentials", message, f"chmod 600 {self.path}")
        if status.st_uid not in (os.geteuid(), 0):
            raise PermissionDenied("arraydeck", "credentials", f"{self.path} belongs to somebody else")

    def _damaged(self, where: str) -> InvalidInput:
        message = f"{self.path} is damaged at {where}"
        return InvalidInput("arraydeck", "credentials", message, 'it holds [profile] tables of name = "secret"')

    def _with_keyring(self, use: Callable[[Any], T]) -> T | None:
        """Return what `use` makes of the keyring; None if there is none, it fails, or does not answer in time."""
        if self._gave_up:
            return None
        answer: list[T] = []

        def ask() -> None:
            ring = self._usable_keyring()
            if ring is None:
                return
            try:
                answer.append(use(ring))
                self.keyring_state = f"in use: {type(ring).__module__}"
            except Exception as error:
                # Only its kind: what a backend says may hold what it was given.
                self.keyring_state = f"failed: {type(error).__name__}"

        thread = threading.Thread(target=ask, name="arraydeck-keyring", daemon=True)
        thread.start()
        thread.join(self._seconds)
        if thread.is_alive():
            self._gave_up = True
            self.keyring_state = f"did not answer in {self._seconds:g} s"
            return None
        return answer[0] if answer else None

    def _usable_keyring(self) -> Any | None:
        from importlib import import_module

        try:
            ring: Any = import_module("keyring").get_keyring()
            usable = ring.priority > 0
        except ImportError:
            self.keyring_state = "not installed (arraydeck[keyring])"
            return None
        except Exception as error:
            self.keyring_state = f"failed: {type(error).__name__}"
            return None
        if not usable:
            self.keyring_state = "no backend on this machine"
            return None
        return ring


def _service(profile: str) -> str:
    return f"arraydeck/{profile}"


def _check(profile: str, name: str) -> None:
    if not profile or not name:
        raise InvalidInput("arraydeck", "credentials", "a secret has a profile and a name")
