"""What becomes of an error on the command line: one line on stderr, a hint, and an exit code."""

from __future__ import annotations

import sys

import click

from tui.resources.confirmation import NotConfirmed
from tui.services.errors import InvalidInput, ServiceError, Unavailable
from tui.services.printable import printable_lines

REFUSED, USAGE, NOT_CONFIRMED, UNREACHABLE = 1, 2, 3, 4


def report(error: BaseException, *, debug: bool) -> int:
    """Say on stderr what went wrong and return the exit code; with `debug`, write the traceback to a file."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else REFUSED
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return NOT_CONFIRMED
    if debug:
        from tui.config.paths import state_folder
        from tui.services.story import write_story

        say(f"the whole story is in {write_story(error, state_folder())}")
    if isinstance(error, click.ClickException):
        _show(error)
        return USAGE
    if isinstance(error, NotConfirmed):
        say(f"arraydeck: {error}")
        return NOT_CONFIRMED
    if isinstance(error, ServiceError):
        say(f"arraydeck: {error.message}")
        if error.hint:
            say(f"hint: {error.hint}")
        return exit_code_of(error)
    say(f"arraydeck: unexpected {type(error).__name__}: {error}")
    if not debug:
        say("hint: this is a defect; `arraydeck --debug …` writes the whole story to a file")
    return REFUSED


def _show(error: click.ClickException) -> None:
    """Say what click would, which would repeat the user's words as they are."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show(file=sys.stderr)
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        say(f"{context.get_usage()}\nTry '{context.command_path} {context.help_option_names[0]}' for help.\n\n")
    say(f"Error: {error.format_message()}")


def exit_code_of(error: ServiceError) -> int:
    """Return 2 for input that cannot be meant, 4 for a store that cannot be reached, 1 for all else."""
    if isinstance(error, InvalidInput):
        return USAGE
    return UNREACHABLE if isinstance(error, Unavailable) else REFUSED


def say(text: str) -> None:
    """Write a line of talk to stderr, where nothing in it can steer the terminal."""
    print(printable_lines(text), file=sys.stderr)
