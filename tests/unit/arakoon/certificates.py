"""Certificates for the tests: one authority with those it signed for a server and a client, and a stranger."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files: the authority, what it signed for a server and a client, and what a stranger signed."""

    authority: Path
    server: tuple[Path, Path]
    client: tuple[Path, Path]
    stranger: Path
    strange_client: tuple[Path, Path]

    def server_context(self, wants_client: bool = False) -> ssl.SSLContext:
        """Return the context of a node."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server)
        if wants_client:
            context.load_verify_locations(self.authority)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def make_certificates(folder: Path) -> Certificates:
    """Make them in the folder."""
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    stranger.cert_pem.write_to_path(folder / "stranger.pem")
    return Certificates(
        folder / "authority.pem",
        _signed(folder, "server", authority),
        _signed(folder, "client", authority),
        folder / "stranger.pem",
        _signed(folder, "strange", stranger),
    )


def _signed(folder: Path, name: str, by: trustme.CA) -> tuple[Path, Path]:
    made = by.issue_cert(f"{name}.example")
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    return certificate, key
