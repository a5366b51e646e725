"""The cluster that the command line's tests have."""

from __future__ import annotations

from tests.cli.conftest import running_trio, trio

__all__ = ["running_trio", "trio"]
