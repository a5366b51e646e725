"""What can be done with views (drop); and a row of the list of exposure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.fields import View
from tui.systems.leapyear.models import UserExposure
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile


class ListedExposure(UserExposure):
    """The exposure of a user with what holds for all of the database. `synthetic` numbers are made up."""

    limit: float | None = None
    window_days: int | None = None
    synthetic: bool = False


class ViewActions(ServerList[View]):
    """The actions of the list of views."""

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: View) -> Outcome:
        await context.service.client.drop(item, revision=item.revision)
        return Outcome(f"dropped the view {item.name}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[View]) -> ChangePreview:
        lines = tuple(f"{item.name}: {', '.join(item.columns)} of {', '.join(item.source_tables)}" for item in items)
        return ChangePreview("drops views; a new one cannot be made from here, since how was never published", lines)

    @drop.why_off
    def why_not_drop(self, profile: Profile, item: View | None) -> str | None:
        return why_not(profile, "views")

    def identity(self, item: View) -> Hashable:
        return item.name, item.revision, item.created_at
