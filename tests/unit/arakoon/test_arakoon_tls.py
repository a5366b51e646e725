"""TLS with certificates of clients: whom either side trusts, and what is said when it does not (contract §12)."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.unit.arakoon.certificates import Certificates, make_certificates
from tui.services.errors import InvalidInput, NotAuthenticated, ServiceError, Unavailable
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, Tls


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@asynccontextmanager
async def node(certificates: Certificates, wants_client: bool = False) -> AsyncIterator[EmbeddedCluster]:
    context = certificates.server_context(wants_client)
    async with EmbeddedCluster("secret", size=3, lease=1.0, context=context) as cluster, asyncio.timeout(15):
        yield cluster


async def use(cluster: EmbeddedCluster, tls: Tls | None) -> None:
    async with AsyncClient(cluster.settings(tls)) as client:
        await client.set(b"k", bytes(1_000_000))
        assert await asyncio.gather(*(client.get(b"k") for _ in range(8))) == [bytes(1_000_000)] * 8


@pytest.mark.parametrize("version", ["1.2", "1.3"])
async def test_a_trusted_node(certificates: Certificates, version: str) -> None:
    async with node(certificates) as cluster:
        await use(cluster, Tls(certificates.authority, version=version))


async def test_a_client_with_its_certificate(certificates: Certificates) -> None:
    async with node(certificates, wants_client=True) as cluster:
        await use(cluster, Tls(certificates.authority, *certificates.client))


async def test_a_node_that_is_not_trusted(certificates: Certificates) -> None:
    async with node(certificates) as cluster:
        with pytest.raises(NotAuthenticated, match="certificate of the node arakoon_0 is not trusted"):
            await use(cluster, Tls(certificates.stranger))


@pytest.mark.parametrize("has_certificate", [False, True])
async def test_a_client_that_is_not_trusted_by_a_node_that_just_hangs_up(
    certificates: Certificates, has_certificate: bool
) -> None:
    async with node(certificates, wants_client=True) as cluster:
        own = certificates.strange_client if has_certificate else (None, None)
        with pytest.raises(InvalidInput if has_certificate else NotAuthenticated, match="hung up on the greeting") as e:
            await use(cluster, Tls(certificates.authority, *own))
        assert "certificate" in e.value.hint


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("has_certificate", [False, True])
async def test_a_client_that_is_not_trusted_by_a_node_that_says_so(
    certificates: Certificates, version: ssl.TLSVersion, has_certificate: bool
) -> None:
    context = certificates.server_context(wants_client=True)
    context.maximum_version = version
    listener = socket.create_server(("127.0.0.1", 0))
    address = NodeAddress("strict", ("127.0.0.1",), listener.getsockname()[1])
    ended = threading.Event()

    def serve() -> None:
        raw, _ = listener.accept()
        encrypted = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        with suppress(OSError):
            encrypted.do_handshake()
        # The alert is to be read before the connection goes.
        ended.wait(15)
        encrypted.close()

    thread = threading.Thread(target=serve)
    thread.start()
    own = certificates.strange_client if has_certificate else (None, None)
    try:
        async with asyncio.timeout(15):
            with pytest.raises(NotAuthenticated, match=r"the node strict does not accept this client: .*alert"):
                await AsyncClient(ClusterSettings("c", (address,), Tls(certificates.authority, *own))).connect()
    finally:
        ended.set()
        thread.join()
        listener.close()


async def test_plain_where_tls_is_wanted(certificates: Certificates) -> None:
    async with node(certificates) as cluster:
        with pytest.raises(ServiceError, match=r"hung up on the greeting|does not speak as it should"):
            await use(cluster, None)


async def test_tls_where_there_is_none(certificates: Certificates) -> None:
    async with EmbeddedCluster("plain") as cluster, asyncio.timeout(15):
        settings = cluster.settings(Tls(certificates.authority))
        with pytest.raises(Unavailable, match="connection reset while TLS began") as caught:
            await AsyncClient(settings).connect()
        assert "does it offer TLS" in caught.value.hint


async def test_files_that_cannot_be_used(certificates: Certificates, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pem"
    damaged.write_text("no certificate")
    async with EmbeddedCluster("plain") as cluster:
        for tls, said in (
            (Tls(tmp_path / "missing.pem"), "tls_ca_cert: .*missing.pem cannot be used: No such file"),
            (Tls(damaged), "tls_ca_cert: .*damaged.pem cannot be used"),
            (Tls(certificates.authority, damaged, damaged), "tls_cert and tls_key: "),
            (Tls(certificates.authority, certificates.client[0]), "give both or none"),
            (Tls(certificates.authority, certificates.client[0], certificates.server[1]), "tls_cert and tls_key: "),
            (Tls(certificates.authority, version="2"), "tls_version: give one of"),
        ):
            with pytest.raises(InvalidInput, match=said):
                await AsyncClient(cluster.settings(tls)).connect()
