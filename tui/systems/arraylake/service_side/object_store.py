"""The embedded object store: as much of S3 as icechunk needs, signatures unchecked (contract §9.4)."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.systems.arraylake.service_side.objects import ObjectEntry, PreconditionFailed
from tui.systems.arraylake.service_side.state import State

PAGE = 1000
"""Keys of one page of a listing, at most."""
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class S3Error(Exception):
    """An answer other than success: status, S3's code, and a text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class ObjectStore:
    """The store's endpoints over the objects of the state.

    Who signs must do it with an access key id of a bucket config of this name: the catalogue's credentials, own or
    vended, and no others, open a bucket. Who does not sign may read where a bucket config is anonymous.
    """

    def __init__(self, state: State) -> None:
        self._state = state

    def app(self) -> Starlette:
        """Return the store as an ASGI application."""
        app = Starlette(
            routes=[
                Route("/{bucket}", self.bucket, methods=["GET", "POST"]),
                Route("/{bucket}/", self.bucket, methods=["GET", "POST"]),
                Route("/{bucket}/{key:path}", self.object, methods=["GET", "PUT", "DELETE"]),
            ]
        )
        app.router.redirect_slashes = False
        return app

    async def bucket(self, request: Request) -> Response:
        content = await request.body()
        try:
            name = self._entered(request)
            if request.method == "POST":
                return self._delete_many(request, name, content)
            return self._listing(request, name)
        except S3Error as error:
            return _refused(error)

    async def object(self, request: Request) -> Response:
        content = await request.body()
        try:
            name, key = self._entered(request), request.path_params["key"]
            if request.method == "PUT":
                return self._put(request, name, key, content)
            if request.method == "DELETE":
                self._state.objects.delete(name, key)
                return Response(status_code=204)
            return self._get(request, name, key)
        except S3Error as error:
            return _refused(error)

    def _entered(self, request: Request) -> str:
        """Return the bucket's name, if who asks may enter it."""
        name = request.path_params["bucket"]
        ids, anonymous = self._state.buckets.key_ids(name)
        if not ids and not anonymous:
            raise S3Error(404, "NoSuchBucket", "The specified bucket does not exist")
        signed = _CREDENTIAL.search(request.headers.get("authorization", ""))
        if signed is None:
            if anonymous and request.method in ("GET", "HEAD"):
                return name
            raise S3Error(403, "AccessDenied", "Access Denied")
        request.scope["user"] = signed.group(1)
        if signed.group(1) not in ids:
            raise S3Error(
                403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
            )
        return name

    def _get(self, request: Request, name: str, key: str) -> Response:
        found = self._state.objects.get(name, key)
        if found is None:
            raise S3Error(404, "NoSuchKey", "The specified key does not exist.")
        entry, content = found
        if _unquoted(request.headers.get("if-none-match", "")) == entry.etag:
            return Response(status_code=304, headers=_headers(entry))
        headers, span = _headers(entry), request.headers.get("range")
        if span is None:
            return Response(content, headers=headers, media_type="application/octet-stream")
        start, end = _span(span, len(content))
        headers["content-range"] = f"bytes {start}-{end - 1}/{len(content)}"
        return Response(content[start:end], 206, headers, "application/octet-stream")

    def _put(self, request: Request, name: str, key: str, content: bytes) -> Response:
        given = request.headers.get("x-amz-checksum-crc32")
        if given is not None and given != base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode():
            raise S3Error(400, "BadDigest", "The CRC32 you specified did not match what we received.")
        matches = request.headers.get("if-match")
        try:
            entry = self._state.objects.put(
                name,
                key,
                content,
                absent=request.headers.get("if-none-match") == "*",
                matches=_unquoted(matches) if matches is not None else None,
            )
        except PreconditionFailed:
            text = "At least one of the pre-conditions you specified did not hold"
            raise S3Error(412, "PreconditionFailed", text) from None
        return Response(status_code=200, headers={"etag": f'"{entry.etag}"'})

    def _delete_many(self, request: Request, name: str, content: bytes) -> Response:
        if "delete" not in request.query_params:
            raise S3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
        keys = _keys(content)
        for key in keys:
            self._state.objects.delete(name, key)
        deleted = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return _xml(f"<DeleteResult>{deleted}</DeleteResult>")

    def _listing(self, request: Request, name: str) -> Response:
        query = request.query_params
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        limit = min(int(query["max-keys"]), PAGE) if query.get("max-keys", "").isdecimal() else PAGE
        after = _unpacked(query.get("continuation-token", "")) or query.get("start-after", "")
        entries, folders, last, more = self._gathered(name, prefix, delimiter, after, limit)
        token = f"<NextContinuationToken>{_packed(last)}</NextContinuationToken>" if more else ""
        return _xml(
            f"<ListBucketResult><Name>{escape(name)}</Name><Prefix>{escape(prefix)}</Prefix>"
            f"<KeyCount>{len(entries) + len(folders)}</KeyCount><MaxKeys>{limit}</MaxKeys>"
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(map(_contents, entries))}"
            + "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in folders)
            + "</ListBucketResult>"
        )

    def _gathered(
        self, name: str, prefix: str, delimiter: str, after: str, limit: int
    ) -> tuple[list[ObjectEntry], list[str], str, bool]:
        """Return the objects and folders of a page, its last key, and whether there are more."""
        entries: list[ObjectEntry] = []
        folders: list[str] = []
        while len(entries) + len(folders) < limit:
            found = self._state.objects.listed(name, prefix, after, 1 if delimiter else limit + 1)
            if not delimiter:
                kept = found[:limit]
                return kept, [], kept[-1].key if kept else after, len(found) > limit
            if not found:
                return entries, folders, after, False
            head, cut, _ = found[0].key[len(prefix) :].partition(delimiter)
            if cut:
                folders.append(prefix + head + cut)
                after = folders[-1] + "\U0010ffff"
            else:
                entries.append(found[0])
                after = found[0].key
        return entries, folders, after, bool(self._state.objects.listed(name, prefix, after, 1))


