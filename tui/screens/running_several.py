"""Running actions on rows of several profiles: each goes through the gate on its own profile, after one question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.resources.confirmation import NotConfirmed
from tui.resources.gate import Request
from tui.resources.together.gate_several import run_several
from tui.resources.together.requests import requests_for, same_action
from tui.screens.running import Running
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.resources.actions import Action
    from tui.resources.navigation import Frame


class RunningSeveral(Running):
    """The part of the browse screen that asks the gate to do things on a list of one profile, or of several."""

    def why_off(self, name: str) -> str | None:
        request = self._request(name, None)
        if request is None or self.frame is None or not self.frame.parts:
            return super().why_off(name)
        gate = self.app.deck.gate
        if request.action.on == "scope":
            made = self._on_parts(self.frame, request.action)
            reasons = [gate.why_off(one) for one in made]
        else:
            made, without = requests_for(self.frame, request.action, request.items)
            reasons = [*(gate.why_off(one) for one in made), *without]
            if not reasons:
                return "there is no item to do it to"
        return next((reason for reason in reasons if reason is not None), None) if all(reasons) else None

    async def _act(self, request: Request, frame: Frame) -> None:
        if not frame.parts:
            await super()._act(request, frame)
        elif request.action.on == "scope":
            chosen = await self._choose_part(self._on_parts(frame, request.action))
            if chosen is not None:
                await super()._act(chosen, frame)
        else:
            await self._act_on_items(request, frame)

    def _on_parts(self, frame: Frame, action: Action) -> list[Request]:
        """Return a request for each part whose type has that action on its scope."""
        made: list[Request] = []
        for part in frame.parts:
            source = part.source
            same = same_action(source.type, action)
            if same is not None and not source.is_below_all:
                made.append(Request(source.connection, source.type, same, source.scope))
        return made

    async def _choose_part(self, requests: list[Request]) -> Request | None:
        """Ask on which profile it is to be done."""
        from tui.screens.dialogs.choose import Choice, ChooseDialog

        if not requests:
            self.say("open the list of one of them first: it is done in a single place")
            return None
        gate = self.app.deck.gate
        choices = [
            Choice(one.connection.profile.name, one.connection.system.title, why_off=gate.why_off(one))
            for one in requests
        ]
        chosen = await self.app.push_screen_wait(ChooseDialog(f"{requests[0].action.title} on", choices))
        return None if chosen is None else requests[chosen]

    async def _act_on_items(self, request: Request, frame: Frame) -> None:
        requests, without = requests_for(frame, request.action, request.items)
        if not requests:
            self.say("; ".join(without) or f"cannot {request.action.title}: there is no item to do it to")
            return
        if len(requests) == 1 and not without:
            await super()._act(requests[0], frame)
            return
        gate, action = self.app.deck.gate, requests[0].action
        if not all(one.action.bulk for one in requests):
            self.say(f"cannot {action.title}: it works on one item at a time")
            return
        open_to = [one for one in requests if gate.why_off(one) is None]
        if open_to and action.form is not None:
            if any(one.action.form is not action.form for one in requests):
                self.say(f"cannot {action.title}: these are of several systems, which want to know different things")
                return
            form = await self._ask_form(open_to[0])
            if form is None:
                return
            requests = [replace(one, form=form) for one in requests]
        try:
            with self._asking(action.title, waits=any(map(gate.asks, requests))) as confirm:
                joint = await run_several(gate, requests, confirm)
        except NotConfirmed as turned_away:
            self.say(str(turned_away))
        except ServiceError as error:
            self.fail(error)
        else:
            frame.listing.view.marks.clear()
            self.say("; ".join([joint.message, *without]))
        frame.watcher.now()
        self._repaint()
