"""`arraydeck doctor`: what a person needs to know when something does not work as it should, and how to mend it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click

from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.cli.checkup.finding import Finding

PROBE_SECONDS = 10.0
GRACE_SECONDS = 1.0


@click.command()
@click.option("-o", "output", type=click.Choice(["text", "json"]), default="text", help="For people or for programs.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.05, 600),
    default=PROBE_SECONDS,
    help=f"How long each profile's store may take to answer ({PROBE_SECONDS:g}).",
)
def doctor(output: str, seconds: float) -> None:
    """Versions, folders, what this terminal can do, and the health of each profile: all of it with how to mend it.

    Ends with 0 if all is well, with 1 if something is wrong.
    """
    with ThreadPoolExecutor(thread_name_prefix="doctor") as threads:
        findings = asyncio.run(_examine(seconds, threads))
        code = int(any(finding.verdict == "wrong" for finding in findings))
        _print(findings, output)
        sys.stdout.flush()
        if not _ends(threads):
            # A read that hangs in the operating system cannot be ended, and must not keep the shell waiting.
            os._exit(code)
    sys.exit(code)


async def _examine(seconds: float, threads: ThreadPoolExecutor) -> list[Finding]:
    from tui.app import ArraydeckApp
    from tui.cli.checkup.finding import wrong
    from tui.cli.checkup.folders import folder_findings
    from tui.cli.checkup.program import program_findings
    from tui.cli.checkup.stores import discovery_findings, file_findings, profile_findings, system_findings
    from tui.cli.checkup.terminal import terminal_findings
    from tui.resources.deck import Deck
    from tui.screens.acquaint import acquaint

    loop = asyncio.get_running_loop()
    loop.set_default_executor(threads)
    findings = [*program_findings(), *folder_findings()]
    try:
        deck = await asyncio.to_thread(Deck.load)
    except ServiceError as error:
        findings += [wrong("files", "state", error.message, error.hint), *terminal_findings(None)]
        return _in_order(findings)
    try:
        acquaint(deck, ArraydeckApp)
        findings += [*file_findings(deck), *terminal_findings(deck.settings), *system_findings(deck)]
        profiles, found = await asyncio.gather(profile_findings(deck, seconds), discovery_findings(deck))
        findings += [*profiles, *found]
    finally:
        closing = asyncio.ensure_future(deck.close())
        await asyncio.wait([closing], timeout=GRACE_SECONDS)
        # Else the loop's own end would wait for a thread that hangs.
        loop.set_default_executor(ThreadPoolExecutor(1))
    return _in_order(findings)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Return findings section by section, in the order in which a person reads them."""
    from typing import get_args

    from tui.cli.checkup.finding import Section

    sections = get_args(Section)
    return sorted(findings, key=lambda finding: sections.index(finding.section))


def _print(findings: list[Finding], output: str) -> None:
    from tui.cli.checkup.finding import lines_of
    from tui.resources.json_text import to_json

    if output == "json":
        click.echo(to_json([finding.model_dump() for finding in findings]))
        return
    for line in lines_of(findings):
        click.echo(line)
    wrong = sum(finding.verdict == "wrong" for finding in findings)
    click.echo(f"\n{wrong} of {len(findings)} things are wrong" if wrong else "\nall is well")


def _ends(threads: ThreadPoolExecutor) -> bool:
    """Whether the threads that blocking calls ran in are done, or are so within a moment."""
    waiting = threading.Thread(target=threads.shutdown, daemon=True)
    waiting.start()
    waiting.join(GRACE_SECONDS)
    return not waiting.is_alive()
