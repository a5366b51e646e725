"""The published Client."""

import logging
import os
import time
import uuid
from enum import Enum

from leapyear import _store
from leapyear.admin.database import Database
from leapyear.admin.group import Group
from leapyear.admin.privacy import PrivacyProfile
from leapyear.admin.user import User
from leapyear.exceptions import APIError, AuthenticationError, TokenExpiredError
from leapyear.exceptions import ConnectionError as CannotConnect
from leapyear.jobs import AsyncJob, AsyncJobInformation


class Status(Enum):
    FINE_AND_WELL = object()


def ly_login(url, username, password):
    with _store.state() as state:
        user = state["users"].get(username)
        if user is None or user["password"] != password:
            raise AuthenticationError("no such user with " + password)
        token = uuid.uuid4().hex
        state["tokens"][token] = username
        return token


class Client:
    """Prints when it connects, as packages do."""

    def __init__(
        self,
        url="http://localhost:4401",
        username=None,
        password=None,
        *,
        authenticate=ly_login,
        default_analysis_caching=True,
        default_allow_max_budget_allocation=True,
        public_key_auth=False,
    ):
        print("connecting to", url)
        if "unreachable" in url:
            raise CannotConnect("cannot connect to " + url)
        if username is not None and password is not None:
            self._token = authenticate(url, username, password)
        elif "LY_JWT" in os.environ:
            self._token = os.environ["LY_JWT"]
        else:
            raise AuthenticationError("nothing to log in with")
        self._url = url
        self._closed = False
        with _store.state() as state:
            self._username = state["tokens"].get(self._token)
            state["calls"].append(["Client", default_analysis_caching, default_allow_max_budget_allocation])
        _store.current = self

    def _in(self):
        with _store.state() as state:
            if self._closed or self._token not in state["tokens"]:
                raise TokenExpiredError("the token is over")

    @property
    def logger(self):
        return logging.getLogger("leapyear")

    @property
    def url(self):
        return self._url

    @property
    def username(self):
        return self._username

    @property
    def connected(self):
        with _store.state() as state:
            return not self._closed and self._token in state["tokens"]

    @property
    def status(self):
        return Status.FINE_AND_WELL

    def close(self):
        self._closed = True

    def logout(self):
        with _store.state() as state:
            state["tokens"].pop(self._token, None)

    def clear_analysis_cache(self):
        self._clear("clear_analysis_cache", True)

    def clear_all_caches(self):
        self._clear("clear_all_caches", True)

    def unpersist_all_relations(self):
        self._clear("unpersist_all_relations", False)

    def _clear(self, name, empties):
        self._in()
        with _store.state() as state:
            state["calls"].append([name])
            state["cache"] = 0 if empties else state["cache"]

    def count_analysis_cache(self):
        self._in()
        if os.environ.get("LY_STANDIN_SLOW"):
            time.sleep(float(os.environ["LY_STANDIN_SLOW"]))
        with _store.state() as state:
            return state["cache"]

    def create(self, obj, ignore_if_exists=False, drop_if_exists=False):
        self._in()
        with _store.state() as state:
            there = obj._rows(state)
            if obj._key in there and not (ignore_if_exists or drop_if_exists):
                raise APIError("it exists")
            if obj._key not in there or drop_if_exists:
                there[obj._key] = obj._row(state)

    def create_async(self, obj):
        self.create(obj)
        return AsyncJob()

    def update(self, obj, **changes):
        self._in()
        if set(changes) - {"description"}:
            raise TypeError("unknown keyword")
        with _store.state() as state:
            obj._rows(state)[obj._key].update(changes)

    def drop(self, obj, ignore_missing=False):
        self._in()
        with _store.state() as state:
            if obj._rows(state).pop(obj._key, None) is None and not ignore_missing:
                raise APIError("it is not there")
            state["calls"].append(["drop", obj._key])

    @property
    def privacy_profiles(self):
        self._in()
        with _store.state() as state:
            return {name: PrivacyProfile._named(name) for name in state["profiles"]}

    @property
    def databases(self):
        self._in()
        with _store.state() as state:
            return {name: Database(name) for name in state["databases"]}

    @property
    def current_user(self):
        self._in()
        return User(self._username, "")

    @property
    def users(self):
        self._in()
        with _store.state() as state:
            return {name: User(name, "") for name in state["users"]}

    @property
    def groups(self):
        self._in()
        with _store.state() as state:
            return {name: Group._named(name) for name in state["groups"]}

    @property
    def jobs(self):
        self._in()
        return [AsyncJobInformation()]

    @property
    def recent_finished_jobs(self):
        self._in()
        return [AsyncJobInformation(), AsyncJobInformation()]
