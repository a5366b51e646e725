"""Secrets: whatever is done and whatever goes wrong, no marker shows in an error, a log, a repr or JSON."""

from __future__ import annotations

import json
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.arraylake.clients import client_of
from tests.unit.scripted_server import ScriptedServer, answer
from tui.services.command_log import CommandLog
from tui.services.errors import ServiceError
from tui.systems.arraylake.bucket_models import Bucket
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.options import ServiceOptions, service_options
from tui.systems.arraylake.repo_models import OpenRepo, Repo
from tui.systems.arraylake.service_side.service import EmbeddedService
from tui.systems.arraylake.vendor_config import VendorConfig

MARKER = "MARKERSECRET"
KEYS = {"method": "hmac", "access_key_id": f"{MARKER}1", "secret_access_key": f"{MARKER}2"}
BUCKET = {
    "id": "12345678-1234-5678-1234-567812345678",
    "nickname": "main",
    "platform": "s3",
    "name": "bucket",
    "extra_config": {"secret_key": f"{MARKER}3", "endpoint_url": f"https://user:{MARKER}4@example.com"},
    "is_default": True,
    "auth_config": {
        **KEYS,
        "shared_secret": f"{MARKER}5",
        "account_api_token": f"{MARKER}6",
        "new_secret": f"{MARKER}7",
    },
    "password": f"{MARKER}8",
    "nested": {"deep": [{"api_token": f"{MARKER}9"}]},
}
REPO = {
    "_id": "aa" * 12,
    "org": "lab",
    "name": "one",
    "prefix": "p",
    "status": {"mode": "online", "initiated_by": {"token": f"{MARKER}a"}},
    "bucket": BUCKET,
    "subscription": {
        "status": "active",
        "parent_repo": {
            "_id": "bb",
            "org": "o",
            "name": "nn",
            "prefix": "",
            "bucket": BUCKET,
            "status": {"mode": "online"},
        },
        "marketplace_listing": {"secret": f"{MARKER}b"},
    },
    "optimization_config": {"credential": f"{MARKER}c"},
}
OPEN = {
    "repo_bucket": BUCKET,
    "repo_prefix": "p",
    "repo_credentials": {
        "aws_access_key_id": f"{MARKER}d",
        "aws_secret_access_key": f"{MARKER}e",
        "aws_session_token": f"{MARKER}f",
        "expiration": None,
    },
    "virtual_chunk_credentials": {
        "s3://x/": {
            "credentials": {
                "access_token": f"{MARKER}g",
                "principal": "p",
                "expiration": None,
                "later_secret": f"{MARKER}h",
            }
        }
    },
    "author": {"email": "a@example.com"},
    "principal_id": "12345678-1234-5678-1234-567812345678",
    "status": {"mode": "online"},
}


@pytest.mark.parametrize(("model", "content"), [(Bucket, BUCKET), (Repo, REPO), (OpenRepo, OPEN)])
def test_a_model_shows_no_secret_that_the_service_sent(model: type[Any], content: dict[str, Any]) -> None:
    found = model.model_validate_json(json.dumps(content))
    shown = [
        repr(found),
        str(found),
        found.model_dump_json(),
        str(found.model_dump()),
        str(found.model_dump(mode="json")),
    ]
    shown += [str(found.model_extra), repr(found.model_copy())]
    assert MARKER not in "\n".join(shown)


def test_the_storage_is_given_what_the_models_hide() -> None:
    found = OpenRepo.model_validate_json(json.dumps(OPEN))
    assert found.repo_credentials is not None and found.repo_credentials.aws_secret_access_key is not None
    assert found.repo_credentials.aws_secret_access_key.get_secret_value() == f"{MARKER}e"


