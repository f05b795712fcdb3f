"""An action item as a value, and what the public may know of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MINISTRY = "MEITY"

STATUSES = (
    "open",
    "assigned",
    "in_progress",
    "reported",
    "disposed",
    "closed",
    "contested",
    "declined",
    "on_hold",
    "merged",
    "withdrawn",
)
FINAL = frozenset({"closed", "merged", "withdrawn"})
TRAIL_LENGTH = 20


@dataclass(frozen=True)
class Origin:
    """A submission that the item answers, as its State wrote it."""

    submission: str
    tracking_number: str
    state: str
    title: str
    details: str
    file_number: str | None = None


@dataclass(frozen=True)
class Beneficiary:
    """An organisation that must agree that the item is done. `verdict` is pending, accepted or contested."""

    organisation: str
    verdict: str = "pending"
    rating: int | None = None


@dataclass(frozen=True)
class Hold:
    """Why it rests, when to look again (`YYYY-MM-DD`), and the status to go back to."""

    reason_class: str
    review_on: str
    status_before: str


@dataclass(frozen=True)
class Item:
    """The state of an action item. Dates are `YYYY-MM-DD`, times RFC 3339 UTC. `children_of` is the id of the
    resolution's item that this is a State's part of; `is_parent` marks such a resolution's item."""

    id: str
    kind: str
    title: str
    meeting: str
    theme: str
    opened_at: str
    status: str = "open"
    initiative: str | None = None
    resolution: str | None = None
    children_of: str | None = None
    is_parent: bool = False
    sample: bool = False
    origins: tuple[Origin, ...] = ()
    states: tuple[str, ...] = ()
    beneficiaries: tuple[Beneficiary, ...] = ()
    owner: str | None = None
    supporting: tuple[str, ...] = ()
    target_date: str | None = None
    first_target_date: str | None = None
    target_revision: int = 0
    percent: int = 0
    milestones: tuple[Mapping[str, Any], ...] = ()
    escalation_level: int = 0
    reopen_count: int = 0
    treatment: str | None = None
    hold: Hold | None = None
    assigned_at: str | None = None
    closed_at: str | None = None
    merged_into: str | None = None
    trail: tuple[Mapping[str, str], ...] = field(default=())

    def moved(self, status: str, at: str, by: str) -> Item:
        """The item in another status, with the step on its trail."""
        if status == self.status:
            return self
        step = {"status": status, "at": at, "by": by}
        return replace(self, status=status, trail=(*self.trail, step)[-TRAIL_LENGTH:])

    @property
    def pending_verdicts(self) -> tuple[str, ...]:
        return tuple(b.organisation for b in self.beneficiaries if b.verdict == "pending")


def pending_with(item: Item) -> tuple[str, ...]:
    """The organisations that must make the next move."""
    if item.status in ("open", "reported", "contested"):
        return (MINISTRY,)
    if item.status in ("assigned", "in_progress"):
        return (item.owner,) if item.owner else (MINISTRY,)
    if item.status == "disposed":
        return item.pending_verdicts
    if item.status == "on_hold":
        awaited = item.hold.reason_class if item.hold else ""
        return item.states if awaited == "awaiting_state" and item.states else (MINISTRY,)
    return ()


def is_overdue(item: Item, today: dt.date) -> bool:
    """Whether the owner's work is late. Not once it is reported, and not on hold."""
    if item.target_date is None or item.status not in ("assigned", "in_progress", "contested"):
        return False
    return dt.date.fromisoformat(item.target_date) < today


def public_snapshot(item: Item) -> dict[str, Any]:
    """What every event tells of the item: no submission's text."""
    return {
        "status": item.status,
        "kind": item.kind,
        "title": item.title,
        "meeting": item.meeting,
        "theme": item.theme,
        "initiative": item.initiative,
        "resolution": item.resolution,
        "parent": item.children_of,
        "states": list(item.states),
        "owner": item.owner,
        "supporting": list(item.supporting),
        "beneficiaries": [b.organisation for b in item.beneficiaries],
        "pending_with": list(pending_with(item)),
        "target_date": item.target_date,
        "percent": item.percent,
        "escalation_level": item.escalation_level,
        "reopen_count": item.reopen_count,
        "merged_into": item.merged_into,
        "trail": [dict(step) for step in item.trail],
    }
