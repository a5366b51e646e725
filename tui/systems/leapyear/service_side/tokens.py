"""Tokens of the server: signed claims, and assertions that are signed by a user's own key (contract §8.2)."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tui.services.http.jwt import pack, unpack
from tui.systems.leapyear.service_side.refusal import Refusal

ISSUER = "leapyear-bundled"
_HEADER = {"alg": "HS256", "typ": "JWT"}
LEAST_RSA_BITS = 2048


class Signer:
    """Signs tokens and checks them. The key is in a file for its owner's eyes, or in memory with a state in memory."""

    def __init__(self, state: Path | str) -> None:
        self._key = secrets.token_bytes(32) if str(state) == ":memory:" else _kept_key(Path(f"{state}.key"))

    def sign(self, claims: dict[str, Any]) -> str:
        """Return claims as a token."""
        return pack(_HEADER, claims, self._signature)

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says. Whether it has expired or was revoked is not looked at.

        Raises:
            Refusal: 401, it is none of ours.
        """
        try:
            found = unpack(token)
        except ValueError:
            raise Refusal(401, "token_invalid", "The token is not valid.") from None
        # The algorithm is ours to choose, never the token's.
        if found.header != _HEADER or not hmac.compare_digest(found.signature, self._signature(found.signed)):
            raise Refusal(401, "token_invalid", "The token is not valid.")
        return found.claims

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")


def _kept_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            key = file.read(33)
        if len(key) == 32:
            return key
    except FileNotFoundError:
        pass
    key = secrets.token_bytes(32)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
    return key


def read_public_key(pem: str) -> tuple[str, str]:
    """Return the fingerprint and the algorithm of a public key.

    Raises:
        ValueError: it is none that can be used.
    """
    key = _loaded(pem)
    form, encoding = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.DER
    fingerprint = "SHA256:" + hashlib.sha256(key.public_bytes(encoding, form)).hexdigest()
    return fingerprint, "Ed25519" if isinstance(key, Ed25519PublicKey) else "RS256"


def is_signed_by(pem: str, algorithm: str, content: bytes, signature: bytes) -> bool:
    """Whether a signature of `content` was made with the private half of a key, by an algorithm that fits it."""
    key = _loaded(pem)
    try:
        if isinstance(key, Ed25519PublicKey):
            if algorithm != "EdDSA":
                return False
            key.verify(signature, content)
        else:
            if algorithm != "RS256":
                return False
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _loaded(pem: str) -> Ed25519PublicKey | RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except Exception as error:
        # The package raises several kinds, none of which says more.
        raise ValueError("it is no public key in PEM") from error
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
        return key
    raise ValueError(f"it must be an Ed25519 key, or an RSA one of {LEAST_RSA_BITS} bits or more")
