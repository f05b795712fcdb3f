"""How a stored item is told to a client or a page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from services.actions.adapters.items import to_item
from services.actions.bootstrap import Actions
from services.actions.domain.item import MINISTRY, is_overdue
from services.actions.domain.lifecycle import open_commands
from shared.clock import today_in_india
from shared.outbox.history import verify
from shared.storage.client import Document

_SAME = (
    "revision",
    "status",
    "kind",
    "title",
    "meeting",
    "theme",
    "initiative",
    "resolution",
    "is_parent",
    "sample",
    "origins",
    "states",
    "beneficiaries",
    "owner",
    "supporting",
    "pending_with",
    "target_date",
    "percent",
    "escalation_level",
    "reopen_count",
    "opened_at",
    "assigned_at",
    "closed_at",
)
_ONLY_WHOLE = ("first_target_date", "target_revision", "treatment", "hold", "milestones")


def summary(document: Document, today: dt.date) -> dict[str, Any]:
    """The fields of a list."""
    return {
        "id": document["_id"],
        **{name: document[name] for name in _SAME},
        "parent": document["children_of"],
        "overdue": is_overdue(to_item(document), today),
    }


def whole(actions: Actions, document: Document, acting: str | None = None) -> dict[str, Any]:
    """Everything about an item, its parts if it is a resolution, and the moves open to `acting`."""
    now = actions.clock.now()
    children = actions.items.children(document["_id"]) if document["is_parent"] else []
    told = summary(document, today_in_india(now))
    if children:
        told["percent"] = sum(child["percent"] for child in children) // len(children)
    return {
        **told,
        **{
            name: document[name] for name in ("first_target_date", "target_revision", "treatment", "hold", "milestones")
        },
        "children": [
            {"id": c["_id"], "state": c["states"][0], "status": c["status"], "percent": c["percent"]} for c in children
        ],
        "open_commands": list(open_commands(to_item(document), acting or MINISTRY, now)),
    }


def history(document: Document) -> dict[str, Any]:
    """The history with its verification."""
    problems = verify(document["_id"], document["seq"], document["history"])
    return {
        "items": [
            {
                **{name: entry[name] for name in ("seq", "id", "type", "at", "by", "hash")},
                "command": entry["data"].get("command"),
                "status": entry["snapshot"]["status"],
                "given": entry["data"].get("given", {}),
                "texts": {name: text.get("text") for name, text in entry["texts"].items()},
            }
            for entry in document["history"]
        ],
        "verified": not problems,
        "problems": problems,
    }
