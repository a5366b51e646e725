"""The bundled server: our own contract over HTTP (contract part B), with the state in SQLite.

The vendor's wire protocol was never published, so this speaks none of it. The same HTTP side stands before the bridge.
"""
