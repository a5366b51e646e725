"""How storages are logged in to on the classic cloud: by the older calls Amazon's, by the newer all (contract §10)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import rfc3339
from tui.systems.tiledb.service_side.call import Call
from tui.systems.tiledb.service_side.classic_access import (
    administered,
    home,
)
from tui.systems.tiledb.service_side.records import Record, existing
from tui.systems.tiledb.service_side.refusal import invalid, taken
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.v4_storage import PROVIDERS, SHAPES, without_secrets

AWS, CREDENTIAL = "aws_credential", "credential"


def _kept(call: Call, kind: str, namespace: str) -> Record:
    name = call.path["name"]
    return existing(call.state.records.find(kind, namespace, name), f"credential {name}")


def list_aws(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    return [_aws_document(record) for record in call.state.records.all(AWS, namespace)]


def _aws_document(record: Record) -> dict[str, Any]:
    times = {"created_at": rfc3339(record.created), "updated_at": rfc3339(record.created)}
    return {"name": record.name, **times, **record.document}


def create_aws(call: Call) -> Any:
    namespace, given = administered(call, call.path["namespace"]), call.object("name")
    if call.state.records.find(AWS, namespace, given["name"]):
        raise taken(f"credential {given['name']}")
    kept = {key: given[key] for key in ("access_key_id", "service_role_arn", "default", "buckets") if given.get(key)}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(AWS, namespace, given["name"], identity, call.state.clock.now(), kept))


def get_aws(call: Call) -> Any:
    return _aws_document(_kept(call, AWS, home(call, call.path["namespace"])))


def delete_aws(call: Call) -> Any:
    call.state.records.delete(_kept(call, AWS, administered(call, call.path["namespace"])))


def list_credentials(call: Call) -> Any:
    namespace = home(call, call.path["namespace"])
    provider = call.text("provider")
    found = [
        _credential_document(record)
        for record in call.state.records.all(CREDENTIAL, namespace)
        if provider in ("", record.document["provider"])
    ]
    return call.paged(found, key="credentials")


def _credential_document(record: Record) -> dict[str, Any]:
    times = {"created_at": rfc3339(record.created), "updated_at": rfc3339(record.created)}
    return {"uuid": record.id, "name": record.name, **times, **record.document}


def create_credential(call: Call) -> Any:
    namespace, given = administered(call, call.path["namespace"]), call.object("name", "provider")
    if given["provider"] not in PROVIDERS[:3]:
        raise invalid(provider=f"is none of {', '.join(PROVIDERS[:3])}")
    if call.state.records.find(CREDENTIAL, namespace, given["name"]):
        raise taken(f"credential {given['name']}")
    kept = {key: given[key] for key in ("provider", "provider_default", "allowed_in_tasks") if key in given}
    kept |= {shape: without_secrets(given[shape]) for shape in SHAPES if given.get(shape) is not None}
    identity = call.state.identities.uuid()
    call.state.records.put(Record(CREDENTIAL, namespace, given["name"], identity, call.state.clock.now(), kept))


def get_credential(call: Call) -> Any:
    return _credential_document(_kept(call, CREDENTIAL, home(call, call.path["namespace"])))


def delete_credential(call: Call) -> Any:
    call.state.records.delete(_kept(call, CREDENTIAL, administered(call, call.path["namespace"])))


ROUTES = (
    Route("GET", "/v1/credentials/{namespace}/aws", list_aws),
    Route("POST", "/v1/credentials/{namespace}/aws", create_aws),
    Route("GET", "/v1/credentials/{namespace}/aws/{name}", get_aws),
    Route("DELETE", "/v1/credentials/{namespace}/aws/{name}", delete_aws),
    Route("GET", "/v2/credentials/{namespace}", list_credentials),
    Route("POST", "/v2/credentials/{namespace}", create_credential),
    Route("GET", "/v2/credentials/{namespace}/{name}", get_credential),
    Route("DELETE", "/v2/credentials/{namespace}/{name}", delete_credential),
)
