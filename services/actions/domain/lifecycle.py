"""The lifecycle of an action item: the whole table, as data.

Who may give a command is told by role towards the item: `coordinator` (the ministry's desk), `owner`,
`beneficiary`, `origin` (the State whose submission it answers), `party` (any of these), `system`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from services.actions.domain.errors import IllegalMove
from services.actions.domain.item import FINAL, MINISTRY, STATUSES, Item

# The clock while the item is where the move leads: it runs (for whom), stands still, has stopped, or is
# computed anew; `as before` leaves it alone.
RUNS, STANDS, STOPS, RECOMPUTED, AS_BEFORE = "runs", "stands", "stops", "recomputed", "as before"

SAME = "same"
NOT_FINAL = tuple(status for status in STATUSES if status not in FINAL)


@dataclass(frozen=True)
class Move:
    """One row. `target` is the status it leads to where the table names one; SAME, or None where the rule of
    the command decides. `required` must be given, `optional` may be, no other field belongs to it."""

    command: str
    sources: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    clock: str = AS_BEFORE


TABLE: tuple[Move, ...] = (
    Move(
        "assign",
        ("open", "assigned", "in_progress", "contested"),
        "assigned",
        ("coordinator",),
        ("owner", "target_date"),
        ("supporting", "reason"),
        RUNS,
    ),
    Move("return", ("assigned",), "open", ("owner",), ("reason",), (), STANDS),
    Move("start", ("assigned", "contested"), "in_progress", ("owner", "coordinator"), (), (), RUNS),
    Move(
        "progress",
        ("assigned", "in_progress"),
        "in_progress",
        ("owner",),
        (),
        ("percent", "text", "milestones"),
        RUNS,
    ),
    Move(
        "report",
        ("assigned", "in_progress", "contested"),
        "reported",
        ("owner",),
        ("text", "percent"),
        ("reason", "milestones"),
        RUNS,
    ),
    Move("treat", ("reported",), None, ("coordinator",), ("class", "remark"), (), AS_BEFORE),
    Move("accept", ("disposed",), None, ("beneficiary",), ("rating",), (), STOPS),
    Move("contest", ("disposed", "declined"), "contested", ("beneficiary",), ("reason",), (), RUNS),
    Move("auto_accept", ("disposed",), None, ("system",), (), (), STOPS),
    Move("decline", ("open",), "declined", ("coordinator",), ("reason",), (), STOPS),
    Move("hold", ("assigned", "in_progress"), "on_hold", ("coordinator",), ("reason_class", "review_on"), (), STANDS),
    Move("resume", ("on_hold",), None, ("coordinator",), (), (), RUNS),
    Move(
        "revise_date",
        ("assigned", "in_progress", "on_hold"),
        SAME,
        ("coordinator",),
        ("target_date", "reason"),
        (),
        RECOMPUTED,
    ),
    Move("merge", ("open", "assigned"), "merged", ("coordinator",), ("into", "title"), (), STANDS),
    Move("unmerge", ("merged",), "open", ("coordinator",), (), (), STANDS),
    Move("withdraw", ("open",), "withdrawn", ("origin",), ("reason",), (), STOPS),
    Move("reopen", ("closed",), "in_progress", ("coordinator", "beneficiary"), ("reason",), (), RUNS),
    Move("correct", STATUSES, None, ("coordinator",), ("reason",), (), AS_BEFORE),
    Move("note", NOT_FINAL, SAME, ("party",), ("text",), (), AS_BEFORE),
)
MOVES = {move.command: move for move in TABLE}

# Rows whose mechanism does not exist yet; they are no open moves before.
LATER = frozenset({"merge", "unmerge", "correct", "auto_accept"})

# A beneficiary may reopen for this long after the closing; the coordinator always.
REOPEN_WITHIN = dt.timedelta(days=30)


def roles(item: Item, organisation: str) -> frozenset[str]:
    """What an organisation is to an item."""
    found = set()
    if organisation == MINISTRY:
        found.add("coordinator")
    if organisation == item.owner:
        found.add("owner")
    if any(b.organisation == organisation for b in item.beneficiaries):
        found.add("beneficiary")
    if any(origin.state == organisation for origin in item.origins):
        found.add("origin")
    if found or organisation in item.supporting:
        found.add("party")
    return frozenset(found)


def open_commands(item: Item, organisation: str, now: dt.datetime) -> tuple[str, ...]:
    """The moves that this organisation may make now, in the order of the table."""
    return tuple(move.command for move in TABLE if _refusal(move, item, organisation, now) is None)


def permitted(command: str, item: Item, organisation: str, now: dt.datetime) -> Move:
    """The move, if this organisation may make it now. Raises IllegalMove, naming those that it may."""
    move = MOVES[command]
    refusal = _refusal(move, item, organisation, now)
    if refusal is not None:
        raise IllegalMove(command, item.status, open_commands(item, organisation, now), refusal)
    return move


def _refusal(move: Move, item: Item, organisation: str, now: dt.datetime) -> str | None:
    mine = roles(item, organisation)
    if move.command in LATER:
        return "later"
    if item.is_parent and move.command != "note":
        return "children"  # a resolution moves by its States' parts
    if item.status not in move.sources:
        return "too_late" if move.command == "withdraw" and "origin" in mine else "status"
    if not _any_of(move.who, mine):
        return "role"
    if (
        move.command in ("accept", "contest")
        and item.status == "disposed"
        and organisation not in item.pending_verdicts
    ):
        return "status"
    if move.command == "reopen" and "coordinator" not in mine and _since_closing(item, now) > REOPEN_WITHIN:
        return "too_late"
    return None


def _any_of(who: Iterable[str], mine: frozenset[str]) -> bool:
    return any(role in mine for role in who)


def _since_closing(item: Item, now: dt.datetime) -> dt.timedelta:
    return now - dt.datetime.fromisoformat(item.closed_at) if item.closed_at else dt.timedelta(0)
