"""Several requests, one question: an action on items of several profiles, each through the gate on its own profile."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tui.config.profiles import PROD
from tui.resources.actions import Danger
from tui.resources.command_line import run_line
from tui.resources.confirmation import Challenge, Confirm, Confirmation, NotConfirmed, challenges_for
from tui.resources.gate import Report
from tui.resources.sending import Sending
from tui.services.errors import ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.actions import ChangePreview
    from tui.resources.gate import Gate, Request


@dataclass(slots=True)
class JointReport:
    """What became of several requests. `refused` says in words which never were let through the gate, and why."""

    reports: list[tuple[Request, Report]] = field(default_factory=list["tuple[Request, Report]"])
    refused: list[str] = field(default_factory=list[str])

    @property
    def message(self) -> str:
        """One sentence for the person who asked."""
        done = sum(len(report.done) for _, report in self.reports)
        failed = [(request, name, error) for request, report in self.reports for name, error in report.failed]
        parts = [f"{done} done"] if done else []
        parts += [f"started: {report.job.title}" for _, report in self.reports if report.job is not None]
        if failed:
            request, name, error = failed[0]
            where = f"{printable(name, 60)} on {request.connection.profile.name}"
            parts.append(f"{len(failed)} failed, first {where}: {error}")
        return "; ".join([", ".join(parts) or "nothing was done", *self.refused])


async def run_several(gate: Gate, requests: Sequence[Request], confirm: Confirm) -> JointReport:
    """Run requests for the same action, each on its own profile, side by side, after one question for all of them.

    What a profile refuses is refused for its items alone. Each request goes through the gate as if it were alone:
    it is asked for what its danger and its profile demand, and answered only for the very names that were confirmed.

    Raises:
        NotConfirmed: the person turned away; nothing was changed.
    """
    joint = JointReport()
    admitted: list[Request] = []
    for request in requests:
        reason = gate.why_off(request)
        if reason is None:
            admitted.append(request)
        else:
            joint.refused.append(_refusal(request, reason))
    previews = await asyncio.gather(*(_preview(gate, request) for request in admitted))
    asked: list[tuple[Request, ChangePreview]] = []
    for request, preview in zip(admitted, previews, strict=True):
        if isinstance(preview, ServiceError):
            joint.refused.append(_refusal(request, str(preview)))
        else:
            asked.append((request, preview))
    if not asked:
        return joint
    question = _question(gate, asked, joint.refused)
    if question is not None:
        answers = await confirm(question)
        if answers is None:
            raise NotConfirmed("not confirmed; nothing was changed")
        if not question.accepts(answers):
            raise NotConfirmed("what was typed is not what was asked for; nothing was changed")
    joint.reports = list(await asyncio.gather(*(_run(gate, request) for request, _ in asked)))
    return joint


async def _preview(gate: Gate, request: Request) -> ChangePreview | ServiceError:
    try:
        return await gate.preview(request)
    except ServiceError as error:
        return error


async def _run(gate: Gate, request: Request) -> tuple[Request, Report]:
    confirmed = tuple(printable(label) for label in request.labels)

    async def answer(confirmation: Confirmation) -> Mapping[str, str] | None:
        if confirmation.names != confirmed:
            return None
        return {challenge.name: challenge.expected for challenge in confirmation.challenges}

    try:
        return request, await gate.run(request, answer)
    except (ServiceError, NotConfirmed) as error:
        failure = error if isinstance(error, ServiceError) else _as_error(request, error)
        return request, Report(failed=[(label, failure) for label in request.labels])


def _as_error(request: Request, error: NotConfirmed) -> ServiceError:
    return ServiceError(request.connection.system.name, request.action.name, str(error))


async def _sending(gate: Gate, requests: Sequence[Request]) -> Sending:
    """Return what all of the requests would send, one after the other."""
    told = await asyncio.gather(*(gate.sending(request) for request in requests))
    notes = dict.fromkeys(each.note for each in told if each.note)
    held = tuple(held for each in told for held in each.held)
    return Sending("\n".join(each.command for each in told), held, "; ".join(notes))


def _question(
    gate: Gate, asked: Sequence[tuple[Request, ChangePreview]], refused: Sequence[str]
) -> Confirmation | None:
    """Return the one question for all the requests, None if none of them has to be asked for."""
    first = asked[0][0]
    profiles = list({request.connection.profile.name: request.connection.profile for request, _ in asked}.values())
    prod = [profile for profile in profiles if profile.tag == PROD]
    count = sum(len(request.items) for request, _ in asked)
    challenges: list[Challenge] = []
    if any(request.action.danger is Danger.DESTROYS for request, _ in asked):
        alone = challenges_for(first.action, first.connection.profile, first.labels)[:1]
        challenges += alone if count == 1 else [Challenge("count", "the number of items", str(count))]
    if any(request.action.is_dangerous for request, _ in asked):
        challenges += [
            Challenge(f"profile{number or ''}", f"the name of the profile {profile.name}", profile.name)
            for number, profile in enumerate(prod)
        ]
    if not challenges and not any(request.action.asks for request, _ in asked):
        return None
    lines: list[str] = []
    for request, preview in asked:
        name = _named(request)
        lines += [f"{name}: {preview.summary}", *(f"  {line}" for line in preview.lines)]
    return Confirmation(
        title=first.action.title,
        profile=profiles[0].model_copy(
            update={"name": ", ".join(map(_marked, profiles)), "tag": PROD if prod else None}
        ),
        summary=f"{first.action.title}: {count:,} items of {len(profiles)} profiles",
        lines=tuple(printable(line, 500) for line in (*lines, *refused)),
        names=tuple(printable(f"{label} ({_named(request)})") for request, _ in asked for label in request.labels),
        challenges=tuple(challenges),
        command="\n".join(run_line(request) for request, _ in asked),
        sending=partial(_sending, gate, [request for request, _ in asked]),
    )


def _marked(profile: Profile) -> str:
    return f"{profile.name} ({PROD})" if profile.tag == PROD else profile.name


def _named(request: Request) -> str:
    profile = request.connection.profile
    where = " ".join((f"PROD {profile.name}" if profile.tag == PROD else profile.name, *request.scope.parents))
    return printable(where, 200)


def _refusal(request: Request, reason: str) -> str:
    names = ", ".join(printable(label, 40) for label in request.labels[:3])
    more = f" and {len(request.labels) - 3} more" if len(request.labels) > 3 else ""
    return f"not on {request.connection.profile.name} ({names}{more}): {reason}"
