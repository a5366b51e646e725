"""Writes the parts of the READMEs that follow from the code: `uv run python -m tests.documentation`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from tests.command_table import commands_table
from tests.feature_tables import SYSTEMS, lists_of, methods_of, options_of
from tui.config.settings import AT_ONCE, TABLES, Settings, applies_of, plain_settings, variable_of

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

README = Path(__file__).parent.parent / "README.md"


def settings_table() -> str:
    """Return a table of every setting: its name, what it may be, its default, what it means and when it is heeded."""
    lines = ["| setting | default | means |", "| --- | --- | --- |"]
    for path, field in plain_settings().items():
        name, default = ".".join(path), _code(field.get_default())
        later = "" if applies_of(field) == AT_ONCE else f" ({applies_of(field)})"
        lines.append(f"| `{name}` | {default} | {_cell(field.description or '')}{_values(field)}{later} |")
    for name in TABLES:
        field = Settings.model_fields[name]
        lines.append(f"| `[{name}]` | | {_cell(field.description or '')} |")
    example = variable_of(next(path for path in plain_settings() if len(path) == 2))
    words = f"Each but the tables is also an environment variable, such as `{example}`, which wins."
    return "\n".join([*lines, "", words])


def _values(field: FieldInfo) -> str:
    """Return the values that a setting may have, where they are few and its words do not say."""
    annotation: Any = field.annotation
    if get_origin(annotation) is not Literal:
        return ""
    missing = [value for value in get_args(annotation) if str(value) not in (field.description or "") or len(value) < 2]
    return f"; one of {' '.join(_code(value) for value in get_args(annotation))}" if missing else ""


def _code(value: object) -> str:
    if isinstance(value, str) and not value.strip():
        return f'`"{value}"`'
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


Parts = list[tuple[str, Callable[[], str]]]
PARTS: Parts = [
    ("settings", settings_table),
    ("commands", commands_table),
    *((f"lists of {name}", partial(lists_of, name)) for name in SYSTEMS),
]
"""What stands between `<!-- name -->` and `<!-- /name -->`, and the function that makes it."""
FILES: dict[Path, Parts] = {
    README: PARTS,
    **{
        README.parent / "tui" / "systems" / name / "README.md": [
            ("methods", partial(methods_of, name)),
            ("options", partial(options_of, name)),
        ]
        for name in SYSTEMS
    },
}
"""The parts of each file."""


def documented(text: str, parts: Parts = PARTS) -> str:
    """Return a text with every part made anew.

    Raises:
        ValueError: the marks of a part are not there.
    """
    for name, make in parts:
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        made = make()
        text, count = pattern.subn(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"the file needs <!-- {name} --> and <!-- /{name} --> once")
    return text


if __name__ == "__main__":
    for file, parts in FILES.items():
        file.write_text(documented(file.read_text(), parts))
