"""Notifications: one for each event, addressee and channel, with what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import ASCENDING, InsertOne, ReturnDocument
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.clock import parse_timestamp, timestamp
from shared.contracts.encode import entry_message
from shared.ids import derive_id
from shared.messaging.message import Message
from shared.outbox.aggregates import append, new_document
from shared.outbox.history import Context, Entry, new_entry
from shared.storage.client import Document
from shared.storage.indexes import INBOX_INDEXES, Index, outbox_indexes
from shared.web.pagination import Page, page_of

COLLECTION = "notifications"
EVENT_FIELDS = ("announcement", "organisation", "channel")
COUNTED_TO = 10_000
_NO_HISTORY = {"history": 0}


def _log_index(*names: str) -> Index:
    return Index(COLLECTION, "by_" + "_".join(names), (*((name, 1) for name in names), ("order", -1)))


INDEXES: tuple[Index, ...] = (
    Index(COLLECTION, "order", (("order", -1),), unique=True),
    Index(COLLECTION, "due", (("next_attempt_at", 1),), partial={"next_attempt_at": {"$exists": True}}),
    Index(
        COLLECTION,
        "inbox",
        (("organisation", 1), ("read_at", 1), ("order", -1)),
        partial={"channel": "inbox", "status": "sent"},
    ),
    Index(COLLECTION, "inbox_all", (("order", -1),), partial={"channel": "inbox", "status": "sent"}),
    Index(COLLECTION, "inbox_of", (("organisation", 1), ("order", -1)), partial={"channel": "inbox", "status": "sent"}),
    Index(COLLECTION, "by_announcement", (("announcement", 1), ("organisation", 1))),
    _log_index("organisation"),
    _log_index("status"),
    _log_index("channel"),
    *outbox_indexes(COLLECTION),
    *INBOX_INDEXES,
)


def notification_of(announcement: Document, recipient: Mapping[str, Any], now: dt.datetime) -> Document:
    """The notification of one recipient; equal arguments give the same `_id` and the same first entry."""
    addressee = recipient["address"] or recipient["organisation"]
    id = derive_id(announcement["_id"], addressee, recipient["channel"])
    occurred = parse_timestamp(announcement["occurred_at"])
    state: dict[str, Any] = {
        "announcement": announcement["_id"],
        "event_type": announcement["event_type"],
        "action_id": announcement["action_id"],
        "organisation": recipient["organisation"],
        "audience": recipient["audience"],
        "channel": recipient["channel"],
        "address": recipient["address"],
        "languages": list(recipient["languages"]),
        "data": {name: value for name, value in announcement["data"].items() if name != "origins"},
        "occurred_at": announcement["occurred_at"],
        "correlation_id": announcement["correlation_id"],
        "order": f"{announcement['occurred_at']}/{id}",
        "attempts": 0,
        "reason": None,
        "read_at": None,
        "settled_at": None,
    }
    if recipient["skip"] is None and recipient["channel"] == "email":
        waiting = {"status": "pending", "next_attempt_at": occurred}
        return {"_id": id, "revision": 1, "seq": 0, "published_seq": 0, **state, **waiting, "history": []}
    skip = recipient["skip"]
    status, type = ("skipped", "notification.skipped") if skip else ("sent", "notification.delivered")
    data = {"reason": skip} if skip else {"attempts": 1}
    entry = new_entry(id, None, id=derive_id(id, status), type=type, at=now, context=context_of(state), data=data)
    settled = {"status": status, "reason": skip, "settled_at": timestamp(now)}
    return new_document(id, {**state, **settled}, [entry])


def context_of(notification: Mapping[str, Any]) -> Context:
    return Context(
        by={"organisation": "MEITY", "principal": "system"},
        correlation_id=notification["correlation_id"],
        causation_id=notification["announcement"],
    )


class Notifications:
    def __init__(self, database: Database[Document]) -> None:
        self._collection = database[COLLECTION]

    def add(self, documents: Sequence[Document]) -> int:
        """Insert what is not there yet; the number inserted. Raises BulkWriteError for anything but that."""
        if not documents:
            return 0
        try:
            result = self._collection.bulk_write([InsertOne(document) for document in documents], ordered=False)
        except BulkWriteError as error:
            failures = (error.details or {}).get("writeErrors", [])
            mine = [f for f in failures if f.get("code") == 11000 and dict(f.get("keyPattern", {})) == {"_id": 1}]
            if len(mine) != len(failures) or (error.details or {}).get("writeConcernErrors"):
                raise
            return int((error.details or {}).get("nInserted", 0))
        return result.inserted_count

    def claim(self, now: dt.datetime, until: dt.datetime) -> Document | None:
        """Take the mail that has been due the longest; nobody else takes it before `until`. A sender that dies
        with it leaves it to be tried again."""
        return self._collection.find_one_and_update(
            {"next_attempt_at": {"$lte": now}, "status": "pending"},
            {"$set": {"next_attempt_at": until}, "$inc": {"attempts": 1}},
            sort=[("next_attempt_at", ASCENDING)],
            hint="due",
            return_document=ReturnDocument.AFTER,
        )

    def try_again(self, notification: Document, at: dt.datetime) -> None:
        self._collection.update_one(
            {"_id": notification["_id"], "status": "pending"}, {"$set": {"next_attempt_at": at}}
        )

    def settle(self, notification: Document, status: str, reason: str | None, now: dt.datetime) -> bool:
        """Mark as `sent` or `failed`, with its event, in one write; False if somebody else had settled it."""
        type = "notification.delivered" if status == "sent" else "notification.failed"
        data: dict[str, Any] = {"attempts": notification["attempts"]}
        if reason is not None:
            data["reason"] = reason
        entry = new_entry(
            notification["_id"],
            None,
            id=derive_id(notification["_id"], status),
            type=type,
            at=now,
            context=context_of(notification),
            data=data,
        )
        changes = {"status": status, "reason": reason, "settled_at": timestamp(now)}
        return append(self._collection, notification, entry, changes, unset=("next_attempt_at",))

    def waiting(self) -> tuple[int, dt.datetime | None]:
        """Mails not handed over yet (counted to 10,000), and since when the oldest event waits."""
        query = {"next_attempt_at": {"$exists": True}}
        count = self._collection.count_documents(query, limit=10_000, hint="due")
        oldest = self._collection.find_one(query, {"occurred_at": 1}, sort=[("next_attempt_at", 1)], hint="due")
        return count, parse_timestamp(oldest["occurred_at"]) if oldest else None

    def get(self, id: str) -> Document | None:
        return self._collection.find_one({"_id": id}, _NO_HISTORY)

    def inbox(self, organisation: str | None, unread: bool | None, cursor: str | None) -> Page:
        """A page of an inbox, newest first; of all organisations where None is given."""
        return page_of(self._collection, _inbox_filter(organisation, unread), "order", cursor, projection=_NO_HISTORY)

    def count_inbox(self, organisation: str | None, unread: bool | None) -> int:
        return self._collection.count_documents(_inbox_filter(organisation, unread), limit=COUNTED_TO)

    def siblings(self, notifications: Sequence[Document]) -> list[Document]:
        """All notifications of the same events to the same organisations: what became of each channel."""
        announcements = list({document["announcement"] for document in notifications})
        return list(self._collection.find({"announcement": {"$in": announcements}}, _NO_HISTORY))

    def log(self, wanted: Mapping[str, str | None], cursor: str | None) -> Page:
        """A page of the delivery log. `wanted` may hold `organisation`, `status`, `channel`."""
        return page_of(self._collection, _log_filter(wanted), "order", cursor, projection=_NO_HISTORY)

    def count_log(self, wanted: Mapping[str, str | None]) -> int:
        return self._collection.count_documents(_log_filter(wanted), limit=COUNTED_TO)

    def mark_read(self, id: str, at: str) -> Document | None:
        """Mark an inbox notification as read, once; the document, or None if there is no such one."""
        shown = {"_id": id, **_inbox_filter(None, None)}
        self._collection.update_one({**shown, "read_at": None}, {"$set": {"read_at": at}})
        return self._collection.find_one(shown, _NO_HISTORY)


def _inbox_filter(organisation: str | None, unread: bool | None) -> dict[str, Any]:
    query: dict[str, Any] = {"channel": "inbox", "status": "sent"}
    if organisation is not None:
        query["organisation"] = organisation
    if unread is not None:
        query["read_at"] = None if unread else {"$ne": None}
    return query


def _log_filter(wanted: Mapping[str, str | None]) -> dict[str, Any]:
    return {name: wanted[name] for name in ("organisation", "status", "channel") if wanted.get(name)}


class EventEncoder:
    """The event of a notification's entry."""

    def __init__(self, topic_prefix: str) -> None:
        self._prefix = topic_prefix

    def __call__(self, document: Document, entry: Entry) -> Message:
        data = {**{name: document[name] for name in EVENT_FIELDS}, **entry["data"]}
        return entry_message("notifier", self._prefix, document["_id"], entry, data)
