"""TLS: the context that checks a node's certificate and shows the client's own (contract §12)."""

from __future__ import annotations

import ssl
import warnings

from tui.services.errors import NotAuthenticated, ProtocolError, ServiceError, Unavailable
from tui.systems.arakoon.settings import Tls, invalid
from tui.systems.arakoon.wire.reader import SYSTEM

_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


def client_context(tls: Tls) -> ssl.SSLContext:
    """Return the context for connections to a cluster's nodes. Reads files: call it in a thread.

    The name in the certificate is not checked, since nodes are known by numeric addresses (contract §12).

    Raises:
        InvalidInput: a file cannot be read or holds something else; the message names it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    if tls.version not in _VERSIONS:
        raise invalid(f"tls_version: give one of {', '.join(_VERSIONS)}")
    with warnings.catch_warnings():
        # Servers speak 1.0 unless they are told otherwise, so that an operator may have to ask for it.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = _VERSIONS[tls.version]
    if tls.version in ("1.0", "1.1"):
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    try:
        context.load_verify_locations(tls.ca_cert)
    except (OSError, ValueError) as error:
        raise invalid(f"tls_ca_cert: {tls.ca_cert} cannot be used: {_reason(error)}") from error
    if (tls.cert is None) != (tls.key is None):
        raise invalid("tls_cert and tls_key: give both or none")
    if tls.cert is not None and tls.key is not None:
        try:
            # A password would be asked for on the terminal, which belongs to the screen.
            context.load_cert_chain(tls.cert, tls.key, password=lambda: b"")
        except (OSError, ValueError) as error:
            raise invalid(f"tls_cert and tls_key: {tls.cert} and {tls.key} cannot be used: {_reason(error)}") from error
    return context


def tls_failure(error: ssl.SSLError, node: str, operation: str) -> ServiceError:
    """Return the error for a connection whose encryption failed."""
    reason = _reason(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"the certificate of the node {node} is not trusted: {reason}"
        return NotAuthenticated(SYSTEM, operation, message, "check tls_ca_cert")
    if "alert" in reason.lower():
        message = f"the node {node} does not accept this client: {reason}"
        return NotAuthenticated(SYSTEM, operation, message, "check tls_cert and tls_key")
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Unavailable(SYSTEM, operation, f"the node {node} hung up: {reason}")
    return ProtocolError(SYSTEM, operation, f"no TLS with the node {node}: {reason}", "does it offer TLS to clients?")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
