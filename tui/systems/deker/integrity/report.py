"""The report of an integrity check, as a value, as JSON and as text under upstream's headings (contract §9.2)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, computed_field

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.deker.format.names import SYSTEM, shown
from tui.systems.deker.integrity.findings import BESIDE, CODES, HEADINGS, STRAYS, Finding
from tui.systems.deker.storage import service_error

OPERATION = "check_integrity"
_CLEAN = "Integrity check found no errors"

Ended = Literal["done", "first error", "cancelled"]


class IntegrityReport(BaseModel):
    """What a check found, by collection and then by path.

    `ended` says why it ended; unless that is `done`, `complete` is false and there may be more to find. `arrays` counts
    the arrays, tiles and VArrays that were looked at, `collections` the collections; `seconds` is how long it took.
    """

    model_config = ConfigDict(frozen=True)

    root: str
    level: int
    collection: str | None = None
    started: datetime
    seconds: float
    collections: int
    arrays: int
    ended: Ended = "done"
    findings: tuple[Finding, ...] = ()

    @computed_field
    @property
    def complete(self) -> bool:
        """Whether everything that was asked for was checked."""
        return self.ended == "done"

    @computed_field
    @property
    def severities(self) -> dict[str, int]:
        """How many findings there are of each severity, the gravest first; those without any are 0."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in ("error", "warning", "note")}

    @computed_field
    @property
    def codes(self) -> dict[str, int]:
        """How many findings there are of each code that occurs, the most frequent first."""
        return dict(Counter(finding.code for finding in self.findings).most_common())

    @property
    def is_clean(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return all(finding.severity == "note" for finding in self.findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by collection, then path, each only once."""
    unique = {(each.collection, each.path, each.code, each.message, each.array or ""): each for each in findings}
    return tuple(unique[key] for key in sorted(unique))


def as_text(report: IntegrityReport) -> str:
    """Return the report as text: for each heading that has findings the heading, then `\\t- message` lines.

    Where upstream prints the word for word message that its users search for, so does this; elsewhere the path or the
    array stands before the message.
    """
    if not report.findings:
        return _CLEAN if report.complete else f"{_CLEAN} until it ended: {report.ended}"
    groups: dict[str, list[str]] = {}
    for one in sorted(report.findings, key=_place):
        groups.setdefault(_heading(one), []).append(f"\t- {printable(_line(one))}")
    parts = ["\n".join((heading, *lines)) + "\n" for heading, lines in groups.items()]
    if not report.complete:
        parts.append(f"The check is incomplete: {report.ended}\n")
    return "\n".join(parts)


def write_report(report: IntegrityReport, to_file: bool | str | os.PathLike[str]) -> str | None:
    """Write the text of a report to a file and return its path, None if nothing was written. Blocks.

    As upstream documents it: `True` makes `deker_integrity_report_<time>.txt` in the working directory, a text or a
    path names the file, and a check that found nothing writes none. The file appears whole, in the place of what was
    there. Unlike upstream's, which fails after writing, `True` and texts work (contract §9.2).

    Raises:
        InvalidInput: there is no such directory, or `to_file` is something else.
        PermissionDenied, Unavailable: the file cannot be written.
    """
    if to_file is False:
        return None
    if to_file is True:
        path = f"deker_integrity_report_{datetime.now():%Y-%m-%dT%H:%M:%S}.txt"
    elif isinstance(to_file, str | os.PathLike) and os.fspath(to_file):
        path = os.fspath(to_file)
    else:
        raise InvalidInput(SYSTEM, OPERATION, "to_file: give true, false, a path or a text that is one")
    if not isinstance(path, str) or "\0" in path:
        raise InvalidInput(SYSTEM, OPERATION, "to_file: the path is not proper text")
    path = os.path.abspath(path)
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        raise InvalidInput(SYSTEM, OPERATION, f"to_file: there is no directory {shown(parent)}", "make it first")
    if os.path.isdir(path):
        raise InvalidInput(SYSTEM, OPERATION, f"to_file: {shown(path)} is a directory", "name a file in it")
    if not report.findings:
        return None
    _write(path, as_text(report))
    return path


def _write(path: str, content: str) -> None:
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError as error:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise service_error(error, OPERATION) from error


def _template(one: Finding) -> str:
    heading = CODES[one.code].heading
    return BESIDE if heading == STRAYS and not one.collection else heading


def _heading(one: Finding) -> str:
    return _template(one).format(collection=printable(one.collection))


def _place(one: Finding) -> tuple[int, str, str]:
    return HEADINGS.index(_template(one)), one.collection, one.path


def _line(one: Finding) -> str:
    if one.code == "lock-marker-missing":
        return f"BaseLock for {one.collection} not found"
    if one.code == "lock-marker-orphan":
        return f"Collection with lock {os.path.basename(one.path).removesuffix('.lock')} not found"
    if one.code in ("lock-legacy", "lock-read-stale", "lock-varray-stale", "lock-unknown"):
        return os.path.basename(one.path)
    if one.code.startswith("collection-"):
        return f"{one.collection}: {one.message}"
    if one.array is not None:
        return f"{'VArray' if one.kind == 'varray' else 'Array'} {one.array}: {one.message}"
    return f"{one.path}: {one.message}"
