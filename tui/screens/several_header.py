"""What a list of several profiles says of them: how many answer, what keeps the others from it, and which are prod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.config.profiles import PROD
from tui.resources.cells import sign_of
from tui.resources.together.several import ALL
from tui.services.printable import printable
from tui.widgets.header_line import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.resources.columns import Tone
    from tui.resources.navigation import Frame
    from tui.resources.together.part import Part as Share


def several_parts(frame: Frame) -> list[Part]:
    """Return the parts of the header that say whose list this is, and how they stand."""
    name = frame.connection.profile.name
    sources = [part.source for part in frame.parts]
    notices = [
        printable(f"{source.profile}: {source.connection.notice}", 80) for source in sources if source.connection.notice
    ]
    profiles = [source.connection.profile for source in sources]
    prod = [profile.name for profile in profiles if profile.tag == PROD]
    locked = [profile.name for profile in profiles if profile.read_only]
    tone, ill = _tone(frame.parts), [part for part in frame.parts if not part.is_well]
    troubles = [_trouble(part) for part in ill]
    ages = [part.age for part in ill[:1] if part.age]
    return [
        Part("all profiles" if name == ALL else printable(name, 40), "title", 7),
        Part("; ".join(notices), "bad", 9, cut=True),
        Part(f"{sign_of(tone)} {_count(frame.parts)}", tone, 6 if tone == "ok" else 9),
        Part(troubles[0] if troubles else "", tone, 8, cut=True),
        Part("; ".join((*ages, *troubles[1:])), tone, 6, cut=True),
        # The rows say it too.
        Part(f"PROD {_names(prod)}" if prod else "", "prod", 5),
        Part(
            "read-only" if len(locked) == len(profiles) else f"read-only: {_names(locked)}" if locked else "", "warn", 6
        ),
    ]


def _count(parts: Sequence[Share]) -> str:
    """Return how many of the profiles answer."""
    count, well = f"{len(parts)} profiles" if len(parts) > 1 else "1 profile", len(_well(parts))
    return count if well == len(parts) else f"{well} of {count}"


def _trouble(part: Share) -> str:
    return f"{printable(part.source.profile, 30)}: {part.trouble}"


def trouble_lines(parts: Sequence[Share]) -> list[str]:
    """Return what keeps each profile from answering, a line for each, with its hint."""
    lines: list[str] = []
    for part in (part for part in parts if not part.is_well):
        error = part.listing.state.error
        hint = f" ({printable(error.hint, 200)})" if error is not None and error.hint else ""
        lines.append(f"{printable(part.source.profile, 40)}: {part.trouble}{hint}")
    return lines


def _well(parts: Sequence[Share]) -> list[Share]:
    return [part for part in parts if part.is_well]


def _tone(parts: Sequence[Share]) -> Tone:
    if any(part.listing.state.error is not None for part in parts):
        return "warn" if _well(parts) else "bad"
    return "ok" if len(_well(parts)) == len(parts) else "muted"


def _names(names: Sequence[str]) -> str:
    return printable(", ".join(names), 60)
