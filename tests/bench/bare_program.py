"""The least that Textual can be: one label. What the first paint is compared with."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Label


class Bare(App[None]):
    """A label."""

    def compose(self) -> ComposeResult:
        yield Label("bare Textual")


if __name__ == "__main__":
    Bare().run(mouse=False)
