"""Certificates for the tests, made by the `openssl` program: one authority and those it signed, and a stranger."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_DAYS = "2"


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
    """Make them in the folder; the test is skipped where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates with")
    authority = _authority(folder, "authority")
    stranger = _authority(folder, "stranger")
    return Certificates(
        authority[0],
        _signed(folder, "server", authority),
        _signed(folder, "client", authority),
        stranger[0],
        _signed(folder, "strange", stranger),
    )


def _run(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def _authority(folder: Path, name: str) -> tuple[Path, Path]:
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _run(
        folder,
        "req",
        "-x509",
        *key,
        "-keyout",
        f"{name}.key",
        "-out",
        f"{name}.pem",
        "-days",
        _DAYS,
        "-subj",
        f"/CN={name}",
    )
    return folder / f"{name}.pem", folder / f"{name}.key"


def _signed(folder: Path, name: str, by: tuple[Path, Path]) -> tuple[Path, Path]:
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _run(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
    issuer = ("-CA", str(by[0]), "-CAkey", str(by[1]), "-CAcreateserial")
    _run(folder, "x509", "-req", "-in", f"{name}.csr", *issuer, "-out", f"{name}.pem", "-days", _DAYS)
    return folder / f"{name}.pem", folder / f"{name}.key"
