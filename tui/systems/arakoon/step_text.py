"""Steps as text: a transaction as a person types it, one step a line or parted by semicolons."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.keys_text import read_key
from tui.systems.arakoon.rehearsal import StagedStep
from tui.systems.arakoon.wire.reader import SYSTEM
from tui.systems.arakoon.wire.steps import Assert, AssertExists, Delete, DeletePrefix, Replace, Set, TestAndSet

GRAMMAR = (
    "set KEY VALUE; delete KEY; replace KEY [VALUE]; test-and-set KEY TEST [VALUE]; create KEY VALUE;"
    " assert KEY VALUE; assert-absent KEY; assert-exists KEY; delete-prefix PREFIX"
)
_Make = Callable[[Sequence[bytes]], StagedStep]
# Name, words behind it at least and at most, and what they make. A value that is left out is none.
_STEPS: dict[str, tuple[int, int, _Make]] = {
    "set": (2, 2, lambda words: Set(words[0], words[1])),
    "delete": (1, 1, lambda words: Delete(words[0])),
    "replace": (1, 2, lambda words: Replace(words[0], _last(words, 1))),
    "test-and-set": (2, 3, lambda words: TestAndSet(words[0], words[1], _last(words, 2))),
    "create": (2, 2, lambda words: TestAndSet(words[0], None, words[1])),
    "assert": (2, 2, lambda words: Assert(words[0], words[1])),
    "assert-absent": (1, 1, lambda words: Assert(words[0], None)),
    "assert-exists": (1, 1, lambda words: AssertExists(words[0])),
    "delete-prefix": (1, 1, lambda words: DeletePrefix(words[0])),
}


def _last(words: Sequence[bytes], index: int) -> bytes | None:
    return words[index] if len(words) > index else None


def read_steps(text: str) -> list[StagedStep]:
    r"""Return the steps that a text means, in its order.

    Words are parted by blanks; quotes keep blanks, semicolons and `#` in a word, and `''` is no bytes. Keys and values
    are read as `read_key` does: `\xNN`, `hex:`, `base64:`. `#` begins a remark.

    Raises:
        InvalidInput: a line is no step, or there is none; the message says which.
    """
    steps: list[StagedStep] = []
    for number, line in enumerate(text.splitlines(), 1):
        for words in _split(line, number):
            steps.append(_step(words, number))
    if not steps:
        raise InvalidInput(SYSTEM, "sequence", "steps: there is none", GRAMMAR)
    return steps


def _split(line: str, number: int) -> list[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";")
    lexer.whitespace_split = True
    # A backslash belongs to what `read_key` reads.
    lexer.escape = ""
    try:
        tokens = [*lexer]
    except ValueError as error:
        raise InvalidInput(SYSTEM, "sequence", f"line {number:,}: a quote is not closed", GRAMMAR) from error
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token and not token.strip(";"):
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def _step(words: Sequence[str], number: int) -> StagedStep:
    name, rest = words[0], words[1:]
    if name not in _STEPS:
        raise InvalidInput(SYSTEM, "sequence", f"line {number:,}: {printable(name, 40)} is no step", GRAMMAR)
    least, most, make = _STEPS[name]
    if not least <= len(rest) <= most:
        wanted = f"{least}" if least == most else f"{least} or {most}"
        message = f"line {number:,}: {name} takes {wanted} words behind it, and has {len(rest)}"
        raise InvalidInput(SYSTEM, "sequence", message, GRAMMAR)
    try:
        return make([read_key(word) for word in rest])
    except InvalidInput as error:
        raise InvalidInput(SYSTEM, "sequence", f"line {number:,}: {error.message}", error.hint) from error
