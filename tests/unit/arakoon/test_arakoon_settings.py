"""Where a cluster is: its own file, a URI, a profile's options; and what is wrong with a text that says it badly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services.errors import InvalidInput, NotFound
from tui.systems.arakoon.ini import parse_settings
from tui.systems.arakoon.options import profile_settings
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, Patience, Tls
from tui.systems.arakoon.uri import settings_from, settings_from_uri

INI = r"""
# The cluster of the manual.
[global]
cluster = arakoon_0, arakoon_1 \
          , arakoon_2
cluster_id = ricky      # the id
lease_period = 5
__tainted_max_value_size = 16777216
plugins = some_plugin
tls_ca_cert = ca.pem

[default_log]
client_protocol = info

[arakoon_0]
  ip = 10.0.0.1, 10.1.0.1
  client_port = 4000
  messaging_port = 4010
  home = /var/lib/arakoon
  log_level = info
[arakoon_1]
ip = 10.0.0.2
client_port = 4_001
[arakoon_2]
ip = ::1
client_port = 4002
"""
RICKY = (
    NodeAddress("arakoon_0", ("10.0.0.1", "10.1.0.1"), 4000),
    NodeAddress("arakoon_1", ("10.0.0.2",), 4001),
    NodeAddress("arakoon_2", ("::1",), 4002),
)


def test_the_cluster_s_own_file(tmp_path: Path) -> None:
    path = tmp_path / "ricky.ini"
    path.write_text(INI)
    for source in (str(path), f"file://{path}"):
        found = settings_from(source)
        assert found == ClusterSettings("ricky", RICKY, lease=5, max_value=16 * 1024 * 1024)


@pytest.mark.parametrize(
    ("lines", "tls"),
    [
        ("", None),
        ("tls_version = 1.2", Tls(Path("/etc/a/ca.pem"), version="1.2")),
        ("tls_service = true", Tls(Path("/etc/a/ca.pem"), version="1.0")),
        ("tls_service = false\ntls_version = 1.2", None),
        (
            "tls_service = true\ntls_version = 1.1\ntls_cert = /c.pem\ntls_key = k.pem",
            Tls(Path("/etc/a/ca.pem"), Path("/c.pem"), Path("/etc/a/k.pem"), "1.1"),
        ),
    ],
)
def test_tls_in_the_cluster_s_file(lines: str, tls: Tls | None) -> None:
    assert (
        parse_settings(INI.replace("tls_ca_cert = ca.pem", f"tls_ca_cert = ca.pem\n{lines}"), Path("/etc/a")).tls == tls
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[global]", "[globe]", r"no section \[global\]"),
        ("cluster_id = ricky", "", r"\[global\] cluster_id is missing"),
        ("[arakoon_1]", "[arakoon_9]", r"no section \[arakoon_1\]"),
        ("client_port = 4000", "client_port = many", "client_port is many, and no whole number"),
        ("client_port = 4002", "", r"\[arakoon_2\] client_port is missing"),
        ("client_port = 4002", "client_port = 70000", "70000 is not a port"),
        ("ip = ::1", "", r"\[arakoon_2\] ip is missing"),
        ("ip = ::1", "ip = ,", "arakoon_2 has no address"),
        ("tls_ca_cert = ca.pem", "tls_ca_cert = a\ntls_service = yes", "tls_service is yes, neither true nor false"),
        (", arakoon_2", ", arakoon_1", "arakoon_1 is there twice"),
        ("[arakoon_2]", "[arakoon_1]", "damaged"),
        ("cluster = arakoon_0", "cluster \x1b arakoon_0", "damaged"),
    ],
)
def test_what_is_wrong_with_a_file(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        parse_settings(INI.replace(old, new, 1))
    assert "\x1b" not in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        settings_from(str(tmp_path / "missing.ini"))
    with pytest.raises(InvalidInput, match="cannot be read"):
        settings_from(str(tmp_path))
    large = tmp_path / "large.ini"
    with large.open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    with pytest.raises(InvalidInput, match="too large"):
        settings_from(str(large))


@given(text=st.text(max_size=200))
def test_any_text_is_a_cluster_s_file_or_invalid_input(text: str) -> None:
    for content in (text, f"[global]\ncluster=a\ncluster_id=c\n[a]\nip={text}\nclient_port=1"):
        try:
            parse_settings(content)
        except InvalidInput:
            continue


@given(text=st.text(max_size=80))
def test_any_text_is_a_uri_or_invalid_input(text: str) -> None:
    for uri in (f"arakoon:{text}", f"arakoon://{text}/c", f"arakoon://h:1/{text}"):
        try:
            settings_from_uri(uri)
        except InvalidInput:
            continue


def test_uris() -> None:
    assert settings_from("arakoon://10.0.0.1:4000/ricky") == ClusterSettings(
        "ricky", (NodeAddress("", ("10.0.0.1",), 4000),)
    )
    found = settings_from("ARAKOON://one=[::1]:4000,two=host-2.lab:4001/my%20cluster")
    assert found.cluster_id == "my cluster"
    assert found.nodes == (NodeAddress("one", ("::1",), 4000), NodeAddress("two", ("host-2.lab",), 4001))
    found = settings_from("arakoon://h:1/c?tls_ca_cert=/ca.pem&tls_cert=/c.pem&tls_key=/k.pem&tls_version=1.3")
    assert found.tls == Tls(Path("/ca.pem"), Path("/c.pem"), Path("/k.pem"), "1.3")
    assert NodeAddress("", ("::1",), 4000).label == "[::1]:4000"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("arakoon:h:1/c", "two slashes"),
        ("arakoon://h:1", "cluster's id is missing"),
        ("arakoon://h:1/", "cluster's id is missing"),
        ("arakoon://h:1/a/b", "cluster's id is missing"),
        ("arakoon://h/c", "h is not host:port"),
        ("arakoon://:1/c", "not host:port"),
        ("arakoon://h:0/c", "0 is not a port"),
        ("arakoon://h:1,h:1/c", "h:1 is there twice"),
        ("arakoon://h:1/c?tls=1", "tls is unknown"),
        ("arakoon://h:1/c?tls_cert=/c.pem", "tls_ca_cert is missing"),
    ],
)
def test_what_is_wrong_with_a_uri(uri: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        settings_from(uri)


def test_a_profile(tmp_path: Path) -> None:
    uri = "arakoon://h:1,i:2/c"
    assert profile_settings(uri, {}) == settings_from(uri)
    options = {"names": ["a", "b"], "tls_ca_cert": "/ca.pem", "timeout": 3, "connections": 2, "max_value": 100}
    assert profile_settings(uri, options) == ClusterSettings(
        "c",
        (NodeAddress("a", ("h",), 1), NodeAddress("b", ("i",), 2)),
        Tls(Path("/ca.pem")),
        patience=Patience(total=3, silence=3),
        connections=2,
        max_value=100,
    )
    path = tmp_path / "ricky.ini"
    path.write_text(INI.replace("tls_ca_cert", "tls_version = 1.2\ntls_ca_cert"))
    found = profile_settings(str(path), {"tls_cert": "/c.pem", "tls_key": "/k.pem"})
    assert found.tls == Tls(tmp_path / "ca.pem", Path("/c.pem"), Path("/k.pem"), "1.2")
    assert found.max_value == 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"timout": 3}, "options: timout"),
        ({"timeout": 0}, "options: timeout"),
        ({"names": ["a"]}, "names: there are 2 nodes and 1 names"),
        ({"names": ["a", "a"]}, "there twice"),
        ({"tls_cert": "/c.pem"}, "tls_ca_cert is missing"),
    ],
)
def test_what_is_wrong_with_options(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        profile_settings("arakoon://h:1,i:2/c", options)
