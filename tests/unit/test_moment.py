"""Times as services send them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from tui.services.http.moment import Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def test_a_time_is_in_utc_whatever_its_zone() -> None:
    noon = datetime(2026, 2, 3, 12, tzinfo=UTC)
    assert MOMENT.validate_python("2026-02-03T12:00:00") == noon
    assert MOMENT.validate_python("2026-02-03T17:30:00+05:30") == noon
    assert MOMENT.validate_python("2026-02-03T12:00:00Z").tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_no_calendar_has_in_utc_is_a_wrong_value(text: str) -> None:
    with pytest.raises(ValidationError, match="out of range"):
        MOMENT.validate_python(text)
