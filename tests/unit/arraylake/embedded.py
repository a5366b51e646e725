"""A plain HTTP client on the embedded service: what is sent and answered, without any client's help."""

from __future__ import annotations

from typing import Any

from tests.unit.asker import Asker as PlainAsker
from tui.systems.arraylake.service_side.service import EmbeddedService

HMAC = {"method": "hmac", "access_key_id": "AKIDLAB", "secret_access_key": "lab-secret"}


class Asker(PlainAsker):
    """Sends requests to a service as the holder of a token."""

    def __init__(self, service: EmbeddedService, token: str) -> None:
        self.service = service
        super().__init__(service.uri, token)

    def refused(self, method: str, path: str, **keywords: Any) -> tuple[int, Any]:
        """Send a request that must fail, and return status and `detail`."""
        answer = self.failed(method, path, **keywords)
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
