"""The options of a profile: what a cluster's URI or file does not say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tui.services.printable import printable
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, Patience, Tls, invalid
from tui.systems.arakoon.uri import settings_from


class ArakoonOptions(BaseModel):
    """Options of a cluster's profile. Certificates are PEM files; times are in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...] = Field(default=(), description="names of the nodes, in the order of the URI")
    tls_ca_cert: Path | None = Field(default=None, description="whom to trust; switches TLS on")
    tls_cert: Path | None = Field(default=None, description="the client's own certificate")
    tls_key: Path | None = Field(default=None, description="the key of that certificate")
    tls_version: str = Field(default="1.2", description="the oldest version of TLS to speak: 1.0, 1.1, 1.2 or 1.3")
    timeout: float = Field(default=20.0, gt=0, le=3600, description="how long a call may take")
    silence: float = Field(default=5.0, gt=0, le=3600, description="how long a node may say nothing to a read")
    connections: int = Field(default=4, ge=1, le=64, description="connections to a node, of each kind")
    max_value: int | None = Field(default=None, ge=1, description="bytes that the servers refuse a value of")


def profile_settings(uri: str, options: dict[str, Any]) -> ClusterSettings:
    """Return the settings of a profile: what its URI or file says, and its options over that. May read a file.

    Raises:
        InvalidInput: the URI, the file or an option cannot be used; the message names it.
        NotFound, PermissionDenied: there is no such file, or it may not be read.
    """
    try:
        chosen = ArakoonOptions.model_validate(options)
    except ValidationError as error:
        finding = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(map(str, finding["loc"]))
        raise invalid(f"options: {printable(name, 80)}: {finding['msg']}") from error
    found = settings_from(uri)
    tls = found.tls
    if chosen.tls_ca_cert is not None:
        tls = Tls(chosen.tls_ca_cert.expanduser(), _home(chosen.tls_cert), _home(chosen.tls_key), chosen.tls_version)
    elif chosen.tls_cert is not None or chosen.tls_key is not None:
        if tls is None:
            raise invalid("options: tls_ca_cert is missing: whom does the client trust?")
        tls = replace(tls, cert=_home(chosen.tls_cert), key=_home(chosen.tls_key))
    return replace(
        found,
        nodes=_named(found.nodes, chosen.names),
        tls=tls,
        patience=Patience(total=chosen.timeout, silence=min(chosen.silence, chosen.timeout)),
        connections=chosen.connections,
        max_value=chosen.max_value or found.max_value,
    )


def _named(nodes: tuple[NodeAddress, ...], names: tuple[str, ...]) -> tuple[NodeAddress, ...]:
    if not names:
        return nodes
    if len(names) != len(nodes):
        raise invalid(f"options: names: there are {len(nodes)} nodes and {len(names)} names")
    return tuple(replace(node, name=name) for node, name in zip(nodes, names, strict=True))


def _home(path: Path | None) -> Path | None:
    return None if path is None else path.expanduser()
