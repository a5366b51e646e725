"""Finding: one thing that the doctor looked at, whether it is as it should be, and how to mend it if it is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tui.services.printable import printable

Section = Literal["versions", "extras", "folders", "files", "terminal", "systems", "profiles", "found", "leftovers"]
Verdict = Literal["fine", "note", "wrong"]
"""`note`: nothing is broken, but something could be better. `wrong`: something does not work until it is mended."""


class Finding(BaseModel):
    """What was looked at, what was found, and what to do. `-o json` has the texts as they are."""

    model_config = ConfigDict(frozen=True)

    section: Section
    name: str
    text: str
    verdict: Verdict = "fine"
    mend: str = ""


def wrong(section: Section, name: str, text: str, mend: str) -> Finding:
    """Return what does not work, with what mends it."""
    return Finding(section=section, name=name, text=text, verdict="wrong", mend=mend)


def note(section: Section, name: str, text: str, mend: str = "") -> Finding:
    """Return what could be better, with how."""
    return Finding(section=section, name=name, text=text, verdict="note", mend=mend)


def fine(section: Section, name: str, text: str) -> Finding:
    """Return what is as it should be."""
    return Finding(section=section, name=name, text=text)


def lines_of(findings: Iterable[Finding]) -> list[str]:
    """Return findings as lines for a person: a heading for each section, and under what is wrong how to mend it."""
    lines: list[str] = []
    section = ""
    for finding in findings:
        if finding.section != section:
            section = finding.section
            lines.append(section)
        sign = {"fine": " ", "note": "·", "wrong": "!"}[finding.verdict]
        lines.append(f"{sign} {printable(finding.name, 40):<16} {printable(finding.text, 400)}".rstrip())
        if finding.mend:
            lines.append(f"      → {printable(finding.mend, 400)}")
    return lines
