"""A real sshd on loopback, as an ordinary process: its keys, its configuration and its log in a folder of its own."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terminal.pty_program import PtyProgram
from tests.terminal.slow_line import SlowLine


class CannotRun(Exception):
    """There is no sshd here, or it does not start; the text says why."""


class SshServer:
    """An sshd that lets this user in with a key made for it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._folder = folder

    def client(self, line: SlowLine, command: str, *, columns: int, rows: int) -> PtyProgram:
        """Run a command at the other end of a line, in a terminal there."""
        options = {
            "UserKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "no",
            "IdentitiesOnly": "yes",
            "LogLevel": "ERROR",
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        where = ["-p", str(line.port), "-i", str(self._folder / "user"), f"{getpass.getuser()}@127.0.0.1"]
        return PtyProgram(["ssh", "-F", "none", "-tt", *words, *where, command], columns=columns, rows=rows)


@contextmanager
def ssh_server(folder: Path) -> Iterator[SshServer]:
    """Run an sshd.

    Raises:
        CannotRun: there is none, or it does not start.
    """
    sshd, keygen = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin"), shutil.which("ssh-keygen")
    if sshd is None or keygen is None or shutil.which("ssh") is None:
        raise CannotRun("openssh-server and openssh-client are not installed")
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True, timeout=30)
    shutil.copy(folder / "user.pub", folder / "authorized")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "KbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n"
    )
    log = folder / "log"
    with subprocess.Popen([sshd, "-D", "-f", str(folder / "config"), "-E", str(log)], stderr=subprocess.PIPE) as server:
        try:
            _wait_until_it_listens(server, port, log)
            yield SshServer(folder, port)
        finally:
            server.kill()


def remote_command(home: Path, toy: Path, *arguments: str) -> str:
    """Return arraydeck as a line for the shell at the other end."""
    environment = f"ARRAYDECK_HOME={home} PYTHONPATH={Path.cwd()}:{toy} LC_ALL=C.UTF-8"
    return " ".join(["exec env", environment, sys.executable, "-m", "tui.cli.main", *arguments])


def _wait_until_it_listens(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 15
    while server.poll() is None and time.monotonic() < end:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    said = log.read_text(errors="replace") if log.exists() else ""
    raise CannotRun(f"sshd does not start: {said.strip()[-300:]}")
