"""What an action prints that is more than a sentence or data: a picture in colours, or a file's content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field


class TerminalForm(BaseModel):
    """A form whose action paints for a terminal; the command line fills in what nobody gave."""

    width: int = Field(80, ge=1, le=2000, description="columns, those of the terminal unless given")
    height: int = Field(24, ge=1, le=2000, description="lines, those of the terminal unless given")
    colours: Literal["truecolor", "256", "16", "none"] = Field("none", description="as the terminal can, unless given")
    ascii: bool = Field(False, description="no character beyond ASCII")


@dataclass(frozen=True, slots=True)
class Painted:
    """Lines for a terminal with colour codes of our own; all foreign text in them was made printable."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file's content for a pipe. `is_text` (UTF-8) may go to a terminal, made printable; other bytes may not."""

    data: bytes | memoryview
    is_text: bool
