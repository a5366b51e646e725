"""The catalogue's routes of bucket configs (contract §5.2)."""

from __future__ import annotations

from typing import Any

from tui.systems.arraylake.service_side.buckets import bucket_document
from tui.systems.arraylake.service_side.call import Answer, Call, Handler
from tui.systems.arraylake.service_side.older_clients import readable_buckets, readable_repositories
from tui.systems.arraylake.service_side.refusal import invalid


def list_all(call: Call) -> Any:
    return readable_buckets(call, [bucket_document(row) for row in call.state.buckets.listed(call.require("reader"))])


def create(call: Call) -> Any:
    row = call.state.buckets.create(call.require("admin"), call.body, call.principal.email)
    return Answer(bucket_document(row), 201)


def get(call: Call) -> Any:
    return bucket_document(call.state.buckets.get(call.require("reader"), call.path["bucket"]))


def modify(call: Call) -> Any:
    return bucket_document(call.state.buckets.modify(call.require("admin"), call.path["bucket"], call.body))


def delete(call: Call) -> Any:
    call.state.buckets.delete(call.require("admin"), call.path["bucket"])
    return Answer(None, 204)


def make_default(call: Call) -> Any:
    call.state.buckets.make_default(call.require("admin"), call.path["bucket"])
    return Answer(None, 204)


def repositories(call: Call) -> Any:
    org = call.require("reader")
    row = call.state.buckets.get(org, call.path["bucket"])
    return readable_repositories(
        call, call.state.repositories.documents(org, call.state.repositories.in_bucket(row["id"]))
    )


def credentials(call: Call) -> Any:
    row = call.state.buckets.get(call.require("reader"), call.path["bucket"])
    vended = call.state.buckets.credentials(row)
    if vended is None:
        raise invalid(f"bucket {row['nickname']} has no credentials to delegate")
    return vended


ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/orgs/{org}/buckets", {"GET": list_all, "POST": create}),
    ("/orgs/{org}/buckets/{bucket}", {"GET": get, "PATCH": modify, "DELETE": delete}),
    ("/orgs/{org}/buckets/{bucket}/default", {"POST": make_default}),
    ("/orgs/{org}/buckets/{bucket}/repos", {"GET": repositories}),
    ("/orgs/{org}/buckets/{bucket}/credentials", {"GET": credentials}),
)
