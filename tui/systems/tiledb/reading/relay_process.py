"""The doors of `relay` in a process of their own, one for all log-ins of a client.

In a process of their own, since TileDB's library may hold the interpreter while it waits for an answer. The child is
told each log-in by its standard input, so that it is on no command line and in no environment. It ends when it is told
to, when that input is closed, or when whoever started it is gone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tui.services.errors import InvalidInput, ServiceError, Unavailable
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.retry_modes import RetryMode

STARTING = 60.0
"""Seconds that the child has for an answer."""
ENDING = 5.0
"""Seconds that it has for ending by itself."""
LOOKING = 0.5
"""Seconds after which it looks again whether whoever started it is still there."""
_TOLD = ("server_address", "username", "timeout", "verify", "allow_plain_http", "redirect_hosts")
# Not by `-m`: that would take the modules of whatever folder the program was started in.
_BEGIN = (
    "import json, sys; begin = json.loads(sys.stdin.readline()); sys.path[:] = begin['path']; "
    f"from {__name__} import serve; serve(begin['parent'])"
)
_running: set[RelayProcess] = set()
"""Those with a child. It lives until it is closed or the program ends, so that what was made of a door outlives a
client that nobody holds any more."""


@dataclass(frozen=True)
class Door:
    """Where TileDB's library is to ask in place of a server, and the key that it is to show there."""

    address: str
    key: str = field(repr=False)


class RelayProcess:
    """The doors of one client. The child is started for the first of them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._doors: dict[ServiceOptions, Door] = {}
        self._closed = False

    def door(self, options: ServiceOptions) -> Door:
        """Return the door for a log-in; there is one for each. It may take a moment: call it in a thread.

        Raises:
            InvalidInput: the server's address cannot be used, or would be asked without encryption, or the file of
                authorities cannot be read.
            Unavailable: the child could not be started, or cannot listen; or this is closed.
        """
        options.http(RetryMode.DEFAULT)
        with self._lock:
            if self._closed:
                raise Unavailable(SYSTEM, "open array", "the client is closed")
            if self._child is not None and self._child.poll() is not None:
                self._end()
            if options not in self._doors:
                self._doors[options] = self._opened(options)
            return self._doors[options]

    def _opened(self, options: ServiceOptions) -> Door:
        failed = Unavailable(SYSTEM, "open array", "the way to the server for TileDB's library could not be opened")
        try:
            child = self._child or self._started()
            found = _answer(child, _told(options))
            if "refused" not in found:
                return Door(str(found["address"]), str(found["key"]))
        except (OSError, ValueError, KeyError) as error:
            self._end()
            raise failed from error
        raise InvalidInput(
            SYSTEM, "open array", str(found["refused"]), "look at ca_file, SSL_CERT_FILE and HTTPS_PROXY"
        )

    def _started(self) -> subprocess.Popen[bytes]:
        # In a session of its own: what ends the program by the keyboard is not for the child.
        child = self._child = subprocess.Popen(
            (sys.executable, "-P", "-c", _BEGIN),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        _running.add(self)
        begin = {"path": [str(Path(entry).absolute()) for entry in sys.path], "parent": os.getpid()}
        _tell(child, json.dumps(begin))
        return child

    def close(self) -> None:
        """End the child, and with it whatever goes on through its doors. Safe to call twice; it waits: call it in a
        thread."""
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        child, self._child = self._child, None
        self._doors.clear()
        _running.discard(self)
        if child is None:
            return
        with suppress(OSError):
            # In words too: a fork of this process may hold the other end of its input.
            _tell(child, "")
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            child.wait(ENDING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _tell(child: subprocess.Popen[bytes], line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(line.encode() + b"\n")
    child.stdin.flush()


def _answer(child: subprocess.Popen[bytes], told: dict[str, Any]) -> dict[str, Any]:
    assert child.stdout is not None
    late = threading.Timer(STARTING, child.kill)
    late.start()
    try:
        _tell(child, json.dumps(told))
        return json.loads(child.stdout.readline())
    finally:
        late.cancel()


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


def serve(parent: int) -> None:
    """Be the child: open the door that each line tells of and say where it is; end with an empty line or the input."""
    threading.Thread(target=_end_with, args=(parent,), name="tiledb relay's parent", daemon=True).start()
    doors: list[object] = []
    with suppress(BrokenPipeError):
        for line in sys.stdin:
            if not line.strip():
                break
            print(json.dumps(_open(line, doors)), flush=True)
    # Not through the interpreter's end, which would wait for answers that a server still owes.
    os._exit(0)


def _open(line: str, doors: list[object]) -> dict[str, str]:
    from tui.systems.tiledb.reading.relay import Relay

    try:
        relay = Relay(_heard(line))
    except ServiceError as error:
        return {"refused": error.message}
    except (OSError, ValueError) as error:
        # Not the text of a ValueError, which may quote a proxy's address with its password.
        reason = getattr(error, "strerror", None) or type(error).__name__
        said = "the certificates cannot be read, or no port be had, or the proxy's address is none"
        return {"refused": f"{said}: {printable(str(reason), 200)}"}
    doors.append(relay)
    return {"address": relay.address, "key": relay.key}


def _end_with(parent: int) -> None:
    """End this process when `parent` is gone: somebody else may still hold the other end of the input."""
    while os.name != "posix" or os.getppid() == parent:
        time.sleep(LOOKING)
    os._exit(0)
