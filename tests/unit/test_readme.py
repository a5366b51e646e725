"""What the READMEs name is there: every key is bound and told of, every file, module and picture exists."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest
from textual.binding import Binding, BindingType

from tui.app import ArraydeckApp
from tui.display.difference_app import DifferenceApp
from tui.resources.registry import Registry
from tui.screens.arrays.array_keys import ARRAY_BINDINGS
from tui.screens.browse import BrowseScreen
from tui.screens.help import key_name
from tui.screens.home import HomeScreen
from tui.widgets.live_table import LiveTable
from tui.widgets.prompt import Prompt

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "tui" / "systems").rglob("README.md"))]
EVERYWHERE = (ArraydeckApp, DifferenceApp, BrowseScreen, LiveTable, HomeScreen)
"""Whose keys the table of keys must have."""
DIGITS = set("123456789")
"""Keys that the table has as a range."""


def section(title: str) -> str:
    """Return what stands below a heading of the README, up to the next one."""
    found = README.read_text().partition(f"### {title}\n")[2]
    assert found, f"the README has no {title}"
    return re.split(r"^#{2,3} ", found, maxsplit=1, flags=re.MULTILINE)[0]


def told_keys(title: str) -> set[str]:
    """Return the keys in the first and third column of a section's table."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section(title).splitlines() if line.startswith("| ")]
    cells = [cell for row in rows for cell in row[::2]]
    keys = {key.replace("\\|", "|") for cell in cells for key in re.findall(r"`([^`]+)`", cell)}
    assert len(keys) > 20
    return keys


def bound_keys(bindings: Iterable[BindingType]) -> list[set[str]]:
    """Return, for each binding, all its keys by the names that people know them by."""
    found: list[set[str]] = []
    for binding in bindings:
        assert isinstance(binding, Binding)
        if binding.show:
            shown = {binding.key_display} if binding.key_display else set[str]()
            found.append({key_name(key.strip()) for key in binding.key.split(",")} | shown)
    return found


def hidden_and_shown(bindings: Iterable[BindingType]) -> set[str]:
    """Return every key that is bound."""
    return {key_name(key) for made in bindings if isinstance(made, Binding) for key in made.key.split(",")} | {
        made.key_display for made in bindings if isinstance(made, Binding) and made.key_display
    }


def test_each_key_of_the_dashboard_is_in_the_table() -> None:
    told = told_keys("Keys") | DIGITS
    bound = bound_keys(chain.from_iterable(each.BINDINGS for each in EVERYWHERE))
    assert [keys for keys in bound if not keys & told] == []


def test_each_key_of_the_table_does_something() -> None:
    bindings = list(chain(Prompt.BINDINGS, *(each.BINDINGS for each in EVERYWHERE)))
    types = chain.from_iterable(system.types.values() for system in Registry().systems())
    actions = {action.key for kind in types for action in kind.actions.values()}
    assert told_keys("Keys") - hidden_and_shown(bindings) - actions - {"delete"} == set()
    assert {"n", "e", "ctrl+d"} <= actions


def test_the_viewer_s_table_has_its_keys_and_no_other() -> None:
    told = told_keys("Looking at an array")
    assert [
        keys for keys in bound_keys(ARRAY_BINDINGS) if not keys & (told | {"shift+tab", "shift+left", "shift+right"})
    ] == []
    assert told - hidden_and_shown(ARRAY_BINDINGS) == {"=coordinate"} & told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_modules_and_pictures_that_are_named_exist(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    missing = [name for name in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text) if not (page.parent / name).exists()]
    for name in re.findall(r"`([\w./]+(?:\.py|/))`", text):
        if not any((folder / name).exists() for folder in (page.parent, ROOT, ROOT / "tui")) and not is_guide(name):
            missing.append(name)
    for name in re.findall(r"\b((?:tui|tests)(?:\.\w+)+)", text):
        if not is_importable(name):
            missing.append(name)
    assert missing == []


def is_guide(name: str) -> bool:
    """Whether this is a file of the guide's own system, or one that the shape of every folder has."""
    return name.startswith("arraydeck_gauges/") or any((ROOT / "tui" / "systems").glob(f"*/{name}"))


def is_importable(name: str) -> bool:
    """Whether this names a module, or something in one."""
    try:
        if importlib.util.find_spec(name) is not None:
            return True
    except ModuleNotFoundError:
        pass
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        return False


def test_every_system_has_a_picture_in_the_readme() -> None:
    text = README.read_text()
    for system in Registry().systems():
        part = text.partition(f"\n## {system.title}\n")[2].partition("\n## ")[0]
        assert "](screenshots/" in part, system.title
