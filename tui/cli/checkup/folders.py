"""The doctor on this user's folders and files: there, writable, for nobody else's eyes, and without old leftovers."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tui.cli.checkup.finding import Finding, fine, note, wrong
from tui.config.paths import HOME_VARIABLE, cache_folder, config_folder, state_folder, styles_folder
from tui.demo.leftovers import abandoned_demos
from tui.services.errors import ServiceError

LEAST_FREE = 20_000_000
"""Bytes below which a disk counts as full: the state database and a job's report must fit."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITERS = stat.S_IWGRP | stat.S_IWOTH


def folder_findings() -> Iterator[Finding]:
    """Yield what is to say of each folder, and of the files in them."""
    folders: dict[str, Path] = {}
    for name, find in (("config", config_folder), ("state", state_folder), ("cache", cache_folder)):
        yield _folder(name, find, folders)
    try:
        yield fine("folders", "styles", str(styles_folder()))
    except ServiceError as error:
        yield wrong("folders", "styles", error.message, error.hint)
    if "config" in folders:
        for name in ("profiles.toml", "settings.toml", "credentials.toml"):
            yield from _file(folders["config"] / name, secret=name == "credentials.toml")
    if "state" in folders:
        yield from _leftovers(folders["state"])


def _folder(name: str, find: Callable[[], Path], folders: dict[str, Path]) -> Finding:
    try:
        path = find()
        mode = stat.S_IMODE(path.stat().st_mode)
        free = shutil.disk_usage(path).free
    except ServiceError as error:
        return wrong("folders", name, error.message, error.hint)
    except OSError as error:
        return wrong("folders", name, str(error), f"set {HOME_VARIABLE} to a folder of yours")
    folders[name] = path
    if not path.is_dir():
        return wrong("folders", name, f"{path} is no folder", f"move it away, or set {HOME_VARIABLE} elsewhere")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return wrong("folders", name, f"{path} cannot be written", f"chmod u+rwx {path}, or set {HOME_VARIABLE}")
    if free < LEAST_FREE:
        text = f"{path} has {free // 1_000_000} MB left"
        return wrong("folders", name, text, f"free some space, or set {HOME_VARIABLE} elsewhere")
    if name != "cache" and mode & _WRITERS:
        return wrong("folders", name, f"{path} can be changed by others (mode {mode:o})", f"chmod 700 {path}")
    return fine("folders", name, f"{path} (mode {mode:o})")


def _file(path: Path, *, secret: bool) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        if not secret:
            yield fine("files", path.name, "not there yet")
        return
    except OSError as error:
        yield wrong("files", path.name, str(error), "move it away")
        return
    if mode & (_OTHERS if secret else _WRITERS):
        what = "read" if secret else "changed"
        yield wrong("files", path.name, f"{path} can be {what} by others (mode {mode:o})", f"chmod 600 {path}")
    else:
        yield fine("files", path.name, f"{path} (mode {mode:o})")


def _leftovers(state: Path) -> Iterator[Finding]:
    for path in sorted(state.glob("*.damaged-*"))[:20]:
        if not path.name.endswith(("-wal", "-shm")):
            yield note("leftovers", "state", f"a damaged state database was put aside: {path}", f"rm {path}*")
    stories = sorted(state.glob("crash-*.log"))
    if stories:
        text = f"{len(stories)} of unexpected errors, the last {stories[-1]}"
        yield note("leftovers", "stories", text, f"report it, then rm {state}/crash-*.log")
    for path in abandoned_demos(Path(tempfile.gettempdir())):
        yield note("leftovers", "demo", f"a demo that was killed left {path}", f"rm -r {path}")
