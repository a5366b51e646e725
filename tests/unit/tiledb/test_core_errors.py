"""What TileDB's own library says, in the family's errors and in the server's words where it repeats them."""

from __future__ import annotations

import pytest

from tui.services.errors import NotAuthenticated, NotFound, NotSupported, PermissionDenied, ServiceError, Unavailable
from tui.systems.tiledb.reading.core_errors import core_error

REPEATED = (
    "[TileDB::Array] Error: [TileDB::REST] Error: Error in libcurl POST operation: libcurl error message 'CURLE_OK';"
    ' HTTP code {}; server response data \'{{"code": 4, "message": "no \\"cells\\" of it"}}\''
)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (REPEATED.format(501), NotSupported, 'no "cells" of it'),
        (REPEATED.format(403), PermissionDenied, 'no "cells" of it'),
        (REPEATED.format(500), Unavailable, 'no "cells" of it'),
        ("[TileDB::REST] Error: HTTP code 401", NotAuthenticated, "[TileDB::REST] Error: HTTP code 401"),
        ("Array does not exist", NotFound, "Array does not exist"),
        ('server response data \'{"message": "\\q"}\'', Unavailable, 'server response data \'{"message": "\\q"}\''),
    ],
)
def test_a_failure_of_the_library_is_told_in_the_server_s_words(
    text: str, kind: type[ServiceError], words: str
) -> None:
    error = core_error("open array", text)
    assert type(error) is kind
    assert error.message == words
