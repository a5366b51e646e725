"""The relay behind `Ctx` and `Config`: when it is begun and ended, what it knows, and whom it trusts."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from tests.conformance.scripted import Raised, becomes, runs, script
from tests.conformance.tiledb_stored import Stored, program, register, write

pytest.importorskip("tiledb")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc to find children in")
SUM = 13753.0
"""Of the cells that the script reads."""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    folder = tmp_path_factory.mktemp("storage")
    write(folder / "bucket" / "field")
    with program(folder, "--control") as line:
        yield register(line, classic=False)


def login(stored: Stored, **more: Any) -> dict[str, Any]:
    return {"server_address": stored.url, "token": stored.credentials["token"], **more}


def listens(address: str) -> bool:
    parts = urlsplit(address)
    with suppress(OSError), socket.create_connection((parts.hostname, parts.port), 5):
        return True
    return False


def test_one_child_is_begun_for_the_first_context_and_ends_with_the_client(stored: Stored, tmp_path: Path) -> None:
    with script(tmp_path, **login(stored)) as ours:
        ours.do("detect")
        assert ours.children() == []
        first = ours.do("make", name="first")["rest.server_address"]
        (child,) = ours.children()
        others = [ours.do("make", way="Config"), ours.do("make", **{"rest.token": "other"}), ours.do("make")]
        assert ours.children() == [child]
        addresses = [values["rest.server_address"] for values in others]
        assert addresses[0] == addresses[2] == first != addresses[1] and all(map(listens, addresses))
        for place in ("cmdline", "environ"):
            assert stored.credentials["token"].encode() not in Path(f"/proc/{child}/{place}").read_bytes()
        ours.do("close")
        ours.do("close")
        assert not runs(child) and not any(map(listens, addresses))
        with pytest.raises(Raised, match="the client is closed"):
            ours.do("make")
        assert ours.children() == []
        assert ours.do("refused", address=stored.address, name="first")


def test_contexts_of_an_asynchronous_client_that_are_made_at_once_share_a_child(stored: Stored, tmp_path: Path) -> None:
    with script(tmp_path, **login(stored)) as ours:
        together = ours.do("together", address=stored.address, count=4)
        assert together["sums"] == [SUM] * 4 and len(set(together["relays"])) == 1
        assert ours.children() == [] and not listens(together["relays"][0])


def test_closing_ends_what_waits_for_the_server(stored: Stored, tmp_path: Path) -> None:
    stored.steer("fault", kind="slow", path="/v", times=-1, seconds=40)
    try:
        with script(tmp_path, **login(stored)) as ours:
            said = ours.do("close_early", address=stored.address, count=40)
            assert len(said) == 40 and all(said) and ours.children() == []
    finally:
        stored.steer("clear_faults")


def test_it_is_begun_anew_when_it_was_killed_and_ends_with_the_program(stored: Stored, tmp_path: Path) -> None:
    with script(tmp_path, **login(stored)) as ours:
        ours.do("make")
        (killed,) = ours.children()
        os.kill(killed, signal.SIGKILL)
        assert becomes(lambda: not runs(killed))
        ours.do("make")
        assert ours.do("read", address=stored.address) == SUM
        (child,) = ours.children()
        # Of a client that nobody holds any more, too.
        ours.do("make", way="lost client")
        (other,) = set(ours.children()) - {child}
        assert ours.do("read", address=stored.address) == SUM
    assert becomes(lambda: not runs(child) and not runs(other))


def test_it_is_gone_when_the_program_is_killed_whoever_else_has_its_input(stored: Stored, tmp_path: Path) -> None:
    with script(tmp_path, **login(stored)) as ours:
        address = ours.do("make")["rest.server_address"]
        (child,) = ours.children()
        fork = ours.do("fork")
        try:
            ours.process.kill()
            ours.process.wait()
            assert becomes(lambda: not runs(child)) and not listens(address)
            # Which holds the other end of the relay's input, so that it has not ended.
            assert runs(fork)
        finally:
            os.kill(fork, signal.SIGKILL)


def test_modules_of_the_folder_where_it_is_started_are_not_its_own(stored: Stored, tmp_path: Path) -> None:
    for name in ("tui", "httpx", "json", "socket"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'taken')!r}, 'a').write({name!r})\n")
    with script(tmp_path, cwd=str(tmp_path), **login(stored)) as ours:
        ours.do("make")
        assert ours.do("read", address=stored.address) == SUM
    assert not (tmp_path / "taken").exists()


@contextmanager
def tls_before(url: str, context: ssl.SSLContext) -> Iterator[tuple[str, list[bytes]]]:
    """Put TLS before a server: yield its address, and what was sent to the server."""
    listening, heard = socket.create_server(("127.0.0.1", 0)), list[bytes]()
    there = urlsplit(url)

    def pass_on(source: socket.socket, target: socket.socket, note: bool) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                if note:
                    heard.append(part)
                target.sendall(part)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def serve(raw: socket.socket) -> None:
        beyond = (there.hostname, there.port)
        with (
            suppress(OSError),
            context.wrap_socket(raw, server_side=True) as near,
            socket.create_connection(beyond) as far,
        ):
            back = threading.Thread(target=pass_on, args=(far, near, False), daemon=True)
            back.start()
            pass_on(near, far, True)
            back.join()

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_a_certificate_is_looked_at_as_the_client_was_told(stored: Stored, tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = str(tmp_path / "authority.pem")
    authority.cert_pem.write_to_path(trusted)
    with tls_before(stored.url, context) as (url, heard), script(tmp_path, **login(stored, server_address=url)) as ours:
        ours.do("make", name="by itself")
        said = ours.do("refused", address=stored.address, name="by itself")
        assert "is not trusted" in said and "ca_file" in said and heard == []
        for given in ({"ssl.ca_file": trusted}, {"ssl.verify": "false"}, {"rest.verify_ssl": "false"}):
            ours.do("make", **given)
            assert ours.do("read", address=stored.address) == SUM, given
        for more in ({"ca_file": trusted}, {"verify": False}):
            ours.do("switch", **login(stored, server_address=url, **more))
            ours.do("make")
            assert ours.do("read", address=stored.address) == SUM, more
        with pytest.raises(Raised, match=r"InvalidInput: .*certificates cannot be read"):
            ours.do("make", **{"ssl.ca_file": "/nowhere/authorities.pem"})
        # Said for itself alone: other doors of the same child stay open.
        assert ours.do("read", address=stored.address) == SUM and len(ours.children()) == 1
