"""The door of `relay` in a process of its own: TileDB's library may hold the interpreter while it waits for an answer.

The child is told the log-in by its standard input, so that it is on no command line, and ends when that is closed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tui.services.errors import Unavailable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.reading.relay import Relay
from tui.systems.tiledb.retry_modes import RetryMode

ENDING = 5.0
"""Seconds that the child has for ending by itself."""
_TOLD = ("server_address", "username", "timeout", "verify", "allow_plain_http", "redirect_hosts")


class RelayProcess:
    """The door to one server: its `address` and the `key` that opens it."""

    def __init__(self, options: ServiceOptions) -> None:
        """Start the child, and wait until it listens. It takes a moment: call it in a thread.

        Raises:
            InvalidInput: the server's address cannot be used, or would be asked without encryption.
            Unavailable: the child could not be started, or cannot listen.
        """
        options.http(RetryMode.DEFAULT)
        self.options = options
        try:
            # In a session of its own: what ends the program by the keyboard is not for the child.
            self._child = subprocess.Popen(
                (sys.executable, "-m", __name__),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed() from error
        try:
            found = json.loads(self._first_line())
            self.address, self.key = str(found["address"]), str(found["key"])
        except (OSError, ValueError, KeyError) as error:
            self.close()
            raise self._failed() from error

    def _first_line(self) -> bytes:
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(json.dumps(_told(self.options)).encode() + b"\n")
        self._child.stdin.flush()
        return self._child.stdout.readline()

    def _failed(self) -> Unavailable:
        return Unavailable(SYSTEM, "open array", "the way to the server for TileDB's library could not be opened")

    @property
    def is_open(self) -> bool:
        """Whether the child still runs."""
        return self._child.poll() is None

    def close(self) -> None:
        """End the child. Safe to call twice; it waits: call it in a thread."""
        with suppress(OSError):
            if self._child.stdin is not None:
                self._child.stdin.close()
        try:
            self._child.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()


def _told(options: ServiceOptions) -> dict[str, Any]:
    values = {name: value for name, value in asdict(options).items() if name in _TOLD}
    for name, secret in (("token", options.token), ("password", options.password)):
        values[name] = None if secret is None else secret.get_secret_value()
    return values | {"ca_file": None if options.ca_file is None else str(options.ca_file)}


def _heard(line: str) -> ServiceOptions:
    values: dict[str, Any] = json.loads(line)
    for name, make in (("token", SecretStr), ("password", SecretStr), ("ca_file", Path)):
        values[name] = None if values[name] is None else make(values[name])
    values["redirect_hosts"] = tuple(values["redirect_hosts"])
    return ServiceOptions(**values)


def main() -> None:
    """Be the child: open the door that the first line tells of, say where it is, and end with the input."""
    relay = Relay(_heard(sys.stdin.readline()))
    print(json.dumps({"address": relay.address, "key": relay.key}), flush=True)
    sys.stdin.read()
    relay.close()


if __name__ == "__main__":
    main()
