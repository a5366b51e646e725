"""The real pyrakoon as a child that answers JSON lines, see environments.py; its first argument is where it lies.

Runs under Python 2.7, which is all that pyrakoon knows: nothing newer may be written here.
"""

import base64
import json
import socket
import sys

sys.path.insert(0, sys.argv[1])

from pyrakoon import client, consistency, sequence
from pyrakoon.client import admin


class Node(client.SocketClient, client.ClientMixin, admin.ClientMixin):
    """A connection to one node."""


connections = {}


def given(value):
    """Return an argument of the request as pyrakoon takes it."""
    if isinstance(value, list):
        return [given(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "base64":
        return base64.b64decode(inner)
    if kind == "at_least":
        return consistency.AtLeast(inner)
    if kind == "dirty":
        return consistency.INCONSISTENT
    return getattr(sequence, kind)(*given(inner))


def told(value):
    """Return a result as JSON can say it."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value)}
    if isinstance(value, consistency.AtLeast):
        return {"at_least": value.i}
    if isinstance(value, (list, tuple)):
        return [told(inner) for inner in value]
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items()}
    return value


def call(request):
    """Call a method of the node at an address, over a connection that is kept until something goes wrong."""
    where = (str(request["host"]), request["port"], str(request["cluster"]))
    if where not in connections:
        node = Node(where[:2], where[2])
        node.connect()
        node._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connections[where] = node
    named = {str(name): given(value) for name, value in request["named"].items()}
    try:
        return told(getattr(connections[where], request["method"])(*given(request["arguments"]), **named))
    except Exception:
        del connections[where]
        raise


def say(answer):
    """Write one line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


say({"versions": {"python": sys.version.split()[0]}})
for line in iter(sys.stdin.readline, ""):
    try:
        say({"result": call(json.loads(line))})
    except Exception as error:
        say({"error": type(error).__name__ + ": " + base64.b64encode(b" ".join(map(str, error.args)))})
