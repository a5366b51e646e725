"""The commands of `arraydeck` as a table of Markdown: their words, their options, and what they do."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tests.feature_tables import table
from tui.cli.main import arraydeck

EVERYWHERE = {"--help"}
"""Options that need no mention at each command."""


def commands_table() -> str:
    """Return a row for each command."""
    return table(("command", "options", "does"), _rows(arraydeck, ()))


def _rows(command: click.Command, path: tuple[str, ...]) -> Iterator[list[str]]:
    context = click.Context(command, info_name=path[-1] if path else "arraydeck")
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _rows(found, (*path, name))
        return
    words = [parameter.make_metavar(context) for parameter in command.params if isinstance(parameter, click.Argument)]
    options = [_option(one, context) for one in command.params if isinstance(one, click.Option)]
    shown = " ".join(option for option in options if option)
    yield [f"`{' '.join([*path, *words])}`", shown, command.get_short_help_str(200).rstrip(".")]


def _option(option: click.Option, context: click.Context) -> str:
    """Return an option as it is typed, its short form if it has one."""
    if option.hidden or EVERYWHERE.intersection(option.opts):
        return ""
    name = min(option.opts, key=len)
    return f"`{name}`" if option.is_flag else f"`{name} {_values(option, context)}`"


def _values(option: click.Option, context: click.Context) -> str:
    """Return what an option takes: a word for it, or what there is to choose from where that is little."""
    if isinstance(option.type, click.Choice):
        return "|".join(option.type.choices) if len(option.type.choices) < 4 else "FORMAT"
    if isinstance(option.type, click.types.IntParamType | click.types.FloatParamType):
        return "N"
    return option.make_metavar(context)
