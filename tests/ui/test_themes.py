"""Themes of our own: every text can be read on what is behind it, and nothing is said by colour alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from rich.color import Color
from rich.style import Style
from textual.color import Color as TextualColor

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.config.settings import ListSettings
from tui.resources.arrays.colour_maps import palette
from tui.resources.cells import cell_text, sign_of, tone_of
from tui.resources.columns import Tone
from tui.resources.deck import Deck
from tui.screens.themes import OWN_THEMES, theme_maps
from tui.services.health import State

TEXTS = ("foreground", "text-success", "text-warning", "text-error", "text-accent", "text-primary", "text-muted")
GROUNDS = ("background", "surface", "panel", "boost", "primary-muted")
FILLED = ("primary", "error", "warning", "success", "accent")
TONES = ("text-success", "text-warning", "text-error")


def least(theme: str) -> float:
    """Return the contrast that a theme promises: WCAG's AAA for those of high contrast, else AA."""
    return 7.0 if theme.startswith("contrast-") else 4.5


def luminance(colour: TextualColor) -> float:
    """Return the relative luminance, as WCAG 2.2 defines it."""
    parts = [part / 255 for part in colour.rgb]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: TextualColor, other: TextualColor) -> float:
    """Return the contrast ratio, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", OWN_THEMES, ids=lambda theme: theme.name)
def test_every_role_can_be_read_on_every_ground(theme: object) -> None:
    made = next(each for each in OWN_THEMES if each is theme)
    colours = {**made.to_color_system().generate(), **made.variables}
    for ground in GROUNDS:
        behind = TextualColor.parse(colours[ground])
        for text in TEXTS:
            found = contrast(TextualColor.parse(colours[text]), behind)
            assert found >= least(made.name), f"{text} on {ground}: {found:.2f}"
    for ground in FILLED:
        behind = TextualColor.parse(colours[ground])
        assert contrast(behind.get_contrast_text(1.0), behind) >= least(made.name), ground


@pytest.mark.parametrize("theme", OWN_THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("blindness", ["protan", "deutan"])
def test_tones_are_told_apart_by_eyes_that_see_no_red_or_no_green(theme: object, blindness: str) -> None:
    made = next(each for each in OWN_THEMES if each is theme)
    seen = [as_seen(TextualColor.parse(made.variables[tone]), blindness) for tone in TONES]
    for index, one in enumerate(seen):
        for other in seen[index + 1 :]:
            distance = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
            assert distance > 0.15, (made.name, blindness, distance)


def as_seen(colour: TextualColor, blindness: str) -> tuple[float, float, float]:
    """Return a colour as such an eye sees it, in a screen's steps (matrices of Viénot, Brettel and Mollon)."""
    red, green, blue = ((part / 255) ** 2.2 for part in colour.rgb)
    if blindness == "protan":
        yellow = 0.11238 * red + 0.88762 * green
        rest = 0.00401 * red - 0.00401 * green + blue
    else:
        yellow = 0.29275 * red + 0.70725 * green
        rest = -0.02234 * red + 0.02234 * green + blue
    return yellow ** (1 / 2.2), yellow ** (1 / 2.2), max(rest, 0.0) ** (1 / 2.2)


def texts(driver: Driver) -> Iterator[tuple[str, Style]]:
    """Yield what is on the screen, text by text, with its style."""
    for strip in driver.app.screen._compositor.render_strips():
        for segment in strip:
            if segment.text.strip(" ─│╭╮╰╯┏┓┗┛━┃▁▂▃▄▅▆▇█▔▊▎") and segment.style is not None:
                yield segment.text, segment.style


def of(colour: Color | None) -> TextualColor:
    assert colour is not None
    return TextualColor.from_rich_color(colour)


def unreadable(driver: Driver, wanted: float) -> list[tuple[str, float]]:
    """Return the texts on the screen whose contrast is too low."""
    found: list[tuple[str, float]] = []
    for text, style in texts(driver):
        if style.color is not None and style.bgcolor is not None:
            ratio = contrast(of(style.color), of(style.bgcolor))
            if ratio < wanted - 0.01:
                found.append((text, round(ratio, 2)))
    return found


