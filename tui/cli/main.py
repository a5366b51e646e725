"""The `arraydeck` command: its verbs, loaded one at a time, and what becomes of an error."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from tui import __version__

VERBS = {
    "open": "tui.cli.dashboard:open_uri",
    "demo": "tui.cli.dashboard:demo",
    "types": "tui.cli.types:types",
    "get": "tui.cli.get:get",
    "compare": "tui.cli.compare:compare",
    "describe": "tui.cli.describe:describe",
    "find": "tui.cli.find:find",
    "run": "tui.cli.run:run",
    "jobs": "tui.cli.records:jobs",
    "journal": "tui.cli.records:journal",
    "undo": "tui.cli.records:undo",
    "profiles": "tui.cli.profiles:profiles",
    "settings": "tui.cli.records:settings",
    "doctor": "tui.cli.doctor:doctor",
    "completion": "tui.cli.completion:completion",
}
SHORT_HELP = {
    "open": "the dashboard on an address or a path, without a profile",
    "demo": "sample data, and the dashboard on it",
    "types": "resource types with their aliases, columns and actions",
    "get": "list resources",
    "compare": "compare the lists of two profiles",
    "describe": "all that there is to say of one resource",
    "find": "search all profiles for a name, an attribute or a key",
    "run": "run an action",
    "jobs": "background jobs, of this and other arraydecks",
    "journal": "what was changed, by whom, and how it ended",
    "undo": "take back a change",
    "profiles": "list, add, remove, test, import",
    "settings": "every setting: its value, where that is from, and what it means",
    "doctor": "versions, folders, terminal, and each profile's health",
    "completion": "the script that completes commands in your shell",
}


class Verbs(click.Group):
    """Imports a verb's module only when that verb is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SHORT_HELP.items()))


@click.command(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", prog_name="arraydeck")
@click.option("--debug", is_flag=True, help="Write the whole story of an unexpected error to a file.")
@click.pass_context
def arraydeck(ctx: click.Context, debug: bool) -> None:
    """A terminal dashboard for the systems that store arrays. Without a command: the dashboard itself."""
    ctx.obj = debug
    if ctx.invoked_subcommand is None:
        from tui.cli.dashboard import home

        ctx.exit(home())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code. No traceback ever reaches the user."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # Else pydantic looks through every installed package for plug-ins of its own, at each start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Lists are many small frozen values without cycles: looking through them all each 700 is a waste of time.
    gc.set_threshold(50_000, 20, 50)
    try:
        code = arraydeck.main(args=arguments, prog_name="arraydeck", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:
        from tui.cli.failure import report

        code = report(error, debug="--debug" in arguments)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