async def test_nothing_shows_a_secret_whatever_goes_wrong(
    lab: EmbeddedService, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    key = f"ema_{MARKER}0"
    lab.state.accounts.add_key("marked", token=key)
    principal = lab.state.accounts.key_of(key)
    lab.state.accounts.join("lab", principal, "admin")
    log = CommandLog()
    shown: list[Any] = []

    async def tried(call: Any) -> None:
        try:
            shown.append(await call)
        except ServiceError as error:
            shown.extend([repr(error), str(error), pickle.dumps(error), *traceback.format_exception(error)])
            # Some libraries teach exceptions to take their causes along when they are sent to another process.
            shown.extend(pickle.dumps(getattr(cause, "_request", None)) for cause in causes_of(error))

    place = {"endpoint_url": lab.state.object_uri, "use_ssl": False, "force_path_style": True, "region_name": "x"}
    async with client_of(lab, key) as client:
        client.watch(log, "lab")
        for kind in (None, "drop", "lost", "cut", "garbage", "schema", "echo", "401", "422", "503"):
            if kind == "echo":
                echo = f"{key} {MARKER}1 {MARKER}2 are wrong"
                lab.state.faults.add("status", status=422, method="POST", path="/buckets$", message=echo, times=-1)
                lab.state.faults.add("status", status=422, message=f"{key} is wrong", times=-1)
            elif kind is not None and kind.isdigit():
                lab.state.faults.add("status", status=int(kind), times=-1)
            elif kind is not None:
                lab.state.faults.add(kind, times=-1)
            nickname = f"bucket-{kind}"
            await tried(
                client.create_bucket_config(
                    org="lab", nickname=nickname, uri=f"s3://{nickname}", extra_config=place, auth_config=KEYS
                )
            )
            await tried(client.list_bucket_configs("lab"))
            await tried(client.get_user())
            await tried(client.register_repo(f"lab/repo-{kind}"))
            await tried(client.list_repos("lab"))
            await tried(client.open_repo("lab/repo-None"))
            lab.state.faults.clear()
            lab.state.faults.add("status", side="objects", status=403, message=f"{MARKER}1 {MARKER}2", times=-1)
            await tried(_history(client, "lab/repo-None"))
            lab.state.faults.clear()
        shown += [repr(client.options), repr(client.__dict__), repr(client.session.__dict__), *log]
    out, err = capfd.readouterr()
    text = "\n".join([*map(str, shown), caplog.text, out, err])
    assert MARKER not in text
    assert "bucket-None" in text


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield what an error came of."""
    while (cause := error.__cause__ or error.__context__) is not None:
        yield cause
        error = cause


async def _history(client: AsyncClient, name: str) -> list[Any]:
    contents = await client.contents(name)
    client.forget_contents(name)
    return [page async for page in contents.history()]


async def test_a_service_that_repeats_the_key_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    key = f"ema_{MARKER}"
    async with ScriptedServer() as server:
        body = f'{{"detail":"no such key {key}"}}'.encode()
        server.play(answer(403, body, X_Request_Id=key))
        options = service_options(server.uri, key, config=VendorConfig({}, {}))
        async with AsyncClient(options=options) as client:
            with pytest.raises(ServiceError) as caught:
                await client.get_user()
    assert MARKER not in str(caught.value)
    assert server.asked[0].headers["authorization"] == f"Bearer {key}"


@pytest.mark.parametrize("key", [MARKER, f"ema_{MARKER} x", f"ema_{MARKER}\n", f"ey{MARKER}é", ""])
def test_a_key_that_is_none_is_not_quoted(key: str) -> None:
    with pytest.raises(ServiceError) as caught:
        service_options("https://example.com", key, config=VendorConfig({}, {}))
    assert MARKER not in "".join(traceback.format_exception(caught.value))


def test_options_do_not_show_what_they_hold() -> None:
    options: ServiceOptions = service_options(
        "https://example.com",
        f"ema_{MARKER}",
        config=VendorConfig({"ARRAYLAKE_SERVICE__PROXY": f"http://u:{MARKER}@proxy"}, {}),
    )
    assert options.proxy is not None
    assert MARKER not in repr(options) + repr(options.http())