@pytest.mark.parametrize("theme", [theme.name for theme in OWN_THEMES])
async def test_what_is_on_the_screen_can_be_read(start: Start, deck: Deck, lab: Profile, theme: str) -> None:
    deck.settings = deck.settings.model_copy(update={"theme": theme})
    wanted = least(theme)
    async with start((100, 30)) as driver:
        await driver.sees("online")
        assert driver.app.theme == theme
        assert len(list(texts(driver))) > 10
        assert unreadable(driver, wanted) == []
        await driver.press("enter")
        await driver.sees("atlas")
        await driver.press("space")
        await driver.sees("1 marked")
        assert unreadable(driver, wanted) == []
        for key, seen in (("n", "a name that no other box has"), ("T", "type to narrow"), ("question_mark", "DO")):
            await driver.press(key)
            await driver.sees(seen)
            assert unreadable(driver, wanted) == [], key
            await driver.press("escape")
            await driver.misses(seen)


async def test_themes_are_shown_ours_first_seen_while_moving_and_kept(start: Start, deck: Deck, lab: Profile) -> None:
    async with start((80, 40)) as driver:
        await driver.sees("online")
        await driver.press("T")
        await driver.sees("type to narrow")
        assert deck.theme_names[:4] == tuple(theme.name for theme in OWN_THEMES)
        await driver.type("light")
        await driver.sees("easy to read", "contrast-light", "safe-light", "others", "atom-one-light")
        await driver.press("down")
        await driver.until(lambda: driver.app.theme == "safe-light", "the preview")
        await driver.press("escape")
        await driver.until(lambda: driver.app.theme == "textual-dark", "the theme that was on before")
        await driver.press("T")
        await driver.sees("type to narrow")
        await driver.type("contrast-d")
        await driver.until(lambda: driver.app.theme == "contrast-dark", "the preview")
        await driver.press("enter")
        await driver.until(lambda: deck.settings_file.written(("theme",)) == "contrast-dark")


async def test_without_colour_words_and_signs_say_all_of_it(
    start: Start, deck: Deck, box_profile: Profile, boxes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    deck.settings = deck.settings.model_copy(update={"lists": ListSettings(refresh=0.05, moved_seconds=60)})  # pyright: ignore[reportCallIssue]
    prod = Profile(name="lab", system="toy", uri=box_profile.uri, tag="prod")
    gone = Profile(name="gone", system="toy", uri=f"{box_profile.uri}.gone")
    for profile in (prod, gone):
        deck.add_temporary(profile)
    async with start((140, 30)) as driver:
        await driver.sees("PROD lab", "● online", "✖ ", "read-only")
        driver.app.go_to("boxes @lab")
        await driver.sees("PROD lab", "● online", "read-only", "atlas")
        await driver.press("space")
        await driver.sees("● atlas", "1 marked")
        boxes.write_text(boxes.read_text().replace('"size": 10', '"size": 99'))
        await driver.sees("▲ 99")
        driver.app.go_to("profiles")
        await driver.sees("● online", "prod", "yes")
        driver.app.go_to("boxes @lab,gone")
        await driver.sees("prod", "gone: ", "atlas")


def test_every_tone_has_a_sign_of_its_own_and_every_status_word_bears_it() -> None:
    tones = get_args(Tone)
    for ascii in (False, True):
        assert len({sign_of(tone, ascii=ascii) for tone in tones}) == len(tones)
    for state in State:
        tone = tone_of(state)
        assert tone is not None and cell_text(str(state), "status") == f"{sign_of(tone)} {state}"


def test_heatmaps_of_our_themes_are_as_light_as_their_values_are_great() -> None:
    for theme in OWN_THEMES:
        name = theme_maps(theme.name)["sequential"]
        for blindness in ("protan", "deutan"):
            seen = [as_seen(TextualColor(*rgb), blindness)[0] for rgb in palette(name)]
            assert all(one <= other + 0.01 for one, other in pairwise(seen)), (name, blindness)
            assert seen[-1] - seen[0] > 0.6
    assert theme_maps("nord") == {}