def _contents(entry: ObjectEntry) -> str:
    return (
        f"<Contents><Key>{escape(entry.key)}</Key><LastModified>{_stamp(entry)}</LastModified>"
        f"<ETag>&quot;{entry.etag}&quot;</ETag><Size>{entry.size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


def _stamp(entry: ObjectEntry) -> str:
    return datetime.fromisoformat(entry.modified).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _headers(entry: ObjectEntry) -> dict[str, str]:
    modified = format_datetime(datetime.fromisoformat(entry.modified), usegmt=True)
    return {"etag": f'"{entry.etag}"', "last-modified": modified, "accept-ranges": "bytes"}


def _span(given: str, size: int) -> tuple[int, int]:
    """Return start and end (excluded) of the bytes that a `Range` header asks for."""
    found = _RANGE.fullmatch(given.strip())
    first, last = found.groups() if found is not None else ("", "")
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    elif last:
        start, end = max(size - int(last), 0), size
    else:
        start = end = size
    if start >= end:
        raise S3Error(416, "InvalidRange", "The requested range is not satisfiable")
    return start, end


def _keys(content: bytes) -> list[str]:
    """Return the keys that the body of a bulk delete names."""
    if b"<!" in content:
        raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise S3Error(400, "MalformedXML", "The XML you provided was not well-formed") from None
    return [part.text or "" for part in root.iter() if part.tag.rpartition("}")[2] == "Key"]


def _packed(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _unpacked(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError:
        raise S3Error(400, "InvalidArgument", "The continuation token provided is incorrect") from None


def _unquoted(etag: str) -> str:
    return etag.strip().strip('"')


def _refused(error: S3Error) -> Response:
    return _xml(f"<Error><Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>", error.status)


def _xml(body: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{body}', status, media_type="application/xml")
