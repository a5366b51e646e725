"""The keys that move what is only looked at, the same wherever there is a text or bytes to scroll through."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding

SCROLL_KEYS: Final = (
    Binding("j,down", "scroll_down", "down", show=False),
    Binding("k,up", "scroll_up", "up", show=False),
    Binding("g,home", "scroll_home", "top", show=False),
    Binding("G,end", "scroll_end", "end", show=False),
    Binding("pagedown,ctrl+f,space", "page_down", "page down", show=False),
    Binding("pageup,ctrl+b", "page_up", "page up", show=False),
)
