"""The list of a teamspace's files, which is the one answer in XML (contract §8)."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Answer, Call
from tui.systems.tiledb.service_side.entering import entered_teamspace
from tui.systems.tiledb.service_side.refusal import invalid
from tui.systems.tiledb.service_side.routing import Route

MOST_KEYS = 1000


def list_files(call: Call) -> Any:
    """Answer the files below a prefix as an S3 list of version 2 would."""
    teamspace = entered_teamspace(call)
    if call.text("list-type") != "2":
        raise invalid(**{"list-type": "is 2"})
    prefix, most = call.text("prefix"), min(call.number("max-keys", MOST_KEYS), MOST_KEYS)
    after = call.text("continuation-token")
    assets = sorted(
        (
            asset
            for asset in call.state.assets.in_workspace(teamspace.workspace, [teamspace.id])
            if asset.backing == "file" and asset.path.startswith(prefix) and asset.path > after
        ),
        key=lambda asset: asset.path,
    )
    shown, cut = assets[:most], len(assets) > most
    parts = [
        "<Contents>"
        f"<Key>{escape(asset.path)}</Key><LastModified>{rfc3339(asset.updated or asset.created)}</LastModified>"
        f"<Size>{asset.size}</Size></Contents>"
        for asset in shown
    ]
    more = f"<NextContinuationToken>{escape(shown[-1].path)}</NextContinuationToken>" if cut and shown else ""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
        f"<Name>{escape(teamspace.name)}</Name><Prefix>{escape(prefix)}</Prefix><MaxKeys>{most}</MaxKeys>"
        f"<KeyCount>{len(shown)}</KeyCount><IsTruncated>{str(cut).lower()}</IsTruncated>{more}{''.join(parts)}"
        "</ListBucketResult>"
    )
    return Answer(body.encode(), media="application/xml")


ROUTES = (Route("GET", "/v4/files/{workspace}/{teamspace}", list_files),)
