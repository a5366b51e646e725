"""The catalogue's routes of repositories (contract §5.1, §5.3)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.state_database import Row
from tui.systems.arraylake.service_side import rules
from tui.systems.arraylake.service_side.accounts import Principal
from tui.systems.arraylake.service_side.buckets import bucket_document, refuse_unless_online
from tui.systems.arraylake.service_side.call import Answer, Call, Handler
from tui.systems.arraylake.service_side.older_clients import readable_repositories
from tui.systems.arraylake.service_side.refusal import invalid
from tui.systems.arraylake.service_side.repositories import Repositories

PAGE_SIZE = 50
LARGEST_PAGE = 100


def _repository(call: Call, role: str = "reader") -> Row:
    call.require(role)
    return call.state.repositories.get(call.org, call.repo)


def list_page(call: Call) -> Any:
    org = call.require("reader")
    page, size = call.whole("page", 1, 10**9), call.whole("size", PAGE_SIZE, LARGEST_PAGE)
    wanted = rules.metadata_filter(call.query.get("filter_metadata"))
    rows, total = call.state.repositories.page(org, page, size, wanted)
    items = readable_repositories(call, call.state.repositories.documents(org, rows))
    return {"items": items, "total": total, "page": page, "size": size, "pages": -(-total // size)}


def list_all(call: Call) -> Any:
    """Answer the listing of releases before 0.30: all at once."""
    org = call.require("reader")
    wanted = rules.metadata_filter(call.query.get("filter_metadata"))
    return readable_repositories(
        call, call.state.repositories.documents(org, call.state.repositories.listed(org, wanted))
    )


def get(call: Call) -> Any:
    call.require("reader")
    row = call.state.repositories.handed_out(call.org, call.repo)
    return readable_repositories(call, [call.state.repositories.document(row)])[0]


def create(call: Call, importing: bool = False) -> Any:
    org = call.require("writer")
    row = call.state.repositories.create(org, call.body, call.principal, importing)
    return Answer(readable_repositories(call, [call.state.repositories.document(row)])[0], 201)


def import_one(call: Call) -> Any:
    return create(call, importing=True)


def modify(call: Call) -> Any:
    call.require("writer")
    return call.state.repositories.document(call.state.repositories.modify(call.org, call.repo, call.body))


def delete(call: Call) -> Any:
    """Answer 204 for what was never there too, an organisation included (contract §5.1)."""
    if call.state.accounts.role(call.principal, call.org) is not None:
        call.require("writer")
        call.state.repositories.delete(call.org, call.repo)
    return Answer(None, 204)


def set_status(call: Call) -> Any:
    call.require("writer")
    return call.state.repositories.set_status(call.org, call.repo, call.body, call.principal)


def open_one(call: Call) -> Any:
    """Answer all that is needed to open a repository's storage (contract §6.5)."""
    call.require("reader")
    repositories = call.state.repositories
    row = repositories.handed_out(call.org, call.repo)
    bucket = repositories.bucket(row)
    if bucket is None:
        raise invalid(f"{call.org}/{call.repo} has no bucket")
    document = repositories.document(row)
    return {
        "repo_bucket": bucket_document(bucket),
        "repo_prefix": row["prefix"],
        "repo_credentials": call.state.buckets.credentials(bucket),
        "virtual_chunk_credentials": call.state.chunks.credentials(row),
        "author": _author(call.principal),
        "principal_id": call.principal.id,
        "status": document["status"],
    }


def _author(principal: Principal) -> dict[str, Any]:
    name = " ".join(part for part in (principal.first_name, principal.family_name) if part)
    return {"name": name or None, "email": principal.email}


def credentials(call: Call) -> Any:
    """Answer the credentials of a repository's bucket; a client asks only where the bucket delegates."""
    row = _repository(call)
    repositories: Repositories = call.state.repositories
    bucket = repositories.bucket(row)
    if bucket is None:
        raise invalid(f"{call.org}/{call.repo} has no bucket")
    refuse_unless_online(bucket, repositories.document(row)["status"]["mode"])
    vended = call.state.buckets.credentials(bucket)
    if vended is None:
        raise invalid(f"bucket {bucket['nickname']} has no credentials to delegate")
    return vended


def containers(call: Call) -> Any:
    return call.state.chunks.containers(_repository(call))


def modify_containers(call: Call) -> Any:
    return call.state.chunks.modify_containers(_repository(call, "writer"), call.body)


def dataset_node(call: Call) -> Any:
    row = _repository(call)
    bucket = call.state.repositories.bucket(row)
    path, branch = call.query.get("path", ""), call.query.get("branch") or "main"
    return call.state.nodes.get(row, bucket, path, branch)


ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/orgs/{org}/repos/paginated", {"GET": list_page}),
    ("/orgs/{org}/repos/import", {"POST": import_one}),
    ("/orgs/{org}/repos", {"GET": list_all, "POST": create}),
    ("/repos/icechunk/{org}/{repo}/virtual-chunk-containers", {"GET": containers, "PATCH": modify_containers}),
    ("/repos/icechunk/{org}/{repo}/dataset-node", {"GET": dataset_node}),
    ("/repos/{org}/{repo}/open", {"GET": open_one}),
    ("/repos/{org}/{repo}/bucket-credentials", {"GET": credentials}),
    ("/repos/{org}/{repo}", {"GET": get}),
    ("/orgs/{org}/{repo}/status", {"PUT": set_status}),
)
LAST_ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (("/orgs/{org}/{repo}", {"PATCH": modify, "DELETE": delete}),)
"""Those whose shape others have too: they are looked at last (contract §11)."""
