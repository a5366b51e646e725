"""The viewer's keys. The same letters mean the same as on every other screen; what is new is about pictures."""

from __future__ import annotations

from textual.binding import Binding, BindingType

ARRAY_BINDINGS: list[BindingType] = [
    Binding("escape,backspace,q", "back", "back to the picture, then to where you came from", id="array.back"),
    Binding("j,down", "step(1, 0)", "cursor down", id="array.down"),
    Binding("k,up", "step(-1, 0)", "cursor up", id="array.up"),
    Binding("h,left", "step(0, -1)", "cursor left", id="array.left"),
    Binding("l,right", "step(0, 1)", "cursor right", id="array.right"),
    Binding("pagedown,ctrl+f,shift+down", "page(1, 0)", "a window down", id="array.page_down"),
    Binding("pageup,ctrl+b,shift+up", "page(-1, 0)", "a window up", id="array.page_up"),
    Binding("shift+left", "page(0, -1)", "a window left", id="array.page_left"),
    Binding("shift+right", "page(0, 1)", "a window right", id="array.page_right"),
    Binding("g,home", "edge(-1)", "first row and column", id="array.first"),
    Binding("G,end", "edge(1)", "last row and column", id="array.last"),
    Binding("full_stop", "slide(1)", "slider: next index", id="array.next", key_display="."),
    Binding("comma", "slide(-1)", "slider: index before", id="array.before", key_display=","),
    Binding("greater_than_sign", "slide(10)", "slider: ten on", id="array.next_ten", key_display=">"),
    Binding("less_than_sign", "slide(-10)", "slider: ten back", id="array.before_ten", key_display="<"),
    Binding("tab", "slider(1)", "next slider", id="array.slider"),
    Binding("shift+tab", "slider(-1)", "slider before", id="array.slider_before"),
    Binding("plus,equals_sign", "zoom(0.5)", "zoom in on the cursor", id="array.zoom_in", key_display="+"),
    Binding("minus,underscore", "zoom(2.0)", "zoom out", id="array.zoom_out", key_display="-"),
    Binding("w", "whole", "the whole plane", id="array.whole"),
    Binding("slash", "find", "go to an index or a coordinate", id="array.find", key_display="/"),
    Binding("X", "axis('column')", "choose what runs across", id="array.column_axis"),
    Binding("Y", "axis('row')", "choose what runs down", id="array.row_axis"),
    Binding("z", "swap", "swap rows and columns", id="array.swap"),
    Binding("m", "map", "next colour map", id="array.map"),
    Binding("f", "fit", "fit colours: plane, plane's extremes, whole array, hold", id="array.fit"),
    Binding("M", "method", "reduce by mean or by nearest cell", id="array.method"),
    Binding("i", "part", "complex numbers: magnitude, phase, real, imaginary", id="array.part"),
    Binding("t", "body('numbers')", "numbers, and back", id="array.numbers"),
    Binding("P", "line", "plot along a dimension, then along the next one", id="array.line"),
    Binding("H", "body('histogram')", "histogram, and back", id="array.histogram"),
    Binding("E", "exact", "exact statistics of all cells; again: cancel", id="array.exact"),
    Binding("d", "facts", "facts and statistics on or off", id="array.facts"),
    Binding("c", "copy", "copy value, place, or slice expression", id="array.copy"),
    Binding("x", "export", "export this plane: NPY, CSV, PNG", id="array.export"),
    Binding("r", "refresh", "read again", id="array.refresh"),
]

KEYS_SHOWN = [
    (", .", "slide"),
    ("tab", "slider"),
    ("+ -", "zoom"),
    ("t", "numbers"),
    ("P", "plot"),
    ("H", "histogram"),
    ("E", "exact"),
    ("z", "swap"),
    ("m", "map"),
    ("f", "fit"),
    ("c", "copy"),
    ("x", "export"),
    ("d", "facts"),
    ("/", "go to"),
    ("X Y", "axes"),
    ("esc", "back"),
]
KEYS_OF_NO_SLIDER = [pair for pair in KEYS_SHOWN if pair[0] not in (", .", "tab")]
