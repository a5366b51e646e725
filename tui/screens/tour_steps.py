"""The guided tour of the demo: ten steps over the five systems, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """By what a step is known to be done: all that is given must hold.

    `screen` is a screen that is open, by its class; `list` a list that is shown, `*` any; `filtered` and `several` say
    that it is filtered, or made of several profiles; `undone` that the last change was taken back.
    """

    screen: str = ""
    list: str = ""
    filtered: bool = False
    several: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: where it begins (as it is typed behind `:`, empty is home), what to press, and what for.

    In `press` and `told` keys stand in backticks: the user may have given others. `keys` are the same as `press` for a
    program: names of keys, and texts to type. `cursor` is the row to begin on.
    """

    title: str
    place: str
    press: str
    keys: tuple[str, ...]
    told: str
    sign: Sign
    cursor: str = ""


STEPS = (
    Step(
        "home",
        "",
        "press `enter` on any card",
        ("enter",),
        "a card a store: health, speed, its telling numbers; a dead one delays no other",
        Sign(list="*"),
    ),
    Step(
        "an array as a picture (Deker)",
        "varrays temperature @weather",
        "press `V`",
        ("V",),
        "any two dimensions as a heatmap, the others as sliders; `.` and `,` move in time",
        Sign(screen="ArrayViewer"),
    ),
    Step(
        "filter",
        "arrays stations @weather",
        "press `/`  type  year = 2016  then enter",
        ("slash", "year = 2016", "enter"),
        "words, /regular expressions/, columns by name: size > 5M and kind = va",
        Sign(list="arrays", filtered=True),
    ),
    Step(
        "keys and statistics (Arakoon)",
        "keys @cluster",
        "press `1` for the nodes, then `enter` on one",
        ("1", "enter"),
        "keys are a tree of prefixes; the nodes tell what they do, live",
        Sign(screen="StatisticsScreen"),
    ),
    Step(
        "a change, and its undoing",
        "keys tour/ @cluster",
        "press `ctrl+d`  type  tour/me  then enter; and then `u`",
        ("ctrl+d", "tour/me", "enter", "u"),
        "what destroys asks first; each change stands in the journal, `A`, to be undone",
        Sign(undone=True),
        "tour/me",
    ),
    Step(
        "inside a repository (Arraylake)",
        "repos kestrel-radar @catalogue",
        "press `enter` for branches and tags, `enter` again for arrays",
        ("enter", "enter"),
        "this radar commits by itself: see its commits grow",
        Sign(list="nodes"),
        "reflectivity-odim",
    ),
    Step(
        "a task graph (TileDB)",
        "graphs @platform",
        "press `enter` on a graph",
        ("enter",),
        "steps with what they wait for; the state of each moves while you look",
        Sign(list="steps"),
    ),
    Step(
        "grants and jobs (LeapYear)",
        "grants @surveys",
        "press `8` for the jobs",
        ("8",),
        "who may see what of the surveys; the digits lead to a system's lists",
        Sign(list="remote-jobs"),
    ),
    Step(
        "all profiles at once",
        "tasks @platform",
        "press `:`  type  tasks @*  then enter",
        ("colon", "tasks @*", "enter"),
        "one live list of all profiles that have tasks; each row acts on its own",
        Sign(several=True),
    ),
    Step(
        "find anything",
        "",
        "press `;`  and type  radar",
        ("semicolon", "radar"),
        "names, attributes and keys of all stores; `ctrl+p` has every action and its key",
        Sign(screen="FindScreen"),
    ),
)
