"""What the home screen says in words: a profile's card, and the total of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tui.jobs.remote import RemoteJob
from tui.resources.cells import age_text, bytes_text, cell_text, tone_of
from tui.services.health import State
from tui.services.printable import printable
from tui.widgets.card_lines import CardContent, Moved, Told
from tui.widgets.header_line import Part

if TYPE_CHECKING:
    from tui.jobs.job import Job
    from tui.resources.columns import Tone
    from tui.resources.overview import Overview
    from tui.resources.system import Fact

PAST = timedelta(hours=1)
"""How long a card tells of a problem that is over."""
STATE_WORDS = {
    State.ONLINE: "online",
    State.DEGRADED: "degraded",
    State.UNAUTHENTICATED: "not logged in",
    State.OFFLINE: "offline",
    State.CONNECTING: "connecting",
}


def card_content(overview: Overview) -> CardContent:
    """Return what a profile's card says, as things stand."""
    profile, standing, connection = overview.profile, overview.standing, overview.connection
    health = None if connection is None else connection.health
    words, tone = ("connecting", None) if health is None else (health.words, tone_of(health.state))
    if health is None and standing.problem is not None:
        words, tone = standing.problem.kind, "bad"
    problem = standing.problem
    return CardContent(
        name=printable(profile.name, 64),
        system=printable(overview.system_title, 20),
        tag=printable(profile.tag or "", 20),
        read_only=profile.read_only,
        health=words,
        tone=tone or "muted",
        latencies=() if health is None else tuple(health.latencies),
        uri=printable(profile.uri, 500),
        facts=tuple(_told(fact) for fact in standing.facts),
        moved=_moved(overview),
        job=_job_text(standing.jobs),
        problem="" if problem is None else printable(problem.message, 300),
        hint="" if problem is None else printable(problem.hint or "", 300),
        past=_past_text(overview),
    )


def total_parts(overviews: Collection[Overview], local_jobs: int, failed: int) -> list[Part]:
    """Return the total line: profiles by how they are, jobs that run, jobs that failed, bytes as far as known."""
    count = len(overviews)
    states = Counter(_state(overview) for overview in overviews)
    remote = sum(isinstance(job, RemoteJob) for overview in overviews for job in overview.standing.jobs)
    running = local_jobs + remote
    sizes = [fact.value for overview in overviews for fact in overview.standing.facts if fact.kind == "bytes"]
    total = sum(size for size in sizes if isinstance(size, int | float))
    parts = [Part("arraydeck", "title", 5), Part(f"{count} profile{'' if count == 1 else 's'}", "muted", 6)]
    for state, words in STATE_WORDS.items():
        parts.append(Part(f"{states[state]} {words}" if states[state] else "", tone_of(state), 8))
    return [
        *parts,
        Part(f"{states[None]} unusable" if states[None] else "", "bad", 8),
        Part(f"{running} job{'' if running == 1 else 's'} running" if running else "", "accent", 7, right=True),
        Part(f"{failed} failed" if failed else "", "bad", 7, right=True),
        Part(bytes_text(total) if total else "", "muted", 4, right=True),
    ]


def _state(overview: Overview) -> State | None:
    """Return how a profile's store is, None where it cannot even be asked."""
    if overview.connection is not None:
        return overview.connection.health.state
    return State.CONNECTING if overview.standing.problem is None else None


def _told(fact: Fact) -> Told:
    tone: Tone | None = fact.tone
    value = cell_text(fact.value, fact.kind)
    if fact.kind == "time" and isinstance(fact.value, datetime) and value != "now":
        value += " ago"
    return Told(f"{printable(fact.label, 40)} {value}", tone)


def _moved(overview: Overview) -> tuple[Moved, ...]:
    trends = overview.trends
    found: list[Moved] = []
    for fact in overview.standing.facts:
        trend = trends.get(fact.label)
        if trend is not None:
            sign = "+" if trend.change > 0 else "-"
            words = f"{sign}{cell_text(abs(trend.change), fact.kind)} {trend.words}"
            found.append(Moved(printable(fact.label, 40), trend.change > 0, words, trend.values))
    return tuple(found)


def _job_text(jobs: Sequence[Job]) -> str:
    if not jobs:
        return ""
    job = jobs[0]
    share = "" if job.share is None else f" {job.share:.0%}"
    more = f" and {len(jobs) - 1} more" if jobs[1:] else ""
    return f"{job.state}{share}: {printable(job.title, 100)}{more}"


def _past_text(overview: Overview) -> str:
    standing = overview.standing
    error, at = standing.last_problem, standing.last_problem_at
    if standing.problem is not None or error is None or at is None or datetime.now(UTC) - at > PAST:
        return ""
    age = age_text(at)
    return f"{'just now' if age == 'now' else f'{age} ago'}: {printable(error.message, 200)}"
