"""What the environment tells of the characters that a terminal can show."""

from __future__ import annotations

import pytest

from tui.config.characters import has_only_ascii
from tui.config.settings import Settings


@pytest.mark.parametrize(
    ("environment", "ascii"),
    [
        ({}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "de_DE.utf8"}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, True),
        ({"LANG": "C", "LC_ALL": "en_GB.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C.UTF-8", "TERM": "vt100"}, True),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "C.UTF-8", "TERM": "screen-256color"}, False),
    ],
)
def test_ascii_alone(environment: dict[str, str], ascii: bool) -> None:
    assert has_only_ascii(environment) is ascii


def test_the_setting_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert Settings.model_validate({}).wants_ascii()
    assert not Settings.model_validate({"ascii": False}).wants_ascii()
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert Settings.model_validate({"ascii": True}).wants_ascii()
