"""Connecting: how a connection to a node comes about, at the first of its addresses that answers, with TLS or not."""

from __future__ import annotations

import asyncio
import ssl

from tui.services.errors import ServiceError, TimedOut, Unavailable
from tui.systems.arakoon.connection import Connection, reason_of
from tui.systems.arakoon.settings import NodeAddress, place
from tui.systems.arakoon.tls import tls_failure
from tui.systems.arakoon.wire.reader import SYSTEM, Limits


async def connect(
    address: NodeAddress, prologue: bytes, context: ssl.SSLContext | None, limits: Limits, seconds: float
) -> Connection:
    """Return a connection to the node, on which the prologue is sent; the node does not answer that.

    Raises:
        Unavailable: it cannot be reached at any of its addresses.
        TimedOut: it did not answer in `seconds`, all addresses together.
        NotAuthenticated: one side does not trust the other's certificate.
        ProtocolError: TLS is asked for and the node has none there.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    problem: ServiceError | None = None
    for position, host in enumerate(address.hosts):
        # A host that is silent leaves time for those behind it.
        share = (deadline - loop.time()) / (len(address.hosts) - position)
        made = Connection(address.label, limits)
        try:
            async with asyncio.timeout(share):
                await loop.create_connection(
                    lambda made=made: made, host, address.port, ssl=context, server_hostname="" if context else None
                )
        except TimeoutError:
            message = f"the node {address.label} cannot be reached at {place(host, address.port)} within {share:.1f} s"
            problem = TimedOut(SYSTEM, "connect", message)
        except ssl.SSLError as error:
            problem = tls_failure(error, address.label, "connect")
            problem.__cause__ = error
        except ConnectionError as error:
            why = (
                f"{reason_of(error)} while TLS began"
                if context is not None and error.errno is None
                else reason_of(error)
            )
            message = f"the node {address.label} cannot be reached at {place(host, address.port)}: {why}"
            hint = "is it running?" if context is None else "is it running, and does it offer TLS to clients?"
            problem = Unavailable(SYSTEM, "connect", message, hint)
            problem.__cause__ = error
        except (OSError, ValueError) as error:
            message = f"the node {address.label} cannot be reached at {place(host, address.port)}: {reason_of(error)}"
            problem = Unavailable(SYSTEM, "connect", message, "is it running?")
            problem.__cause__ = error
        else:
            made.begin(prologue)
            return made
    assert problem is not None
    raise problem
