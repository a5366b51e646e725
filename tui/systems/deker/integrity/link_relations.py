"""Links and data files compared as two sets: what is missing, wrong, doubled, moved or left over (contract §9.3)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import shown
from tui.systems.deker.integrity.findings import Kind, finding
from tui.systems.deker.integrity.shards import Unlinked
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.repairs.link_places import is_right_place, link_parts
from tui.systems.deker.tree import Check


class LinkRelations:
    """The links of one kind in a collection, against its data files.

    `links` says of each link's path below the link tree whether it is a symbolic link; the right ones are taken out.
    """

    def __init__(self, shelf: Shelf, has_attributes: bool, links: dict[str, bool]) -> None:
        self._shelf = shelf
        self._has_attributes = has_attributes
        self._left = links
        self._right: list[str] = []
        self._by_id: dict[str, list[str]] | None = None

    def take_right(self, linked: Iterable[str]) -> list[Doubt]:
        """Take out links that are right; return what is wrong with those of which several lie in one directory."""
        right = self._right = [*linked]
        for link in right:
            self._left.pop(link, None)
        if not self._shelf.schema.primary or not self._has_attributes:
            return []
        places = Counter(os.path.dirname(link) for link in right)
        if len(places) == len(right):
            return []
        crowded = {place for place, count in places.items() if count > 1}
        return [
            self._doubt("attributes-shared", link, f"{places[os.path.dirname(link)]} arrays are linked here")
            for link in right
            if os.path.dirname(link) in crowded
        ]

    def of_unlinked(self, items: Iterable[Unlinked], check: Check) -> Iterator[Doubt]:
        """Yield what is wrong with the links of items that are not linked as their attributes want it."""
        for item in items:
            check()
            yield from self._of_item(item)

    def of_left(self, changing: set[str], check: Check) -> Iterator[Doubt]:
        """Yield what is wrong with the links that no data file claimed, but for those of ids that are `changing`."""
        claimed = {self._id_of(link) for link in self._right} if self._left else set[str]()
        for link, is_link in sorted(self._left.items()):
            check()
            identity = self._id_of(link)
            if identity in changing or not os.path.lexists(self._path(link)):
                continue
            if not is_link:
                yield self._doubt("link-not-link", link, "a file stands where a link should be")
            elif identity in claimed:
                yield self._doubt("link-extra", link, "another link of an array that has its own")
            elif os.path.lexists(self._shelf.path_of(identity)):
                # It was made since the data tree was read, or lies where that could not be read.
                yield from self._of_target(link, self._shelf.path_of(identity))
            else:
                yield from self._of_lost(link)

    def _of_item(self, item: Unlinked) -> Iterator[Doubt]:
        candidates = [link for link in self._links_of(item.id) if link in self._left]
        there = [link for link in candidates if self._is_in_place(link, item)]
        if there:
            # A second one beside it is left, and is found with the others.
            yield from self._of_target(there[0], item.path)
            self._take(there[0])
            return
        if not candidates:
            yield from self._of_missing(item)
            return
        for link in candidates:
            if os.path.lexists(self._path(link)):
                message = f"the link lies under {self._told(link)}{self._wanted(item)}"
                yield self._doubt("link-misplaced", link, message)
                yield from self._of_target(link, item.path)
            else:
                yield from self._of_missing(item)
            self._take(link)

    def _take(self, link: str) -> None:
        del self._left[link]
        self._right.append(link)

    def _of_missing(self, item: Unlinked) -> Iterator[Doubt]:
        if not os.path.lexists(item.path):
            return
        where = self._wanted_path(item)
        if where is not None and self._is_link_to(where, item.path):
            return
        at = where or item.path
        message = "the link is missing" if where else "it has no link, and no attributes that say where it should be"
        yield self._doubt_at("link-missing", at, item.id, message)

    def _is_in_place(self, link: str, item: Unlinked) -> bool:
        """Whether a link lies where the item's attributes want it; anywhere, if there are none to go by."""
        if item.primary is None or not self._has_attributes:
            return True
        return is_right_place(self._parts(link), item.primary, self._shelf.schema, self._shelf.collection)

    def _of_target(self, link: str, path: str) -> Iterator[Doubt]:
        """Yield what is wrong with where a link leads, which should be `path`."""
        if not self._left.get(link, True):
            yield self._doubt("link-not-link", link, "a file stands where the link should be")
            return
        try:
            target = os.readlink(self._path(link))
        except OSError:
            return
        if target == path:
            return
        if not os.path.isabs(target):
            works = os.path.normpath(os.path.join(os.path.dirname(self._path(link)), target)) == path
            code, rest = ("link-relative", "") if works else ("link-wrong-target", ", which is not its file")
            yield self._doubt(code, link, f"the link is relative: {shown(target)[:300]}{rest}")
        elif _is_same_file(target, path):
            yield self._doubt("link-spelling", link, f"the link says {shown(target)[:300]}, which is the same file")
        elif target.endswith(self._tail(path)):
            there = "where there is another copy" if os.path.lexists(target) else "where there is nothing"
            yield self._doubt("link-elsewhere", link, f"the link leads to {shown(target)[:300]}, {there}")
        else:
            yield self._doubt("link-wrong-target", link, f"the link leads to {shown(target)[:300]}")

    def _of_lost(self, link: str) -> Iterator[Doubt]:
        """Yield what is wrong with a link whose array has no data file here."""
        try:
            target = os.readlink(self._path(link))
        except OSError:
            target = ""
        if os.path.exists(self._path(link)):
            inside = os.path.realpath(self._path(link)).startswith(os.path.realpath(self._shelf.directory) + os.sep)
            what = "another array's file" if inside else "a file out of the collection"
            message = f"there is no such array; the link leads to {what}: {shown(target)[:300]}"
            yield self._doubt("link-extra", link, message)
            return
        what = "metadata" if self._shelf.kind == "varray" else "data"
        yield self._doubt("link-dangling", link, f"the {what} file is not there: {shown(target)[:300]}")
        if os.path.basename(target) != os.path.basename(link):
            yield self._doubt("link-wrong-target", link, "the link names another array's file")
        elif not os.path.isabs(target):
            yield self._doubt("link-relative", link, f"the link is relative: {shown(target)[:300]}")

    def _is_link_to(self, link: str, path: str) -> bool:
        try:
            return os.readlink(link) == path
        except (OSError, ValueError):
            return False

    def _links_of(self, identity: str) -> list[str]:
        if self._by_id is None:
            self._by_id = {}
            for link in self._left:
                self._by_id.setdefault(self._id_of(link), []).append(link)
        return self._by_id.get(identity, [])

    def _id_of(self, link: str) -> str:
        return os.path.basename(link).removesuffix(self._shelf.suffix)

    def _path(self, link: str) -> str:
        return f"{self._shelf.links}/{link}"

    def _parts(self, link: str) -> list[str]:
        return link.split("/")[:-1]

    def _told(self, link: str) -> str:
        return repr(shown(os.path.dirname(link)))[:100] if "/" in link else "the top directory"

    def _wanted_path(self, item: Unlinked) -> str | None:
        if item.primary is None or not self._has_attributes:
            return None
        try:
            parts = link_parts(item.primary, self._shelf.schema, self._shelf.collection)
        except Defect:
            return None
        return "/".join((self._shelf.links, *parts, item.id + self._shelf.suffix))

    def _wanted(self, item: Unlinked) -> str:
        where = self._wanted_path(item)
        if where is None:
            return ""
        wanted = os.path.dirname(where)[len(self._shelf.links) + 1 :]
        return f", the attributes say {wanted[:100]!r}" if wanted else ", it should lie in the top directory"

    def _tail(self, path: str) -> str:
        """Return the path from the collection's directory on, which a moved or copied one keeps."""
        return path[len(self._shelf.directory) :]

    def _doubt(self, code: str, link: str, message: str) -> Doubt:
        return self._doubt_at(code, self._path(link), self._id_of(link), message)

    def _doubt_at(self, code: str, path: str, identity: str, message: str) -> Doubt:
        kind: Kind = self._shelf.item
        found = finding(code, self._shelf.collection.name, shown(path), message, identity, kind)
        return doubt(found, path, self._shelf.path_of(identity))


def _is_same_file(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False
