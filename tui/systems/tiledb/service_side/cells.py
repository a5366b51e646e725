"""What the data routes of both platforms answer for an array: how it opens, and its cells (contract §11).

A folder stands for the storage: an array at `s3://bucket/key` lies at `bucket/key` below it. An array that is not there
has no cells here, which is what most of the sample is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui.systems.tiledb.service_side.array_schemas import JSON_SCHEMAS
from tui.systems.tiledb.service_side.call import Answer, Call, Handler
from tui.systems.tiledb.service_side.core_cells import can_read, opened
from tui.systems.tiledb.service_side.refusal import Refusal, missing
from tui.systems.tiledb.service_side.routing import Route

NONE = "the embedded server holds no cells of this array"
_MEDIA = "application/capnp"


def place_of(call: Call, uri: str) -> Path | None:
    """Return where the cells of what is stored at a URI are, None if this server has none."""
    storage, parts = call.state.storage, urlsplit(uri)
    if storage is None or parts.scheme != "s3" or not can_read():
        return None
    place = (storage / parts.netloc / parts.path.lstrip("/")).resolve()
    return place if place.is_relative_to(storage.resolve()) and (place / "__schema").is_dir() else None


def stored_schema(call: Call, uri: str) -> Answer | None:
    """Return the schema of an array that has cells here, in the form that the request is in; None if it has none."""
    place = place_of(call, uri)
    if place is None:
        return None
    as_json = "capnp" not in call.headers.get("content-type", "")
    with opened(place) as core:
        body = core.schema(as_json)
    # The library ends what it calls a text with a zero.
    return Answer(body.rstrip(b"\0") if as_json else body, media="application/json" if as_json else _MEDIA)


def written_domain(call: Call, uri: str, schema: str | None) -> Any:
    """Answer where an array has cells: where they were written; an array of the sample in all of its domain.

    Raises:
        Refusal: 404, it is neither.
    """
    place = place_of(call, uri)
    if place is not None:
        import tiledb

        with tiledb.open(str(place)) as array:
            ends = array.nonempty_domain() or ()
        return [[int(end) for end in pair] for pair in ends]
    if schema is None or schema not in JSON_SCHEMAS:
        raise missing("non-empty domain")
    dimensions = JSON_SCHEMAS[schema]["domain"]["dimensions"]
    return [[int(end) for end in next(iter(each["domain"].values()))] for each in dimensions]


def data_routes(place: str, handler: Handler) -> tuple[Route, ...]:
    """Return the routes of what a library asks of an array: how it opens, and its queries.

    Args:
        place: the array's path below the version, such as `/arrays/{namespace}/{array}`.
        handler: answers, with the query's kind as `query` of the path where there is one.
    """
    return (
        Route("POST", f"/v2{place}", handler),
        Route("POST", f"/v2{place}/{{rest?}}", handler),
        *(Route("POST", f"/v{version}{place}/query/{{query}}", handler) for version in (1, 2, 3)),
    )


def data_answer(call: Call, uri: str, what: str) -> Any:
    """Answer how an array opens (`what` is empty), or what a query on it finds.

    Raises:
        Refusal: 501, it has no cells here, or what is asked for is not served; 400, the request cannot be read.
    """
    place = place_of(call, uri)
    if place is None:
        raise Refusal(501, NONE)
    if not isinstance(call.body, bytes) or (what and call.text("type") != "READ"):
        raise Refusal(501, "the embedded server reads cells by the library's own requests, and writes none")
    with opened(place) as core:
        match what:
            case "":
                return Answer(core.opened(call.body), media=_MEDIA)
            case "est_result_sizes":
                return Answer(core.sizes(call.body), media=_MEDIA)
            case "submit":
                return Answer(core.cells(call.body), media=_MEDIA)
            case _:
                raise Refusal(501, "the embedded server does not answer this")
