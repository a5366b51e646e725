"""A running demo: the folder, the child process that keeps it, and the profiles that show it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tui.config.credentials import variable_for
from tui.config.profiles import Profile
from tui.demo.leftovers import PREFIX
from tui.services.errors import Unavailable
from tui.services.printable import printable
from tui.services.serving.trouble import NO_TROUBLE, Trouble

START_LIMIT = 60.0
"""Seconds that the child has for making the samples."""


@asynccontextmanager
async def demo_deployment(
    folder: Path | None, trouble: Trouble = NO_TROUBLE
) -> AsyncIterator[tuple[Path, list[Profile]]]:
    """Run the demo's child process; yield its folder and profiles; stop it and, if `folder` is None, leave no trace.

    If this process is killed, the child ends by itself, and takes the folder with it if that is temporary.

    Raises:
        Unavailable: the child did not come up; its last words are in the message.
    """
    root = await asyncio.to_thread(_root, folder)
    try:
        async with _child(root, trouble, is_temporary=folder is None) as profiles:
            yield root, profiles
    finally:
        if folder is None:
            await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


@asynccontextmanager
async def _child(root: Path, trouble: Trouble, *, is_temporary: bool) -> AsyncIterator[list[Profile]]:
    more = [*(["--remove"] if is_temporary else []), *(["--faults", str(trouble)] if str(trouble) else [])]
    words = root / "demo.log"
    with words.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tui.demo.child", "--dir", str(root), *more),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    try:
        profiles, secrets = await _profiles_of(process, words)
        with _known(secrets):
            yield profiles
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.contextmanager
def _known(secrets: Mapping[str, Mapping[str, str]]) -> Iterator[None]:
    """Let what the demo's profiles log in with be found, where secrets are looked for first."""
    made = {variable_for(profile, name): value for profile, kept in secrets.items() for name, value in kept.items()}
    mine = {name: value for name, value in made.items() if name not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name in mine:
            os.environ.pop(name, None)


async def _profiles_of(
    process: asyncio.subprocess.Process, words: Path
) -> tuple[list[Profile], dict[str, dict[str, str]]]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_LIMIT)
    except TimeoutError:
        line = b""
    if not line:
        reason = await asyncio.to_thread(_last_words, words)
        raise Unavailable("arraydeck", "demo", f"the demo did not start: {reason}")
    said = json.loads(line)
    return [Profile.model_validate(profile) for profile in said["profiles"]], said["secrets"]


def _root(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.absolute().mkdir(parents=True, exist_ok=True)
    return folder.absolute()


def _last_words(words: Path) -> str:
    said = words.read_text(errors="replace").strip().splitlines()
    return printable(said[-1], 300) if said else "it said nothing"
