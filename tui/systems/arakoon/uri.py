"""Where a cluster is: `arakoon://node=host:port,…/cluster_id`, or the path of the cluster's own file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from tui.services.printable import printable
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, Tls, invalid

SCHEME = "arakoon"
EXAMPLE = "arakoon://10.0.0.1:4000,10.0.0.2:4000/cluster or a cluster's .ini"
_NODE = re.compile(r"(?:(?P<name>[^=@]+)=)?(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})\Z")
_TLS = {"tls_ca_cert", "tls_cert", "tls_key", "tls_version"}


def settings_from(source: str) -> ClusterSettings:
    """Return the settings that a URI or a path means. Reads the file: call it in a thread.

    Raises:
        InvalidInput: it cannot be understood; the message says what.
        NotFound: there is no such file.
        PermissionDenied: it may not be read.
    """
    if is_uri(source):
        return settings_from_uri(source)
    from tui.systems.arakoon.ini import read_settings

    scheme, colon, rest = source.partition(":")
    path = unquote(rest.removeprefix("//")) if colon and scheme.lower() == "file" else source
    return read_settings(Path(path).expanduser())


def is_uri(source: str) -> bool:
    """Whether the text is a cluster's URI, and not a path."""
    return source.partition(":")[0].lower() == SCHEME and ":" in source


def settings_from_uri(uri: str) -> ClusterSettings:
    """Return the settings that `arakoon://[name=]host:port[,…]/cluster_id[?tls_ca_cert=…]` means.

    The names of the nodes may be left out; then they are learnt from the cluster, each when it is the master. The
    query takes `tls_ca_cert`, which switches TLS on, `tls_cert`, `tls_key` and `tls_version` as the cluster's file.

    Raises:
        InvalidInput: it cannot be understood; the message says what.
    """
    rest = uri.partition(":")[2]
    if not rest.startswith("//"):
        raise invalid("uri: two slashes are missing", EXAMPLE)
    where, _, query = rest[2:].partition("?")
    nodes, slash, cluster_id = where.partition("/")
    if not slash or not cluster_id or "/" in cluster_id:
        raise invalid("uri: the cluster's id is missing behind the nodes", EXAMPLE)
    addresses = tuple(_address(text) for text in nodes.split(","))
    return ClusterSettings(unquote(cluster_id), addresses, _tls(query))


def _address(text: str) -> NodeAddress:
    match = _NODE.match(text.strip())
    if match is None:
        raise invalid(f"uri: {printable(text, 80)} is not host:port or name=host:port", EXAMPLE)
    return NodeAddress(unquote(match["name"] or ""), (match["six"] or match["host"],), int(match["port"]))


def _tls(query: str) -> Tls | None:
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name in given:
        if name not in _TLS:
            raise invalid(f"uri: {printable(name, 40)} is unknown", f"known are {', '.join(sorted(_TLS))}")
    return tls_from(given)


def tls_from(given: dict[str, str]) -> Tls | None:
    """Return what the names of the cluster's file say about TLS; None without an authority to trust.

    Raises:
        InvalidInput: there are a client's certificate and no authority.
    """

    def path(name: str) -> Path | None:
        return Path(given[name]).expanduser() if given.get(name) else None

    authority = path("tls_ca_cert")
    if authority is None:
        if path("tls_cert") or path("tls_key"):
            raise invalid("tls_ca_cert is missing: whom does the client trust?")
        return None
    return Tls(authority, path("tls_cert"), path("tls_key"), given.get("tls_version") or "1.2")
