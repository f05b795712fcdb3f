"""What feedback does with the events of others: it keeps each submission's follow-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.feedback.adapters.submissions import COLLECTION
from shared.clock import timestamp
from shared.contracts.events import CONTRACTS
from shared.contracts.identity import item_of_submission
from shared.contracts.topics import ACTIONS_EVENTS
from shared.inbox.processor import Handler
from shared.inbox.shapes import Project, Write
from shared.messaging.envelope import Event


def follow_up(event: Event) -> Sequence[Write]:
    """Every event of an action item carries the item's public snapshot: the newest is kept on each submission
    that the item answers."""
    snapshot = {**event.data["snapshot"], "action_id": event.subject, "updated_at": timestamp(event.time)}
    return [
        Project(
            COLLECTION,
            target=origin,
            path=f"follow_up.items.{event.subject}",
            seq=event.sequence,
            snapshot=snapshot,
            then=shown(item_of_submission(origin)),
        )
        for origin in event.data["origins"]
    ]


def shown(own_item: str) -> tuple[Mapping[str, Any], ...]:
    """Stages that derive `follow_up.shown`: the snapshot of the submission's own item, or of the item that it
    was merged into once that is known here."""
    own = f"$follow_up.items.{own_item}.snapshot"
    merged = {
        "$first": {
            "$map": {
                "input": {
                    "$filter": {
                        "input": {"$objectToArray": "$follow_up.items"},
                        "cond": {"$eq": ["$$this.k", {"$ifNull": [f"{own}.merged_into", ""]}]},
                    }
                },
                "in": "$$this.v.snapshot",
            }
        }
    }
    newest = {"$ifNull": [merged, own, "$follow_up.shown"]}
    return (
        {"$set": {"_shown": newest}},
        {"$unset": "follow_up.shown"},
        {"$set": {"follow_up.shown": "$_shown"}},
        {"$unset": "_shown"},
    )


HANDLERS: Mapping[str, Handler] = {
    contract.type: follow_up for contract in CONTRACTS.values() if contract.topic == ACTIONS_EVENTS
}
