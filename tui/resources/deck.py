"""The deck: the whole program without its screen, put together once; the screen and the command line both hold one."""

from __future__ import annotations

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import Settings, SettingsFile
from tui.jobs.runner import JobRunner
from tui.jobs.state import StateDatabase
from tui.resources.aliases import Aliases
from tui.resources.confirmation import Confirm, nobody
from tui.resources.connections import Connection, Connections
from tui.resources.events import Events
from tui.resources.own import OwnSystem
from tui.resources.registry import Registry
from tui.resources.sampling import Sampler
from tui.services.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from tui.resources.gate import Gate
    from tui.services.command_log import CommandLog


class Deck:
    """Settings, profiles, connections, jobs, journal and gate of one running arraydeck.

    `temporary` holds the profiles of this run alone: of `open URI` and of the demo. `own` is the connection to
    arraydeck's own lists: jobs, journal, profiles, command log.
    """

    def __init__(self, settings_file: SettingsFile, profiles: ProfileStore, state: StateDatabase) -> None:
        self.settings_file = settings_file
        self.settings_kept: Settings = settings_file.load()
        self.settings: Settings = self.settings_kept
        self.settings_listeners: list[Callable[[], None]] = []
        self.theme_names: tuple[str, ...] = ()
        """The themes that there are, once there is a screen."""
        self.key_check: Callable[[Mapping[str, str]], Sequence[str]] | None = None
        """Says what is wrong with the user's own keys, once it is known which keys there are."""
        self._slowness = 1.0
        self._checked: tuple[object, list[str]] | None = None
        self.profiles = profiles
        self.state = state
        self.temporary: dict[str, Profile] = {}
        self.registry = Registry()
        self.connections = Connections(self.registry)
        self.runner = JobRunner(state, make_executor=self._make_executor)
        self.events = Events(state, self.connections, self.runner.ended)
        self.sampler = Sampler(state.samples)
        own = Profile(name="arraydeck", system="arraydeck", uri="arraydeck:")
        # Its lists are asked of no store, and the command log must not fill by being looked at.
        self.own = Connection(own, OwnSystem(self))

    @classmethod
    def load(cls) -> Deck:
        """Return a deck on this user's folders. Blocks for a moment: call it in a thread.

        Raises:
            Unavailable: the state database cannot be opened.
        """
        return cls(SettingsFile(), ProfileStore(), StateDatabase())

    @cached_property
    def gate(self) -> Gate:
        """What actions go through."""
        from tui.resources.gate import Gate

        return Gate(self.state, self.runner)

    def _make_executor(self) -> Executor:
        from tui.jobs.executors import make_executor

        return make_executor(self.settings.jobs.executor, self.settings.jobs.workers)

    @property
    def log(self) -> CommandLog:
        """What was lately sent to the stores."""
        return self.connections.log

    @property
    def problems(self) -> list[str]:
        """What is wrong with the user's files and plug-ins, a sentence each."""
        notices = [self.state.notice] if self.state.notice else []
        plug_ins = [f"system {name} cannot be loaded: {reason}" for name, reason in self.registry.problems.items()]
        settings = [*self.settings_file.problems, *self.setting_problems()]
        files = [*settings, *self.profiles.problems]
        return [*notices, *files, *plug_ins]

    def setting_problems(self) -> list[str]:
        """Return what is wrong with settings that are well formed; looked for again only when something is another."""
        from tui.resources.settings_check import setting_problems

        known = (self.settings, self.theme_names, tuple(profile.name for profile in self.all_profiles()))
        if self._checked is None or self._checked[0] != known:
            self._checked = (known, setting_problems(self, self.settings))
        return self._checked[1]

    def read_settings(self) -> None:
        """Take the settings anew from the file and the environment. Blocks for a moment."""
        self.settings_kept = self.settings_file.load()
        self._heed()

    def settings_changed(self) -> None:
        """Tell whoever wants to know that the settings are others now."""
        for listener in self.settings_listeners:
            listener()

    def slow_down(self, factor: float) -> None:
        """Have lists refresh so many times less often than the settings say."""
        self._slowness = factor
        self._heed()

    def _heed(self) -> None:
        lists = self.settings_kept.lists
        lists = lists.model_copy(update={"refresh": lists.refresh * self._slowness})
        self.settings = self.settings_kept.model_copy(update={"lists": lists})

    @property
    def aliases(self) -> Aliases:
        """The user's own names for places."""
        return Aliases(self.settings.aliases)

    def all_profiles(self) -> list[Profile]:
        """Return the profiles of this run and those of the file; one of this run hides its namesake."""
        kept = [profile for profile in self.profiles.list() if profile.name not in self.temporary]
        return [*self.temporary.values(), *kept]

    def profile(self, name: str) -> Profile:
        """Return the profile of that name.

        Raises:
            NotFound: there is none.
        """
        return self.temporary[name] if name in self.temporary else self.profiles.get(name)

    def add_temporary(self, profile: Profile) -> None:
        """Add a profile for this run alone."""
        self.temporary[profile.name] = profile
        self.log.places[profile.name] = profile.uri

    def profile_for(self, where: str) -> Profile:
        """Return the profile that `where` names, or one made for the address or path that it is.

        Raises:
            InvalidInput: no system knows the address.
            NotFound: it can only be a profile's name, and there is none.
        """
        if where in {profile.name for profile in self.all_profiles()}:
            return self.profile(where)
        try:
            system = self.registry.for_uri(where)
        except InvalidInput as error:
            if "/" in where or ":" in where:
                raise
            raise NotFound("arraydeck", "profiles", f"there is no profile {where!r}", error.hint) from error
        profile = Profile(name=_name_for(where), system=system.name, uri=where)
        self.add_temporary(profile)
        return profile

    def connection(self, where: str | None) -> Connection:
        """Return the connection to a profile, an address or a path; without one, to the only profile there is.

        Raises:
            InvalidInput: nothing was named and there is more than one profile, or none.
        """
        if where is None:
            where = self._only_profile()
        if where == self.own.profile.name:
            return self.own
        return self.connections.to(self.profile_for(where))

    async def undo(self, entry: int | None, confirm: Confirm = nobody) -> str:
        """Take back a change by its number in the journal, by default the last that can be; return what was done.

        Raises:
            NotFound: there is nothing to undo, or no such entry, or its profile is gone.
            ServiceError: as `Gate.undo`.
        """
        if entry is None:
            last = await asyncio.to_thread(self.state.journal.last_undoable)
            if last is None:
                raise NotFound("arraydeck", "undo", "there is nothing that can be undone")
            entry = last.id
        found = await asyncio.to_thread(self.state.journal.entry, entry)
        names = {profile.name: profile for profile in self.all_profiles()}
        known = names.get(found.profile)
        if found.system == self.own.system.name:
            connection = self.own
        elif known is not None and known.uri == found.uri:
            connection = self.connections.to(known)
        else:
            connection = self.connections.to(self.profile_for(found.uri))
        return await self.gate.undo(connection, entry, confirm)

    async def close(self) -> None:
        """Stop the jobs of this run and let go of everything."""
        await self.runner.close()
        await self.connections.close()
        await self.sampler.close()
        await asyncio.to_thread(self.state.close)

    def _only_profile(self) -> str:
        wanted = self.settings.default_profile
        if wanted:
            return wanted
        names = [profile.name for profile in self.all_profiles()]
        if len(names) == 1:
            return names[0]
        known = f"known are {', '.join(names)}" if names else "`arraydeck profiles add` makes one"
        raise InvalidInput("arraydeck", "profiles", "say which profile, address or path with -p", known)


def _name_for(where: str) -> str:
    """Return a profile name for an address or a path: its last telling part."""
    parts = [part for part in where.replace("\\", "/").split("/") if part.strip(" .:@")]
    text = parts[-1] if parts else "store"
    safe = "".join("-" if character in "@:" or not character.isprintable() else character for character in text)
    return safe.strip()[:64].strip() or "store"
