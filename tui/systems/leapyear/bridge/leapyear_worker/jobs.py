"""Jobs and caches by the vendor's package, whose job objects are known by name only (contract §12)."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import Any

from .connection import Connection
from .plain import OVER, described, has, identity_in, moment, state_in
from .refused import Refused, missing, unsupported

MOST_JOBS = 1000
GIVE_UP_SECONDS = 600.0
"""How long a table that was begun in the background may be absent while the server runs no job."""


class Jobs(Connection):
    """The operations on jobs and caches."""

    def __init__(self) -> None:
        super().__init__()
        self._jobs: dict[str, dict[str, Any]] = {}

    def list_jobs(self, names: Any, query: Any, body: Any) -> Any:
        for job in self._jobs.values():
            self._judge(job)
        found = [job["document"] for job in self._jobs.values()]
        known = {document["id"] for document in found}
        for state, listed in (("running", self._client.jobs), ("succeeded", self._client.recent_finished_jobs)):
            documents = (self._listed_job(entry, state) for entry in listed)
            found += [document for document in documents if document["id"] not in known]
        return found

    def get_job(self, names: Any, query: Any, body: Any) -> Any:
        if names["job"] in self._jobs:
            job = self._jobs[names["job"]]
            self._judge(job)
            return job["document"]
        for document in self.list_jobs(names, query, None):
            if document["id"] == names["job"]:
                return document
        raise missing("job", names["job"])

    def get_job_result(self, names: Any, query: Any, body: Any) -> Any:
        document = self.get_job(names, query, None)
        if document["state"] != "succeeded":
            raise Refused(409, "job_finished", f"The job is {document['state']}, it has no result.")
        return {"result": document["target"]}

    def cancel_job(self, names: Any, query: Any, body: Any) -> Any:
        document = self.get_job(names, query, None)
        if document["state"] in OVER:
            raise Refused(409, "job_finished", f"The job is over: {document['state']}.")
        handle = self._jobs.get(names["job"], {}).get("handle")
        # Never one that somebody else began: there is no documented way to name it.
        if handle is None or not has(handle, "cancel"):
            raise unsupported("job_cancel")
        handle.cancel()
        document["state"], document["finished_at"] = "cancelled", moment(time.time())
        return document

    def get_caches(self, names: Any, query: Any, body: Any) -> Any:
        count = self._client.count_analysis_cache()
        return {"analysis": {"count": count}, "relations": {"count": None}, "metadata": {"count": None}}

    def clear_analysis_cache(self, names: Any, query: Any, body: Any) -> Any:
        self._client.clear_analysis_cache()
        return {"cleared": None}

    def clear_all_caches(self, names: Any, query: Any, body: Any) -> Any:
        self._client.clear_all_caches()
        return {"cleared": None}

    def unpersist_all_relations(self, names: Any, query: Any, body: Any) -> Any:
        if self._snowflake:
            raise Refused(409, "unsupported_backend", "The compute back end snowflake does not support this.")
        self._client.unpersist_all_relations()
        return {"cleared": None}

    def _begin(self, kind: str, target: Any, handle: Any, work: Any) -> Any:
        while len(self._jobs) >= MOST_JOBS:
            del self._jobs[next(iter(self._jobs))]
        extra = described(handle) if handle is not None else {}
        identity = identity_in(extra) or f"job-{uuid.uuid4().hex[:16]}"
        now = moment(time.time())
        document: dict[str, Any] = {
            "id": identity,
            "kind": kind,
            "state": "running",
            "submitted_by": self._user,
            "submitted_at": now,
        }
        document.update(started_at=now, finished_at=None, progress=None, target=target, error=None, extra=extra)
        self._jobs[identity] = {"document": document, "handle": handle, "work": work, "began": time.time()}
        self._judge(self._jobs[identity])
        return document

    def _judge(self, job: dict[str, Any]) -> None:
        """Find out how a job stands: by what its handle says, or else by whether what it is for is there."""
        document = job["document"]
        if document["state"] in OVER:
            return
        if job["handle"] is not None:
            document["extra"] = described(job["handle"])
        state = state_in(document["extra"])
        if state is None:
            document["extra"]["inferred"] = True
            state = "succeeded" if self._is_there(document["target"], job["work"]) else "running"
            if state == "running" and time.time() - job["began"] > GIVE_UP_SECONDS and not self._client.jobs:
                state = "failed"
                document["error"] = {
                    "code": "upstream_error",
                    "message": "The server runs no job, and it is not there.",
                }
        document["state"] = state
        if state in OVER:
            document["finished_at"] = moment(time.time())

    def _is_there(self, target: Any, work: Any) -> bool:
        if target["type"] == "table":
            database = self._client.databases.get(target["database"])
            if database is None:
                return False
            database.load()
            return target["name"] in database.tables
        database = self._client.databases.get(target["name"])
        if database is None:
            return False
        database.load()
        return database.privacy_profile == work["profile"]

    def _listed_job(self, entry: Any, state: str) -> Any:
        extra = described(entry)
        shape = json.dumps(extra, sort_keys=True).encode()
        identity = identity_in(extra) or "vendor-" + hashlib.sha256(shape).hexdigest()[:16]
        found = state_in(extra)
        # Which of the two lists it is in is documented; what its own words mean is not.
        shown = found if found is not None and (found in OVER) == (state in OVER) else state
        document = {"id": identity, "kind": "unknown", "state": shown, "submitted_by": "", "submitted_at": None}
        finished = extra.get("finished_at") if state in OVER else None
        return {**document, "started_at": None, "finished_at": finished, "progress": None, "target": {}, "extra": extra}
