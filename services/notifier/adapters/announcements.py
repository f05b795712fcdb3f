"""Announcements: one per event, with the recipients frozen when it is first dispatched."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pymongo import UpdateMany, UpdateOne
from pymongo.database import Database

from services.notifier.domain.recipients import Recipient
from shared.clock import timestamp
from shared.messaging.envelope import Event
from shared.storage.client import Document
from shared.storage.indexes import Index

COLLECTION = "announcements"

INDEXES = (Index(COLLECTION, "pending", (("pending_since", 1),), partial={"pending_since": {"$exists": True}}),)


def announcement_of(event: Event) -> Document:
    """The announcement of an event: `_id` is the event's id, so that there is exactly one."""
    return {
        "_id": event.id,
        "event_type": event.type,
        "action_id": event.subject,
        "occurred_at": timestamp(event.time),
        "correlation_id": event.correlation_id,
        "data": dict(event.data),
        "pending_since": event.time,
    }


class Announcements:
    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def pending(self, limit: int) -> list[Document]:
        """Announcements that are not fully dispatched, oldest first."""
        query = {"pending_since": {"$exists": True}}
        return list(self._collection.find(query, limit=limit).sort("pending_since", 1).hint("pending"))

    def waiting(self) -> int:
        """How many wait, counted to 10,000."""
        return self._collection.count_documents({"pending_since": {"$exists": True}}, limit=10_000, hint="pending")

    def freeze(self, recipients: dict[str, tuple[Recipient, ...]]) -> dict[str, list[dict[str, Any]]]:
        """Store the recipients of announcements, by id, unless some are stored already; what is in force.

        Later changes of the directory, or a second dispatcher, then change nothing.
        """
        self._collection.bulk_write(
            [
                UpdateOne(
                    {"_id": id, "recipients": {"$exists": False}},
                    {"$set": {"recipients": [asdict(recipient) for recipient in found]}},
                )
                for id, found in recipients.items()
            ],
            ordered=False,
        )
        stored = self._collection.find({"_id": {"$in": list(recipients)}}, {"recipients": 1})
        return {document["_id"]: document["recipients"] for document in stored}

    def done(self, ids: list[str]) -> None:
        self._collection.bulk_write([UpdateMany({"_id": {"$in": ids}}, {"$unset": {"pending_since": ""}})])
