"""Actions: one entry each for what can be done; keys, dialogs, help, palette and command line all read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.jobs.progress import Progress
    from tui.resources.confirmation import Confirm
    from tui.resources.detail import Link
    from tui.resources.types import Scope

RUN_OPTIONS = frozenset(("profile", "dry_run", "yes", "confirm", "help", "help_fields"))
"""What `arraydeck run` means for itself, so that no field of a form may have the name. `output` is handed on."""

S = TypeVar("S")
H = TypeVar("H", bound=Callable[..., Any])


class Danger(StrEnum):
    """What an action may do to data. `DESTROYS` is what cannot be had back by doing the opposite by hand."""

    READS = "reads"
    CHANGES = "changes"
    DESTROYS = "destroys"


@dataclass(frozen=True, slots=True)
class Context(Generic[S]):
    """What a handler works with. `progress` also tells it when it was cancelled; `confirm` asks the person, where
    there is one, before the handler asks the gate for something else; `executor` gives what runs heavy work.
    `confirmed` says that the gate asked for what destroying takes, and was answered rightly: it alone sets it."""

    service: S
    profile: Profile
    scope: Scope
    progress: Progress
    confirm: Confirm | None = None
    executor: Callable[[], Awaitable[Executor]] | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did, in words; `undo` is what `ResourceType.undo` needs to take it back (JSON-able);
    `result` is shown to the user or printed, as `text` where a person reads it; `link` leads to what was made, and
    where it `goes` the screen follows it at once."""

    message: str
    undo: Mapping[str, Any] | None = None
    result: Any = None
    link: Link | None = None
    text: str = ""
    goes: bool = False


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What an action would do, shown before it is confirmed: a sentence, then a line for each part."""

    summary: str
    lines: tuple[str, ...] = ()


Rehearsal = Literal["no", "whole", "start"]
Handler = Callable[..., Awaitable[Outcome]]
Preview = Callable[..., Awaitable[ChangePreview]]
WhyOff = Callable[..., str | None]
Defaults = Callable[..., Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a resource type. Made by `@action`; only the gate calls `handler`.

    The handler is `(self, context, item[, form])` on an item and `(self, context[, form])` on the scope.
    `bulk` lets it run over many marked items, one after another, each journalled for itself. `job` runs it in
    the background with progress. `asks` shows its preview and asks before it runs, even where nothing has to be typed.
    `rehearsal` lets the gate run the handler up to its first change, to show what would be sent: the handler must
    change nothing but by requests that `dry_run` holds back, and keep nothing of a run that ends there. `whole` is for
    one that sends its changes at once, `start` for one that may send more when it has the first one's answer.
    `why_off(self, profile, item)` says why it cannot run now, None if it can. `screen` names the system's screen on
    which a person does the same: its key opens that, and the handler is for the command line.
    """

    name: str
    title: str
    key: str
    danger: Danger
    on: Literal["item", "scope"]
    handler: Handler
    form: type[BaseModel] | None = None
    bulk: bool = False
    job: bool = False
    asks: bool = False
    preview: Preview | None = None
    why_off: WhyOff | None = None
    defaults: Defaults | None = None
    screen: str = ""
    rehearsal: Rehearsal = "no"

    @property
    def is_dangerous(self) -> bool:
        """Whether a read-only profile refuses it."""
        return self.danger is not Danger.READS


class ActionDefinition:
    """What `@action` leaves in the class body: `@delete.preview`, `@delete.why_off` and `@edit.defaults` add to it."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def preview(self, method: H) -> H:
        """Add the method `(self, context, items[, form]) -> ChangePreview`."""
        self.action = replace(self.action, preview=method)
        return method

    def why_off(self, method: H) -> H:
        """Add the method `(self, profile, item) -> str | None`; `item` is None for an action on the scope."""
        self.action = replace(self.action, why_off=method)
        return method

    def defaults(self, method: H) -> H:
        """Add the async method `(self, context, item) -> mapping` that fills the form's fields before it is shown; the
        item is None for an action on the scope."""
        self.action = replace(self.action, defaults=method)
        return method


def action(
    key: str,
    title: str = "",
    *,
    danger: Danger = Danger.CHANGES,
    on: Literal["item", "scope"] = "item",
    form: type[BaseModel] | None = None,
    bulk: bool = False,
    job: bool = False,
    asks: bool = False,
    screen: str = "",
    rehearsal: Rehearsal = "no",
) -> Callable[[Handler], ActionDefinition]:
    """Make the method below it an action of its resource type, named after the method.

    Raises:
        ValueError: a field of the form has the name of an option of `arraydeck run`, which would never reach it.
    """
    taken = RUN_OPTIONS.intersection(() if form is None else form.model_fields)
    if form is not None and taken:
        said = f"the form {form.__name__} may have no field {', '.join(sorted(taken))}"
        raise ValueError(f"{said}: the command line means something else by that name")

    def define(handler: Handler) -> ActionDefinition:
        name = handler.__name__.replace("_", "-")
        words = title or name.replace("-", " ")
        made = Action(name, words, key, danger, on, handler, form, bulk, job, asks, screen=screen, rehearsal=rehearsal)
        return ActionDefinition(made)

    return define


def collect_actions(cls: type) -> dict[str, Action]:
    """Return the actions defined in `cls` and its bases by name; a subclass overrides or, with None, removes one."""
    found: dict[str, Action] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            if isinstance(value, ActionDefinition):
                found[value.action.name] = value.action
            elif value is None:
                found.pop(attribute.replace("_", "-"), None)
    return found
