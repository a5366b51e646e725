"""Steps between looks: the shortest bytes lead to the same look as a reset and the whole look would."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from tests.unit.display.terminal import Terminal, differences
from tui.display.looks import Looks

COLOURS = st.sampled_from([None, "default", "red", "bright_blue", "color(200)", "#123456", "#fedcba"])
STYLES = st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=st.booleans(),
    dim=st.booleans(),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
    link=st.sampled_from([None, "https://example.org/a", "https://example.org/b"]),
)


@given(styles=st.lists(STYLES, min_size=2, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_step_leads_to_the_same_look_as_writing_it_whole(styles: list[Style]) -> None:
    plain, ours, looks = Terminal(8, 1), Terminal(8, 1), Looks()
    on = None
    for style in styles:
        plain.feed(Strip.render_style(style, "x", ColorSystem.TRUECOLOR))
        look, _ = looks.of(style)
        ours.feed(looks.step(on, look) + "x")
        on = look
    assert differences(plain, ours) == []


def test_few_colours_are_the_nearest_of_256() -> None:
    looks = Looks(few_colours=True)
    look, blank = looks.of(Style(color="#ff0000", bgcolor="#000001", bold=True))
    assert (look.ink, look.paper) == ("38;5;196", "48;5;16")
    assert blank.paper == look.paper and not blank.attributes and blank.fills


def test_a_blank_keeps_what_is_seen_of_it() -> None:
    looks = Looks()
    look, blank = looks.of(Style(color="red", underline=True))
    assert blank is look and not blank.fills
    look, blank = looks.of(Style(color="red", bgcolor="blue"))
    assert look.draws_blank_as(blank) and not looks.plain.draws_blank_as(blank)
