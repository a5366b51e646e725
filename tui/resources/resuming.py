"""Resuming: the lists that were open and where one was in them, as they are written down and found again."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from tui.jobs.sessions import Ending, Sessions
from tui.resources.navigation import Frame, Navigation
from tui.resources.place import Place, resolve
from tui.resources.together.comparison import ComparisonFrame, comparison_frame
from tui.resources.together.merged import merged_frame
from tui.resources.together.several import several_profiles, source_of, sources_of
from tui.services.errors import NotFound, ServiceError

if TYPE_CHECKING:
    from tui.resources.deck import Deck

MOST_LISTS = 20
"""Lists that are written down: those on the way to the one that is shown, and of the others the newest."""


class LeftList(BaseModel):
    """A list as it was left. `against` is the profile that it was compared with; `uri` is where the profile led."""

    model_config = ConfigDict(frozen=True)

    type: str
    scope: tuple[str, ...] = ()
    profile: str
    uri: str = ""
    against: str = ""
    filter: str = ""
    sort: str | None = None
    descending: bool = False
    cursor: str | None = None
    scroll: int = 0


class Left(BaseModel):
    """What was open. `stack` and `history` are numbers of `lists`; `at_home` says that home was shown above it."""

    model_config = ConfigDict(frozen=True)

    lists: tuple[LeftList, ...] = ()
    stack: tuple[int, ...] = ()
    history: tuple[int, ...] = ()
    at: int = -1
    at_home: bool = True


class Found(BaseModel):
    """What was found again, and how long ago it was left, in seconds."""

    model_config = ConfigDict(frozen=True)

    left: Left
    age: float
    was_lost: bool


def noted(navigation: Navigation, *, at_home: bool) -> Left:
    """Return what is open now. Quick: no I/O."""
    ahead = navigation.history[navigation.at + 1 :]
    behind = navigation.history[: navigation.at + 1]
    wanted = {id(frame): frame for frame in (*navigation.stack[-MOST_LISTS:], *behind[::-1], *ahead)}
    numbers = {key: number for number, key in enumerate(list(wanted)[:MOST_LISTS])}
    lists = tuple(_left(wanted[key]) for key in numbers)
    before = [numbers[id(frame)] for frame in behind if id(frame) in numbers]
    after = [numbers[id(frame)] for frame in ahead if id(frame) in numbers]
    stack = tuple(numbers[id(frame)] for frame in navigation.stack if id(frame) in numbers)
    return Left(lists=lists, stack=stack, history=(*before, *after), at=len(before) - 1, at_home=at_home)


class Resuming:
    """Keeps where this arraydeck is, and finds where an earlier one on the same thing was, as the settings say."""

    def __init__(self, deck: Deck, where: str) -> None:
        self._deck = deck
        self._sessions = Sessions(deck.state)
        self._opened = where
        self._kept: Left | None = None

    @property
    def _where(self) -> str:
        """What this arraydeck was opened on, from wherever it was started: a path is whole."""
        opened = self._opened
        names = {profile.name for profile in self._deck.profiles.list()}
        return opened if not opened or "://" in opened or opened in names else os.path.abspath(opened)  # noqa: PTH100

    async def find(self) -> Found | None:
        """Return what an earlier arraydeck left, once: nobody finds it again. None if there is nothing, or not wanted.

        Raises:
            Unavailable: the state database cannot be had.
        """
        wish = self._deck.settings.resume
        if wish == "never":
            return None
        session = await asyncio.to_thread(self._sessions.take, self._where, left_too=wish == "always")
        if session is None:
            return None
        try:
            left = Left.model_validate(session.left)
        except ValidationError:
            return None
        age = (datetime.now(UTC) - session.at).total_seconds()
        return Found(left=left, age=max(age, 0.0), was_lost=session.ending is not Ending.QUIT)

    async def restore(self, left: Left, navigation: Navigation) -> list[str]:
        """Have the lists that were left in `navigation`; return a sentence for each that is not to be had any more.

        Raises:
            ServiceError: what this arraydeck was opened on is no profile and no address.
        """
        problems: list[str] = []
        frames: dict[int, Frame] = {}
        if self._opened:
            self._deck.profile_for(self._opened)
        for number, one in enumerate(left.lists):
            try:
                frames[number] = await self._frame(one)
            except ServiceError as error:
                problems.append(error.message)
        navigation.stack = [frames[number] for number in left.stack if number in frames]
        behind = [frames[number] for number in left.history[: left.at + 1] if number in frames]
        ahead = [frames[number] for number in left.history[left.at + 1 :] if number in frames]
        if navigation.stack and (not behind or behind[-1] is not navigation.stack[-1]):
            behind.append(navigation.stack[-1])
        navigation.history, navigation.at = [*behind, *ahead], len(behind) - 1
        return problems

    def keep(self, left: Left, ending: Ending = Ending.OPEN) -> None:
        """Write down where this arraydeck is, or was when it ended. Blocks: call it in a thread.

        Raises:
            Unavailable: it cannot be written.
        """
        wish = self._deck.settings.resume
        if ending is Ending.OPEN and left == self._kept:
            return
        if wish == "never" or not left.lists or (ending is Ending.QUIT and wish != "always"):
            self.forget()
        else:
            self._sessions.keep(self._where, left.model_dump(mode="json"), ending)
            self._kept = left

    def forget(self) -> None:
        """Take back what was written down. Blocks: call it in a thread.

        Raises:
            Unavailable: it cannot be written.
        """
        if self._kept is not None:
            self._sessions.forget()
            self._kept = None

    async def _frame(self, left: LeftList) -> Frame:
        """Return the list, not yet loaded.

        Raises:
            ServiceError: its profile is gone or leads elsewhere, or it has no such list.
        """
        deck, settings = self._deck, self._deck.settings
        place = Place(left.type, left.scope, "", left.profile)
        await self._import(left)
        if left.against:
            sources = [source_of(deck, name, left.type, left.scope) for name in (left.profile, left.against)]
            frame: Frame = comparison_frame(sources[0], sources[1], settings)
        elif (profiles := several_profiles(deck, left.profile)) is not None:
            several = sources_of(deck, profiles, left.type, left.scope)
            frame = merged_frame(Place(several[0].type.name, left.scope, "", left.profile), several, settings)
        else:
            connection = deck.connection(left.profile)
            kind, scope = resolve(place, connection.system)
            frame = Frame(connection, kind, scope, settings)
        view = frame.listing.view
        view.set_filter(left.filter)
        if left.sort in {column.name for column in view.columns}:
            view.set_sort(left.sort, left.descending)
        view.position.scroll = left.scroll
        view.position.key = frame.listing.seeks = left.cursor
        return frame

    async def _import(self, left: LeftList) -> None:
        """Import the systems that a list is of, in a thread; a profile that leads elsewhere now is another one."""
        deck, own = self._deck, self._deck.own
        if left.profile == own.profile.name:
            return
        known = {profile.name: profile for profile in deck.all_profiles()}
        wanted = several_profiles(deck, left.profile)
        if wanted is None:
            wanted = [known[name] for name in (left.profile, left.against) if name in known]
            if left.profile not in known or (left.uri and known[left.profile].uri != left.uri):
                message = f"the profile {left.profile} is gone, or leads elsewhere now"
                raise NotFound("arraydeck", "resume", message)

        def load() -> None:
            for profile in wanted:
                # They are imported by being asked for.
                len(deck.registry.system(profile.system).types)

        await asyncio.to_thread(load)


def _left(frame: Frame) -> LeftList:
    place, view = frame.place, frame.listing.view
    return LeftList(
        type=place.type,
        scope=place.scope,
        profile=place.profile,
        uri="" if frame.parts else frame.connection.profile.uri,
        against=frame.parts[1].source.profile if isinstance(frame, ComparisonFrame) else "",
        filter=place.filter,
        sort=view.sort_column,
        descending=view.descending,
        cursor=view.position.key,
        scroll=view.position.scroll,
    )
