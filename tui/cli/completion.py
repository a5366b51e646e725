"""`arraydeck completion`: the script that completes commands in a shell."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script: `eval "$(arraydeck completion bash)"` in your shell's start file."""
    from click.shell_completion import get_completion_class

    from tui.cli.main import arraydeck

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(made(arraydeck, {}, "arraydeck", "_ARRAYDECK_COMPLETE").source())
