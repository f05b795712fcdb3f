"""What each command does to an item: one small function per row of the table, values in and values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.actions.domain.errors import Unmet
from services.actions.domain.item import MINISTRY, Beneficiary, Hold, Item
from services.actions.domain.lifecycle import SAME, permitted

TREATMENTS = ("accepted", "not_pursued", "reiterated", "final_awaited", "interim")
DISPOSING = frozenset({"accepted", "not_pursued"})
HOLD_REASONS = ("policy", "sub_judice", "awaiting_state", "awaiting_ministry")

# Fields of a command that hold free text: kept apart, so that they can be erased.
TEXT_FIELDS = frozenset({"reason", "text", "remark", "milestones"})


@dataclass(frozen=True)
class Command:
    """One command as parsed by the edge. `organisation` acts; `fields` hold only what was given."""

    name: str
    organisation: str
    fields: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Decision:
    """What a command leads to: the item after it, and the event that tells of it."""

    item: Item
    event: str
    data: Mapping[str, Any] = field(hash=False)


def decide(item: Item, command: Command, now: dt.datetime, at: str, today: dt.date) -> Decision:
    """The effect of `command` on `item`.

    `at` is `now` as RFC 3339 text, `today` the calendar day in India. Raises IllegalMove where the table has
    no such move for the organisation, and Unmet where the move lacks something or a value breaks a rule.
    """
    move = permitted(command.name, item, command.organisation, now)
    given = command.fields
    flaws = [(name, "required") for name in move.required if given.get(name) is None]
    flaws += [(name, "not_here") for name in given if name not in (*move.required, *move.optional)]
    if flaws:
        raise Unmet(*flaws)
    after = _EFFECTS[command.name](item, given, command.organisation, at, today)
    if move.target not in (None, SAME):
        after = after.moved(str(move.target), at, command.organisation)
    return Decision(after, _event_of(command.name), _data(item, after, command, given))


def _event_of(command: str) -> str:
    return {
        "assign": "action.assigned",
        "progress": "action.progress_reported",
        "report": "action.progress_reported",
        "revise_date": "action.target_revised",
        "note": "action.noted",
    }.get(command, "action.status_changed")


def _data(before: Item, after: Item, command: Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """The event's own fields beside the snapshot; no free text."""
    if command.name == "assign":
        previous = before.owner if before.assigned_at and before.owner != after.owner else None
        return {"owner": after.owner, "previous_owner": previous, "target_date": after.target_date}
    if command.name == "revise_date":
        return {
            "previous": before.target_date,
            "target_date": after.target_date,
            "revision": after.target_revision,
        }
    if command.name == "note":
        return {}
    data: dict[str, Any] = {"previous": before.status}
    if _event_of(command.name) == "action.status_changed":
        data["outcome"] = given.get("class") or given.get("reason_class")
    return data


def _assign(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    changes_hands = item.assigned_at is not None and given["owner"] != item.owner
    if changes_hands and not given.get("reason"):
        raise Unmet(("reason", "changes_hands"))
    _not_past(given["target_date"], "target_date", today)
    supporting = tuple(code for code in given.get("supporting", item.supporting) if code != given["owner"])
    return replace(
        item,
        owner=given["owner"],
        supporting=supporting,
        target_date=given["target_date"],
        first_target_date=item.first_target_date or given["target_date"],
        assigned_at=item.assigned_at or at,
    )


def _progress(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    if given.get("percent") is None and not given.get("text"):
        raise Unmet(("percent", "percent_or_text"))
    return _measured(item, given)


def _report(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    late = item.target_date is not None and dt.date.fromisoformat(item.target_date) < today
    if late and not given.get("reason"):
        raise Unmet(("reason", "late"))
    return _measured(item, given)


def _measured(item: Item, given: Mapping[str, Any]) -> Item:
    percent = item.percent if given.get("percent") is None else given["percent"]
    milestones = tuple(given["milestones"]) if given.get("milestones") is not None else item.milestones
    return replace(item, percent=percent, milestones=milestones)


def _treat(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    treated = replace(item, treatment=given["class"])
    if given["class"] not in DISPOSING:
        return treated.moved("in_progress", at, by)
    round_ = tuple(Beneficiary(b.organisation) for b in item.beneficiaries)
    disposed = replace(treated, beneficiaries=round_).moved("disposed", at, by)
    if all(b.organisation == MINISTRY for b in round_):
        return _closed(
            replace(disposed, beneficiaries=tuple(Beneficiary(MINISTRY, "accepted") for _ in round_)), at, by
        )
    return disposed


def _accept(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    verdicts = tuple(
        Beneficiary(b.organisation, "accepted", given["rating"]) if b.organisation == by else b
        for b in item.beneficiaries
    )
    accepted = replace(item, beneficiaries=verdicts)
    return accepted if accepted.pending_verdicts else _closed(accepted, at, by)


def _contest(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    verdicts = tuple(
        Beneficiary(b.organisation, "contested") if b.organisation == by else b for b in item.beneficiaries
    )
    return replace(item, beneficiaries=verdicts, escalation_level=item.escalation_level + 1)


def _hold(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    _not_past(given["review_on"], "review_on", today)
    return replace(item, hold=Hold(given["reason_class"], given["review_on"], item.status))


def _resume(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    before = item.hold.status_before if item.hold else "assigned"
    return replace(item, hold=None).moved(before, at, by)


def _revise_date(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    _not_past(given["target_date"], "target_date", today)
    if given["target_date"] == item.target_date:
        raise Unmet(("target_date", "unchanged"))
    return replace(item, target_date=given["target_date"], target_revision=item.target_revision + 1)


def _reopen(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    return replace(
        item,
        closed_at=None,
        treatment=None,
        reopen_count=item.reopen_count + 1,
        escalation_level=item.escalation_level + 1,
    )


def _only_status(item: Item, given: Mapping[str, Any], by: str, at: str, today: dt.date) -> Item:
    return item


def _closed(item: Item, at: str, by: str) -> Item:
    return replace(item, closed_at=at, percent=100 if item.treatment == "accepted" else item.percent).moved(
        "closed", at, by
    )


def _not_past(date: str, name: str, today: dt.date) -> None:
    if dt.date.fromisoformat(date) < today:
        raise Unmet((name, "date_past"))


_Effect = Callable[[Item, Mapping[str, Any], str, str, dt.date], Item]

_EFFECTS: dict[str, _Effect] = {
    "assign": _assign,
    "return": _only_status,
    "start": _only_status,
    "progress": _progress,
    "report": _report,
    "treat": _treat,
    "accept": _accept,
    "contest": _contest,
    "decline": _only_status,
    "hold": _hold,
    "resume": _resume,
    "revise_date": _revise_date,
    "withdraw": _only_status,
    "reopen": _reopen,
    "note": _only_status,
}
