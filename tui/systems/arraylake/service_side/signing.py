"""Identity tokens: signed JSON Web Tokens (ES256), and the public key that others check them with."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from tui.services.http.jwt import encoded, pack, unpack
from tui.services.serving.state_database import StateDatabase

_KEY_ID = "embedded-1"
_SETTING = "signing-key"
_HALF = 32
"""Bytes of each of the two numbers that an ES256 signature is."""


class Signer:
    """Signs claims and checks signatures. The key is in the database, so that tokens outlive a restart."""

    def __init__(self, database: StateDatabase) -> None:
        kept = database.setting(_SETTING)
        if kept is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
            form = serialization.PrivateFormat.PKCS8
            pem = self._key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
            database.remember(_SETTING, pem.decode())
            return
        key = serialization.load_pem_private_key(kept.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    def sign(self, claims: dict[str, Any]) -> str:
        """Return claims as a signed token."""
        header = {"alg": "ES256", "typ": "JWT", "kid": _KEY_ID}
        return pack(header, claims, self._signature)

    def _signature(self, content: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(content, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, once its signature is found to be ours.

        Raises:
            ValueError: it is no token, or somebody else's.
        """
        found = unpack(token)
        raw = found.signature
        if len(raw) != 2 * _HALF:
            raise ValueError("the signature has a wrong length")
        numbers = encode_dss_signature(int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big"))
        try:
            self._key.public_key().verify(numbers, found.signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise ValueError("the signature is not ours") from error
        return found.claims

    def key_set(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key Set."""
        point = self._key.public_key().public_numbers()
        x, y = (encoded(number.to_bytes(_HALF, "big")) for number in (point.x, point.y))
        key = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": _KEY_ID, "x": x, "y": y}
        return {"keys": [key]}
