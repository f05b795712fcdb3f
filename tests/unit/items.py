"""Builders of action items: one item, and the organisations that have a part in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.actions.domain.commands import Command, Decision, decide
from services.actions.domain.item import Beneficiary, Hold, Item, Origin

NOW = dt.datetime(2025, 1, 15, 6, 30, tzinfo=dt.UTC)
AT = "2025-01-15T06:30:00.000Z"
TODAY = dt.date(2025, 1, 15)

# Coordinator, owner, beneficiary and origin, supporting, and somebody who has no part in it.
DESK, OWNER, STATE, HELPER, STRANGER = "MEITY", "NIC", "AR", "CERTIN", "KL"


def origin(state: str = STATE, **changes: Any) -> Origin:
    values = {
        "submission": "01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11",
        "tracking_number": "7K3M-9QXD-4",
        "title": "Shared map layers",
        "details": "The districts ask for one set of map layers.",
    }
    return Origin(state=state, **{**values, **changes})


def an_item(status: str = "open", **changes: Any) -> Item:
    """A request of AR, owned by NIC, helped by CERT-In, in any status."""
    values: dict[str, Any] = {
        "id": "5b0e7a4e-5f0a-5b7c-8f6e-1d2c3b4a5e6f",
        "kind": "request",
        "title": "Shared map layers",
        "meeting": "ITSC2024",
        "theme": "data-exchange",
        "opened_at": "2024-12-19T06:30:00.000Z",
        "status": status,
        "origins": (origin(),),
        "states": (STATE,),
        "beneficiaries": (Beneficiary(STATE),),
        "owner": OWNER,
        "supporting": (HELPER,),
        "target_date": "2025-03-31",
        "first_target_date": "2025-03-31",
        "assigned_at": None if status == "open" else "2024-12-20T06:30:00.000Z",
        "trail": ({"status": status, "at": "2024-12-20T06:30:00.000Z", "by": DESK},),
    }
    if status == "on_hold":
        values["hold"] = Hold("policy", "2025-02-01", "in_progress")
    if status == "closed":
        values["closed_at"] = "2025-01-14T06:30:00.000Z"
    return Item(**{**values, **changes})


def a_commitment(status: str = "open", **changes: Any) -> Item:
    """What AR undertakes: owned by AR, agreed by the ministry."""
    changes = {"kind": "commitment", "owner": STATE, "beneficiaries": (Beneficiary(DESK),), "supporting": (), **changes}
    return an_item(status, **changes)


# What each command needs, with values that are valid at NOW.
GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"owner": OWNER, "target_date": "2025-04-30"},
    "return": {"reason": "Not our subject."},
    "start": {},
    "progress": {"percent": 40},
    "report": {"text": "All layers are published.", "percent": 100},
    "treat": {"class": "accepted", "remark": "Well done."},
    "accept": {"rating": 4},
    "contest": {"reason": "Two layers are missing."},
    "auto_accept": {},
    "decline": {"reason": "Not within the ministry's powers."},
    "hold": {"reason_class": "policy", "review_on": "2025-02-01"},
    "resume": {},
    "revise_date": {"target_date": "2025-06-30", "reason": "The tender was late."},
    "merge": {"into": "5b0e7a4e-5f0a-5b7c-8f6e-000000000000", "title": "Map layers for all"},
    "unmerge": {},
    "withdraw": {"reason": "Solved within the State."},
    "reopen": {"reason": "It broke again."},
    "correct": {"reason": "A slip."},
    "note": {"text": "A meeting is called for Monday."},
}


def give(item: Item, command: str, by: str, *without: str, now: dt.datetime = NOW, **fields: Any) -> Decision:
    """Give a command with valid fields; `fields` replace some, `without` leaves some out."""
    given = {name: value for name, value in {**GIVEN[command], **fields}.items() if name not in without}
    return decide(item, Command(command, by, given), now, AT, now.date())
