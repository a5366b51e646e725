"""The action `show` of every type whose items can be viewed: a picture or numbers, for the command line."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from tui.resources.actions import Action, Context, Danger, Outcome
from tui.resources.printed import TerminalForm


class ShowForm(TerminalForm):
    """What is shown of an array, and how."""

    index: str = Field("", description="an index or a slice for each dimension, such as 0,:,10:20; the first plane")
    part: Literal["magnitude", "phase", "real", "imaginary"] = Field("magnitude", description="of complex numbers")
    output: Literal["text", "json", "csv", "npy"] = Field("text", description="a picture, or the numbers as a file")
    file: str = Field("", description="a new file that CSV, NPY or JSON is written to, whatever its size")


async def _show(kind: Any, context: Context[Any], item: BaseModel, form: ShowForm) -> Outcome:
    from tui.resources.arrays.array_printing import print_array

    source = await kind.array(context.service, context.scope, item)
    index = kind.selection(source, form.index) if form.index.strip() else None
    return await print_array(source, index, form, context.progress)


SHOW = Action("show", "print its picture or its numbers", "", Danger.READS, "item", _show, form=ShowForm)
"""It has no key: on the screen there is the viewer."""
