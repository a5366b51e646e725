"""The parts of the READMEs that follow from the code are as the code is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documentation import FILES, PARTS, README, documented
from tui.config.settings import Settings, plain_settings


@pytest.mark.parametrize(
    ("file", "name"),
    [(file, name) for file, parts in FILES.items() for name, _ in parts],
    ids=lambda given: given if isinstance(given, str) else str(given.relative_to(README.parent)),
)
def test_what_is_generated_is_up_to_date(file: Path, name: str) -> None:
    text = file.read_text()
    part = text.partition(f"<!-- {name} -->\n")[2].partition(f"<!-- /{name} -->")[0]
    made = dict(FILES[file])[name]() + "\n"
    assert part == made, "`uv run python -m tests.documentation` writes it anew"


def test_every_setting_says_what_it_means() -> None:
    for path, field in plain_settings().items():
        assert field.description, path
    assert all(field.description for name, field in Settings.model_fields.items() if name not in ("lists", "jobs"))
    assert f"`{'.'.join(next(reversed(plain_settings())))}`" in dict(PARTS)["settings"]()


def test_a_text_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- settings -->"):
        documented("nothing")
