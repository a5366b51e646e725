"""What the display knows of Textual's inside is as it was: a new Textual is looked at here before it is used."""

from __future__ import annotations

import inspect

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._parser import Parser
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.strip import Strip


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def names(function: object) -> set[str]:
    """Return every attribute name that a function uses."""
    return set(function.__code__.co_names)  # type: ignore[attr-defined]


def test_the_app_displays_through_one_method() -> None:
    assert parameters(App._display) == ["self", "screen", "renderable"]
    assert {"_batch_count", "_begin_update", "render_segments", "post_display_hook", "_driver"} <= names(App._display)
    app = App()
    assert app._batch_count == 0 and app._sync_available is False and app._driver is None
    assert app.driver_class is LinuxDriver


def test_updates_hold_what_the_painting_reads() -> None:
    assert parameters(LayoutUpdate.__init__) == ["self", "strips", "region"]
    assert parameters(ChopsUpdate.__init__) == ["self", "chops", "spans", "chop_ends"]
    assert {"strips", "region"} <= names(LayoutUpdate.render_segments)
    assert {"chops", "spans", "chop_ends", "crop"} <= names(ChopsUpdate.render_segments)
    assert parameters(Strip.render_ansi) == ["style", "color_system"]


def test_the_driver_is_made_of_what_is_overridden() -> None:
    for name in ("write", "close", "start_application_mode", "stop_application_mode", "process_message"):
        assert callable(getattr(LinuxDriver, name))
    assert names(LinuxDriver._run_input_thread) >= {"run_input_thread"}
    assert {"fileno", "exit_event", "feed", "tick", "process_message"} <= names(LinuxDriver.run_input_thread) | {
        name
        for code in LinuxDriver.run_input_thread.__code__.co_consts
        if inspect.iscode(code)
        for name in code.co_names
    }
    assert parameters(Driver.__init__) == ["self", "app", "debug", "mouse", "size"]


def test_the_parser_keeps_its_time_where_it_is_set() -> None:
    assert XTermParser()._timeout_time is None
    assert "_timeout_time" in names(Parser.tick)
