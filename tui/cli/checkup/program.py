"""The doctor on the program itself: its version, what it is built on, and the extras that could be added."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from tui import __version__
from tui.cli.checkup.finding import Finding, fine, note, wrong

PACKAGES = ("textual", "pydantic", "httpx", "h5py", "numpy", "click", "platformdirs", "tomlkit")
LEAST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Extra:
    """What can be installed besides: its name, the packages that it brings, and what one gets by it."""

    name: str
    packages: tuple[str, ...]
    gives: str


EXTRAS = (
    Extra("keyring", ("keyring",), "secrets in the system's keyring instead of a file of yours"),
    Extra("icechunk", ("icechunk", "zarr"), "what is inside Arraylake repositories: arrays, commits, pictures"),
    Extra("tiledb", ("tiledb",), "the values of TileDB arrays as pictures and numbers"),
    Extra("dask", ("distributed",), "heavy jobs on a Dask cluster"),
)


def program_findings() -> Iterator[Finding]:
    """Yield what is installed, and what is missing."""
    yield fine("versions", "arraydeck", __version__)
    python = f"{platform.python_version()} on {platform.system()} {platform.release()}"
    if sys.version_info >= LEAST_PYTHON:
        yield fine("versions", "python", python)
    else:
        yield wrong("versions", "python", python, f"install Python {'.'.join(map(str, LEAST_PYTHON))} or newer")
    for name in PACKAGES:
        found = _version(name)
        if found is None:
            yield wrong("versions", name, "missing", "pip install --upgrade --force-reinstall arraydeck")
        else:
            yield fine("versions", name, found)
    for extra in EXTRAS:
        found = [_version(name) for name in extra.packages]
        if None in found:
            command = f"pip install 'arraydeck[{extra.name}]'"
            yield note("extras", extra.name, f"not installed; it gives {extra.gives}", command)
        else:
            told = ", ".join(f"{name} {each}" for name, each in zip(extra.packages, found, strict=True))
            yield fine("extras", extra.name, told)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
