"""How an Arakoon cluster is named on the command line: its address, its own file, a profile; with and without TLS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import ENTRIES, Call
from tests.unit.arakoon.certificates import Certificates, make_certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secret(certificates: Certificates) -> Iterator[Running]:
    """A cluster that wants certificates of its clients."""
    with Running("secret", 1, ENTRIES, certificates.server_context(wants_client=True)) as cluster:
        yield cluster


def count(call: Call, where: str) -> int:
    said = call("run", "keys", "key-count", "-p", where, "-o", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def cluster_file(path: Path, cluster: Running, more: str = "") -> Path:
    nodes = "".join(
        f"[{name}]\nip = 127.0.0.1\nclient_port = {port}\nmessaging_port = 1\nhome = /nowhere\n"
        for name, port in cluster.ports.items()
    )
    path.write_text(f"[global]\ncluster = {', '.join(cluster.ports)}\ncluster_id = {cluster.name}\n{more}\n{nodes}")
    return path


@pytest.mark.parametrize("name", ["trio.ini", "trio.cfg"])
def test_the_cluster_s_own_file(
    call: Call, trio: Running, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cluster_file(tmp_path / name, trio)
    assert count(call, str(path)) == len(ENTRIES)
    monkeypatch.chdir(tmp_path)
    said = call("profiles", "import")
    assert said.code == 0 and "trio\tarakoon" in said.out
    assert count(call, "trio") == len(ENTRIES)
    path.write_text("[global]\ncluster = a\n")
    said = call("get", "nodes", "-p", str(path))
    assert said.code == 2 and "cluster_id" in said.err


def test_an_address_without_the_names_of_the_nodes(call: Call, trio: Running) -> None:
    where = ",".join(f"127.0.0.1:{port}" for port in trio.ports.values())
    assert count(call, f"arakoon://{where}/trio") == len(ENTRIES)
    said = call("profiles", "add", "named", f"arakoon://{where}/trio", "--options", '{"names": ["a", "trio_1"]}')
    said = call("get", "nodes", "-p", "named") if said.code == 0 else said
    assert said.code == 2 and "3 nodes and 2 names" in said.err


def test_tls_by_address_by_profile_and_by_file(
    call: Call, secret: Running, certificates: Certificates, tmp_path: Path
) -> None:
    own = {"tls_ca_cert": certificates.authority, "tls_cert": certificates.client[0], "tls_key": certificates.client[1]}
    query = "&".join(f"{name}={quote(str(path))}" for name, path in own.items())
    assert count(call, f"{secret.uri}?{query}&dirty=yes") == len(ENTRIES)
    options = json.dumps({name: str(path) for name, path in own.items()})
    assert call("profiles", "add", "safe", secret.uri, "--options", options).code == 0
    assert count(call, "safe") == len(ENTRIES)
    lines = "\n".join(f"{name} = {path}" for name, path in own.items())
    path = cluster_file(tmp_path / "secret.ini", secret, f"{lines}\ntls_service = true\ntls_version = 1.2")
    assert count(call, str(path)) == len(ENTRIES)


def test_tls_that_is_not_trusted(call: Call, secret: Running, certificates: Certificates) -> None:
    stranger = f"{secret.uri}?tls_ca_cert={quote(str(certificates.stranger))}&timeout=5"
    said = call("get", "nodes", "-p", stranger)
    assert said.code == 1 and "trust" in said.err and said.out == ""
    said = call("get", "nodes", "-p", f"{secret.uri}?timeout=5&tls_ca_cert={quote(str(certificates.authority))}")
    assert said.code in (1, 4) and said.out == ""
    said = call("get", "nodes", "-p", f"{secret.uri}?timeout=5")
    assert said.code != 0 and said.out == ""
    said = call("get", "nodes", "-p", f"{secret.uri}?tls_ca_cert=/nowhere/ca.pem")
    assert said.code == 2 and "/nowhere/ca.pem" in said.err
