"""Terms of a filter: `size > 5M and (kind = va or not dtype ~ float)`, compared by each column's own kind."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from tui.resources.columns import Column

OPERATOR = re.compile(r"!=|>=|<=|[=<>~]")
_TOKEN = re.compile(r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>!=|>=|<=|[=<>~()])|(?P<word>[^\s=<>~!()\"']+|!))")
_BYTES = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_COUNTS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SECONDS = {"": 1, "s": 1, "ms": 0.001, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)", re.IGNORECASE)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip

Test = Callable[[Any], bool]

_SIGNS = {("sign", sign) for sign in (*_COMPARE, "~")}
"""The tokens that may stand between a column and a value; parentheses are signs too."""


class TermParser:
    """Reads terms joined by `and`, `or`, `not` and parentheses. `and` binds closer than `or`."""

    def __init__(self, text: str, columns: Sequence[Column], error: Callable[[str, int], Exception]) -> None:
        self._text = text
        self._columns = columns
        self._error = error
        self._tokens = self._split()
        self._at = 0
        self._reads: set[str] = set()

    def parse(self) -> tuple[Test, set[str]]:
        """Return the test for an item, and the names of the columns that it reads."""
        test = self._either()
        if self._at < len(self._tokens):
            raise self._wrong("this does not belong here")
        return test, self._reads

    def _split(self) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        position = 0
        text = self._text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                blanks = len(text[position:]) - len(text[position:].lstrip())
                raise self._error("a quotation mark is missing its other half", position + blanks)
            tokens.append((match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
            position = match.end()
        return tokens

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take_word("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take_word("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _one(self) -> Test:
        if self._take_word("not") or self._take_word("!"):
            inner = self._one()
            return lambda item: not inner(item)
        if self._take_sign("("):
            inner = self._either()
            if not self._take_sign(")"):
                raise self._wrong("a closing parenthesis is missing")
            return inner
        return self._term()

    def _term(self) -> Test:
        column, inner = self._column()
        if self._at >= len(self._tokens) or self._tokens[self._at][:2] not in _SIGNS:
            raise self._wrong(f"after {column.heading} comes one of = != > >= < <= ~")
        sign = self._tokens[self._at][1]
        self._at += 1
        if self._at >= len(self._tokens) or self._tokens[self._at][0] == "sign":
            raise self._wrong(f"a value is missing after {sign}")
        kind, value, position = self._tokens[self._at]
        self._at += 1
        self._reads.add(column.name)
        plain = value[1:-1] if kind == "text" else value
        if not inner:
            return self._comparison(column, sign, plain, position)
        test = self._comparison(Column(inner, value=lambda part: part), sign, plain, position)
        # Of a list one entry must be equal; and not one may be where it must not.
        some = all if sign == "!=" else any
        return lambda item: some(test(part) for part in _inside(item, column, inner))

    def _column(self) -> tuple[Column, str]:
        """Return the column that is named, and the name inside of it where it is nested and one is given."""
        if self._at >= len(self._tokens):
            raise self._wrong("a column is missing")
        kind, word, _ = self._tokens[self._at]
        if kind == "sign":
            raise self._wrong("a column is missing")
        name = (word[1:-1] if kind == "text" else word).casefold()
        exact = [column for column in self._columns if name in (column.heading.casefold(), column.name.casefold())]
        close = [column for column in self._columns if column.heading.casefold().startswith(name)]
        for found in (exact, close):
            if len(found) == 1:
                self._at += 1
                return found[0], ""
        outer, _, inner = name.partition(".")
        nested = [column for column in self._columns if column.nested and outer == column.name.casefold()]
        if inner and nested:
            self._at += 1
            return nested[0], inner
        known = ", ".join(column.heading for column in (close or self._columns))
        raise self._wrong(f"{'which of' if close else 'no such column; there are'} {known}")

    def _comparison(self, column: Column, sign: str, text: str, position: int) -> Test:
        if sign == "~":
            return self._contains(column, text, position)
        if column.kind in ("number", "count", "bytes", "duration"):
            units = {"bytes": _BYTES, "duration": _SECONDS}.get(column.kind, _COUNTS)
            return _ordered(column, sign, self._amount(text, units, position))
        if column.kind in ("time", "moment"):
            return _ordered(column, sign, self._moment(text, position))
        wanted = text.casefold()
        compare = _COMPARE[sign]

        def test(item: Any) -> bool:
            value = column.read(item)
            if isinstance(value, bool):
                return compare("yes" if value else "no", {"true": "yes", "false": "no"}.get(wanted, wanted))
            if isinstance(value, int | float):
                number = _NUMBER.fullmatch(text.strip())
                return number is not None and not number[2] and compare(value, float(number[1]))
            plain = "" if value is None else str(value).casefold()
            return compare(plain, wanted)

        return test

    def _contains(self, column: Column, text: str, position: int) -> Test:
        try:
            pattern = re.compile(text, re.IGNORECASE)
        except re.error as error:
            raise self._error(f"not a regular expression: {error.msg}", position) from error
        return lambda item: pattern.search(str(column.read(item))) is not None

    def _amount(self, text: str, units: dict[str, float] | dict[str, int], position: int) -> float:
        match = _NUMBER.fullmatch(text.strip().replace(",", "").replace("_", ""))
        unit = "" if match is None else match[2].lower().removesuffix("ib") if units is _BYTES else match[2].lower()
        if units is _BYTES and len(unit) == 2:
            unit = unit.removesuffix("b")
        if match is None or unit not in units:
            offered = ", ".join(name for name in units if name)
            raise self._error(f"{text} is not a number with one of the units {offered}", position)
        return float(match[1]) * units[unit]

    def _moment(self, text: str, position: int) -> datetime:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            age = self._amount(text, _SECONDS, position)
            return datetime.now(UTC) - timedelta(seconds=min(age, 3e11))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _take_word(self, word: str) -> bool:
        taken = self._at < len(self._tokens) and self._tokens[self._at][:2] == ("word", word)
        self._at += taken
        return taken

    def _take_sign(self, sign: str) -> bool:
        taken = self._at < len(self._tokens) and self._tokens[self._at][:2] == ("sign", sign)
        self._at += taken
        return taken

    def _wrong(self, message: str) -> Exception:
        at_end = self._at >= len(self._tokens)
        return self._error(message, len(self._text) if at_end else self._tokens[self._at][2])


def _inside(item: Any, column: Column, name: str) -> list[Any]:
    """Return the values of that name in a nested column: the entries of a list, None if there is nothing."""
    held: object = getattr(item, column.name, None) if column.inside is None else column.inside(item)
    pairs = cast("Mapping[str, object]", held).items() if isinstance(held, Mapping) else ()
    value = next((value for key, value in pairs if key.casefold() == name), None)
    if isinstance(value, list | tuple):
        return [*cast("Sequence[object]", value)] or [None]
    return [value]


def _ordered(column: Column, sign: str, wanted: float | datetime) -> Test:
    compare = _COMPARE[sign]

    def test(item: Any) -> bool:
        value = column.read(item)
        if isinstance(value, timedelta):
            value = value.total_seconds()
        if isinstance(value, datetime) and isinstance(wanted, datetime):
            value = value if value.tzinfo else value.replace(tzinfo=UTC)
        elif not isinstance(value, int | float) or isinstance(wanted, datetime):
            return sign == "!="
        return compare(value, wanted)

    return test
