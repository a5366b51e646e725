"""The optional extra `icechunk`, which reads what is in repositories."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from tui.services.errors import NotSupported
from tui.systems.arraylake.errors import SYSTEM

INSTALL = "pip install 'arraydeck[icechunk]'"


def has_icechunk() -> bool:
    """Whether the extra is installed. Imports nothing of it."""
    return find_spec("icechunk") is not None and find_spec("zarr") is not None


def load_icechunk(operation: str) -> Any:
    """Return the package. It takes a second the first time: call it in a thread.

    Raises:
        NotSupported: it is not installed, or cannot be loaded; the hint says what to do.
    """
    try:
        import icechunk
        import zarr
    except ImportError as error:
        message = "looking into repositories needs the packages icechunk and zarr"
        raise NotSupported(SYSTEM, operation, message, INSTALL) from error
    del zarr
    return icechunk
