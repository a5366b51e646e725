"""A plain HTTP client on the embedded service: what is sent and answered, without any client's help."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from tui.systems.arraylake.service_side.service import EmbeddedService

HMAC = {"method": "hmac", "access_key_id": "AKIDLAB", "secret_access_key": "lab-secret"}


class Asker:
    """Sends requests to a service as the holder of a token."""

    def __init__(self, service: EmbeddedService, token: str) -> None:
        self.service = service
        headers = {"authorization": f"Bearer {token}"} if token else {}
        # Nothing is asked by TLS here, and loading the usual authorities takes longer than a test.
        self._client = httpx.Client(base_url=service.uri, headers=headers, trust_env=False, verify=False, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **keywords: Any) -> httpx.Response:
        """Send a request and return the answer, whatever it is."""
        return self._client.request(method, path, **keywords)

    def done(self, method: str, path: str, **keywords: Any) -> Any:
        """Send a request that must succeed, and return the body."""
        answer = self.ask(method, path, **keywords)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, **keywords: Any) -> tuple[int, Any]:
        """Send a request that must fail, and return status and `detail`."""
        answer = self.ask(method, path, **keywords)
        assert answer.is_error, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.status_code, answer.json()["detail"]

    def bucket(self, nickname: str = "main", **fields: Any) -> dict[str, Any]:
        """Make a bucket config of `lab` that is in the embedded object store."""
        place = {"endpoint_url": self.service.state.object_uri, "use_ssl": False, "force_path_style": True}
        body = {
            "nickname": nickname,
            "platform": "s3-compatible",
            "name": f"lab-{nickname}",
            "prefix": None,
            "extra_config": {**place, "region_name": "us-east-1"},
            "auth_config": HMAC,
            **fields,
        }
        return self.done("POST", "/orgs/lab/buckets", json=body)

    def repository(self, name: str, **fields: Any) -> dict[str, Any]:
        """Make a repository of `lab`."""
        return self.done("POST", "/orgs/lab/repos", json={"name": name, "kind": "icechunk", **fields})
