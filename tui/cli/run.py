"""`arraydeck run`: one action, through the same gate as the screen, on one or many resources."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tui.cli.failure import exit_code_of, say
from tui.cli.target import one_connection, profile_option, split_words, with_deck
from tui.resources.confirmation import Confirmation, NotConfirmed
from tui.services.errors import InvalidInput, NotFound, ServiceError
from tui.services.printable import printable, printable_lines

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.resources.actions import Action, ChangePreview
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.gate import Report, Request
    from tui.resources.printed import FileContent
    from tui.resources.sending import Sending
    from tui.resources.types import ResourceType


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("type_name", metavar="TYPE")
@click.argument("action_name", metavar="ACTION")
@click.argument("words", metavar="[SCOPE]... [NAME]... [--FIELD VALUE]...", nargs=-1, type=click.UNPROCESSED)
@profile_option
@click.option("--dry-run", is_flag=True, help="Say what it would do and send, and do nothing.")
@click.option("--yes", is_flag=True, help="Do not ask; needs --confirm for what destroys.")
@click.option("--confirm", "confirmed", multiple=True, metavar="TEXT", help="What the dialog would have you type.")
@click.option("-o", "--output", default="text", show_default=True, help="text, json, or what the action offers.")
def run(
    type_name: str,
    action_name: str,
    words: tuple[str, ...],
    where: str | None,
    dry_run: bool,
    yes: bool,
    confirmed: tuple[str, ...],
    output: str,
) -> None:
    """Run ACTION of TYPE. The fields of its form are options: `arraydeck types` names the actions,
    `arraydeck run TYPE ACTION --help-fields` their fields."""

    async def work(deck: Deck) -> int:
        connection = one_connection(deck, where, "run")
        if connection is deck.own:
            from tui.app import ArraydeckApp
            from tui.screens.acquaint import acquaint

            acquaint(deck, ArraydeckApp)  # a setting is checked against the themes and keys that there are
        kind = connection.system.type_named(type_name)
        action = kind.actions.get(action_name)
        if action is None:
            hint = ", ".join(kind.actions) or "it has none"
            raise NotFound(connection.system.name, "run", f"{kind.name} have no action {action_name!r}", hint)
        if "--help-fields" in words:
            _print_fields(action)
            return 0
        names, fields = _split_fields(action, words, output)
        fields = {**_terminal_fields(deck, action), **fields}
        request = await _request(connection, kind, action, names, fields)
        if dry_run:
            _print_dry_run(await deck.gate.preview(request), await deck.gate.sending(request), output)
            return 0
        report = await deck.gate.run(request, Answers(yes, confirmed))
        if report.job is not None:
            await _follow(deck, report)
        return print_report(report, output)

    sys.exit(with_deck(work))


def _print_dry_run(preview: ChangePreview, sending: Sending, output: str) -> None:
    """Print what would be done, and below what would be sent for it: what the dialogs show."""
    if output == "json":
        from tui.resources.json_text import to_json

        told = {"summary": preview.summary, "lines": preview.lines, "command": sending.command}
        click.echo(to_json({**told, "requests": sending.parts, "note": sending.note}, indent=2))
        return
    for line in (preview.summary, *(f"  {line}" for line in preview.lines)):
        click.echo(printable_lines(line))
    click.echo()
    click.echo(printable_lines(sending.text))


class Answers:
    """Answers a confirmation from the command line, or from the terminal if there is a person at it."""

    def __init__(self, yes: bool, confirmed: Sequence[str]) -> None:
        self._yes = yes
        self._confirmed = confirmed

    async def __call__(self, confirmation: Confirmation) -> Mapping[str, str] | None:
        if self._yes or self._confirmed:
            if not self._yes or len(self._confirmed) != len(confirmation.challenges):
                wanted = ", ".join(challenge.asks for challenge in confirmation.challenges)
                raise NotConfirmed(f"{confirmation.summary}: say --yes and --confirm with {wanted}")
            return {made.name: text for made, text in zip(confirmation.challenges, self._confirmed, strict=True)}
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise NotConfirmed(f"{confirmation.summary}: nobody is there to ask; say --yes and --confirm")
        for line in (confirmation.summary, *confirmation.lines):
            say(line)
        if len(confirmation.names) > 1:
            say("\n".join(f"  {name}" for name in confirmation.names))
        if not confirmation.challenges:
            return {} if click.confirm("go on?", err=True) else None
        return {
            challenge.name: str(
                click.prompt(f"type {printable(challenge.asks)}", err=True, default="", show_default=False)
            )
            for challenge in confirmation.challenges
        }


def _split_fields(action: Action, words: Sequence[str], output: str) -> tuple[list[str], dict[str, str]]:
    from tui.resources.forms import form_fields

    known = {} if action.form is None else {field.option: field for field in form_fields(action.form)}
    names: list[str] = []
    fields: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if word == "--":
            names.extend(rest)
        elif option in known:
            following = value if equals else next(rest, None)
            if following is None:
                raise click.UsageError(f"{option} needs a value")
            fields[known[option].name] = following
        elif word.startswith("--"):
            offered = ", ".join(known) or "none"
            raise click.UsageError(f"{action.name} has no field {option}; it has {offered}")
        else:
            names.append(word)
    if "--output" in known and output != "text":
        fields.setdefault("output", output)
    return names, fields


def _terminal_fields(deck: Deck, action: Action) -> dict[str, Any]:
    from tui.cli.terminal import terminal_values
    from tui.resources.printed import TerminalForm

    paints = action.form is not None and issubclass(action.form, TerminalForm)
    return terminal_values(ascii=deck.settings.ascii) if paints else {}


async def _request(
    connection: Connection,
    kind: ResourceType[Any, Any],
    action: Action,
    words: Sequence[str],
    fields: Mapping[str, Any],
) -> Request:
    from tui.jobs.progress import Progress
    from tui.resources.actions import Context
    from tui.resources.forms import form_fields, read_form
    from tui.resources.gate import Request

    kind, scope, names = split_words(connection, kind.name, tuple(words))
    if action.on == "scope" and names:
        raise click.UsageError(f"{action.name} takes no name, but got {' '.join(names)}")
    service = await connection.service()
    items: list[Any] = []
    async with connection.watched(f"get {kind.name}"):
        for name in names:
            items.append(await kind.get(service, scope, name))
    form: BaseModel | None = None
    if action.form is not None:
        given: dict[str, Any] = {}
        if action.defaults is not None and items:
            known = {field.name for field in form_fields(action.form)}
            context = Context(service, connection.profile, scope, Progress())
            values = await action.defaults(kind, context, items[0])
            given = {name: value for name, value in values.items() if name in known}
        form = read_form(action.form, {**given, **fields}, action.name)
    return Request(connection, kind, action, scope, tuple(items), form)


async def _follow(deck: Deck, report: Report) -> None:
    from tui.cli.progress import follow

    assert report.job is not None
    try:
        await follow(deck.runner, report.job)
    except ServiceError:
        # The job's record has the words; the error itself knows the exit code and the hint.
        if report.error is None:
            raise
        say(f"failed: {report.job.title}")
        raise report.error from None


def print_report(report: Report, output: str) -> int:
    from tui.resources.json_text import to_json
    from tui.resources.printed import FileContent, Painted

    code = 0
    for name, error in report.failed:
        say(f"{name}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
        code = exit_code_of(error)
    for _, outcome in report.done:
        if outcome.result is None:
            print(printable_lines(outcome.message), file=sys.stdout if output == "text" else sys.stderr)
        elif outcome.text and output == "text":
            say(outcome.message)
            click.echo(printable_lines(outcome.text))
        elif isinstance(outcome.result, bytes):
            _write_content(FileContent(outcome.result, is_text=False))
        elif isinstance(outcome.result, FileContent):
            _write_content(outcome.result)
        elif isinstance(outcome.result, Painted):
            click.echo("\n".join(outcome.result.lines), color=True)
        elif isinstance(outcome.result, str):
            say(outcome.message)
            click.echo(printable_lines(outcome.result))
        else:
            say(outcome.message)
            click.echo(to_json(outcome.result, indent=2))
    return code


def _write_content(content: FileContent) -> None:
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(content.data)
        sys.stdout.buffer.flush()
    elif content.is_text:
        click.echo(printable_lines(bytes(content.data).decode("utf-8", "replace")))
    else:
        hint = "send them to a file or a pipe, or say --file NAME"
        raise InvalidInput("arraydeck", "run", "these are bytes, which are not for a terminal", hint)


def _print_fields(action: Action) -> None:
    from tui.resources.forms import form_fields

    for field in () if action.form is None else form_fields(action.form):
        need = "required" if field.required else f"default {field.write(field.default) or 'empty'}"
        values = f" ({', '.join(field.choices)})" if field.choices else ""
        click.echo(f"{field.option}  {field.kind}{values}, {need}\n    {field.help}")
