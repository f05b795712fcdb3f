"""The documents of submissions: how they are stored, found, and told as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.feedback.domain.submission import Content
from shared.contracts.encode import entry_message
from shared.messaging.message import Message
from shared.outbox.aggregates import insert, new_document, read_back
from shared.outbox.history import Entry
from shared.storage.client import Document
from shared.storage.indexes import INBOX_INDEXES, Index, outbox_indexes
from shared.text import query_tokens, search_tokens
from shared.web.pagination import Page, page_of

COLLECTION = "submissions"
IDEMPOTENCY_KEY = ("idempotency.principal", "idempotency.key")
TRACKING_KEY = ("tracking_number",)
COUNTED_TO = 10_000

# The immutable fields that events are made from.
EVENT_FIELDS = (
    "tracking_number",
    "meeting",
    "kind",
    "state",
    "theme",
    "initiative",
    "title",
    "details",
    "target_date",
    "file_number",
    "submitted_at",
    "sample",
)
# Lists do not read histories, long texts or contacts.
LIST_FIELDS = dict.fromkeys(
    (
        "tracking_number",
        "meeting",
        "kind",
        "state",
        "theme",
        "initiative",
        "title",
        "target_date",
        "submitted_at",
        "sample",
        "follow_up.shown",
    ),
    1,
)

INDEXES: tuple[Index, ...] = (
    Index(COLLECTION, "idempotency", tuple((name, 1) for name in IDEMPOTENCY_KEY), unique=True),
    Index(COLLECTION, "tracking_number", (("tracking_number", 1),), unique=True),
    # Every list is newest first, and `_id` sorts by time.
    Index(COLLECTION, "by_state", (("state", 1), ("_id", -1))),
    Index(COLLECTION, "by_theme", (("theme", 1), ("_id", -1))),
    Index(COLLECTION, "by_status", (("follow_up.shown.status", 1), ("_id", -1))),
    Index(COLLECTION, "by_state_status", (("state", 1), ("follow_up.shown.status", 1), ("_id", -1))),
    Index(COLLECTION, "by_token", (("tokens", 1), ("_id", -1))),
    *outbox_indexes(COLLECTION),
    *INBOX_INDEXES,
)


class Submissions:
    def __init__(self, database: Database[Document]) -> None:
        self._collection: Collection[Document] = database[COLLECTION]

    def add(
        self,
        id: str,
        tracking_number: str,
        content: Content,
        entry: Entry,
        principal: str,
        key: str,
        content_hash: str,
    ) -> Document:
        """Store a new submission with its first entry. Raises `shared.outbox.aggregates.Taken`."""
        state: dict[str, Any] = {
            "tracking_number": tracking_number,
            **asdict(content),
            "submitted_at": entry["at"],
            "idempotency": {"principal": principal, "key": key, "content_hash": content_hash},
            "follow_up": {"items": {}, "shown": {"status": "submitted"}},
            "tokens": search_tokens((content.title, content.details), (tracking_number, content.file_number or "")),
        }
        document = new_document(id, state, [entry])
        insert(self._collection, document)
        return document

    def by_key(self, principal: str, key: str) -> Document | None:
        return self._collection.find_one({"idempotency.principal": principal, "idempotency.key": key})

    def surely_by_key(self, principal: str, key: str) -> Document:
        """As `by_key`, after a duplicate was reported. Raises NotVisibleError."""
        return read_back(self._collection, {"idempotency.principal": principal, "idempotency.key": key})

    def by_id(self, id: str) -> Document | None:
        return self._collection.find_one({"_id": id})

    def by_tracking_number(self, tracking_number: str) -> Document | None:
        return self._collection.find_one({"tracking_number": tracking_number})

    def newest(self, wanted: Mapping[str, str | None], cursor: str | None) -> Page:
        """A page of the register. `wanted` may hold `state`, `theme`, `status` and the query words `q`."""
        return page_of(self._collection, _filter(wanted), "_id", cursor, projection=LIST_FIELDS)

    def count(self, wanted: Mapping[str, str | None]) -> int:
        """How many match, counted to COUNTED_TO."""
        return self._collection.count_documents(_filter(wanted), limit=COUNTED_TO)


def _filter(wanted: Mapping[str, str | None]) -> dict[str, Any]:
    names = {"state": "state", "theme": "theme", "status": "follow_up.shown.status"}
    query: dict[str, Any] = {names[name]: wanted[name] for name in names if wanted.get(name)}
    if wanted.get("q"):
        query["tokens"] = {"$all": query_tokens(wanted["q"] or "") or [""]}
    return query


class EventEncoder:
    """The event of a submission's entry: the submission's own immutable fields."""

    def __init__(self, topic_prefix: str) -> None:
        self._prefix = topic_prefix

    def __call__(self, document: Document, entry: Entry) -> Message:
        data = {name: document.get(name) for name in EVENT_FIELDS}
        return entry_message("feedback", self._prefix, document["_id"], entry, data)
