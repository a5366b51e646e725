"""The last integrity report of each storage, kept in the user's state folder so that its findings can be listed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.systems.deker.integrity.report import IntegrityReport


def keep_report(report: IntegrityReport) -> None:
    """Keep a report as the last one of its storage. Blocks.

    Raises:
        Unavailable: the folder cannot be written.
    """
    from tui.config.atomic import write_atomically

    write_atomically(_path(report.root), report.model_dump_json())


def last_report(root: str) -> IntegrityReport | None:
    """Return the last report of the storage at `root`, None if there is none that can be read. Blocks."""
    from tui.systems.deker.integrity.report import IntegrityReport

    try:
        return IntegrityReport.model_validate_json(_path(root).read_bytes())
    except (OSError, ValueError):
        return None


def summary_of(report: IntegrityReport) -> str:
    """Return in one line what was checked and what was found."""
    where = f"collection {report.collection}" if report.collection else "the storage"
    checked = f"{report.arrays:,} arrays of {where} at level {report.level}"
    found = ", ".join(
        f"{count:,} {name}{'s' if count > 1 else ''}" for name, count in report.severities.items() if count
    )
    rest = "" if report.complete else f" (ended early: {report.ended})"
    return f"{found or 'no errors'} in {checked}{rest}" + ("; :findings lists them" if found else "")


def _path(root: str) -> Path:
    from tui.config.paths import state_folder

    folder = state_folder() / "deker-reports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{hashlib.sha256(root.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"
