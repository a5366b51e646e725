"""Themes of our own: two of high contrast, and two whose tones every eye can tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

if TYPE_CHECKING:
    from tui.resources.arrays.colour_maps import MapKind

LEGIBLE = "-legible"
"""The class that the app has while a theme of ours is on; nothing is faint then."""


def _tones(ok: str, warn: str, bad: str, accent: str, primary: str, muted: str) -> dict[str, str]:
    """Return the colours of texts, the roles that everything of ours is painted by."""
    return {
        "text": "auto",
        "text-success": ok,
        "text-warning": warn,
        "text-error": bad,
        "text-accent": accent,
        "text-primary": primary,
        "text-secondary": primary,
        "text-muted": muted,
        "text-disabled": muted,
        "foreground-muted": muted,
        "foreground-disabled": muted,
        "input-cursor-text-style": "reverse",
    }


# Okabe and Ito's colours, lighter or darker until they can be read as text: what is well is blue, what is
# ill orange on dark and purple on light, where a dark orange could not be told from a dark yellow.
CONTRAST_DARK = Theme(
    name="contrast-dark",
    primary="#ffd866",
    secondary="#8ecbff",
    success="#7cc8ff",
    warning="#fff27a",
    error="#ff9e64",
    accent="#f5a9d6",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        **_tones("#7cc8ff", "#fff27a", "#ffab7a", "#f5a9d6", "#ffd866", "#d0d0d0"),
        "boost": "#2a2a2a",
        "primary-muted": "#3a3000",
        "block-cursor-blurred-background": "#3a3000",
        "secondary-muted": "#8ecbff",
        "border": "#ffffff",
    },
)
CONTRAST_LIGHT = Theme(
    name="contrast-light",
    primary="#003a70",
    secondary="#004b8d",
    success="#00457c",
    warning="#5a4300",
    error="#85004f",
    accent="#3f2a85",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#f0f0f0",
    dark=False,
    variables={
        **_tones("#00457c", "#5a4300", "#85004f", "#3f2a85", "#003a70", "#3a3a3a"),
        "boost": "#e6e6e6",
        "primary-muted": "#d6e8fa",
        "block-cursor-blurred-background": "#d6e8fa",
        "secondary-muted": "#004b8d",
        "border": "#000000",
    },
)
SAFE_DARK = Theme(
    name="safe-dark",
    primary="#3f9bd8",
    secondary="#56b4e9",
    success="#56b4e9",
    warning="#f0e442",
    error="#e8762c",
    accent="#d98fb8",
    foreground="#e6e6e6",
    background="#14171a",
    surface="#1b1f23",
    panel="#262b30",
    dark=True,
    variables={
        **_tones("#6cc0ef", "#f0e442", "#ff9a5c", "#e3a3c8", "#7cc4f0", "#b4b9be"),
        "boost": "#23282d",
        "primary-muted": "#1d3f57",
        "block-cursor-blurred-background": "#1d3f57",
        "secondary-muted": "#3b5a70",
    },
)
SAFE_LIGHT = Theme(
    name="safe-light",
    primary="#0067a3",
    secondary="#0072b2",
    success="#0067a3",
    warning="#7a5f00",
    error="#a0005e",
    accent="#55399b",
    foreground="#1a1a1a",
    background="#fbfbf8",
    surface="#ffffff",
    panel="#e9ebee",
    dark=False,
    variables={
        **_tones("#005c92", "#6b5300", "#a0005e", "#55399b", "#005c92", "#50565c"),
        "boost": "#e9ecef",
        "primary-muted": "#cfe5f5",
        "block-cursor-blurred-background": "#cfe5f5",
        "secondary-muted": "#7fa8c4",
    },
)

OWN_THEMES = (CONTRAST_DARK, CONTRAST_LIGHT, SAFE_DARK, SAFE_LIGHT)


def is_own(theme: str) -> bool:
    """Whether a theme is one of ours."""
    return theme in {ours.name for ours in OWN_THEMES}


def theme_maps(theme: str) -> dict[MapKind, str]:
    """Return the colour maps that go with a theme, where those are not the usual ones."""
    return {"sequential": "cividis"} if is_own(theme) else {}
