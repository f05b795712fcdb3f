"""The documents of action items: how they are stored, found, and told as events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database

from services.actions.domain.item import Beneficiary, Hold, Item, Origin, pending_with
from shared.contracts.encode import entry_message
from shared.messaging.message import Message
from shared.outbox.aggregates import append, insert, new_document
from shared.outbox.history import Entry
from shared.storage.client import Document
from shared.storage.indexes import INBOX_INDEXES, Index, outbox_indexes
from shared.text import query_tokens, search_tokens
from shared.web.pagination import Page, page_of

COLLECTION = "items"
COUNTED_TO = 10_000

# Late work is found by this field: the target date while the owner's clock runs, absent otherwise.
_DUE_STATUSES = ("assigned", "in_progress", "contested")
# Lists do not read histories or submissions' texts.
_NOT_IN_LISTS = {"history": 0, "tokens": 0, "origins.details": 0}


def _list_index(*names: str) -> Index:
    """Newest first within equal values; `order` sorts by the time of opening."""
    return Index(COLLECTION, "by_" + "_".join(names), (*((name, 1) for name in names), ("order", -1)))


INDEXES: tuple[Index, ...] = (
    Index(COLLECTION, "order", (("order", -1),), unique=True),
    Index(COLLECTION, "by_origin", (("origins.submission", 1),)),
    Index(COLLECTION, "by_parent", (("children_of", 1),), partial={"children_of": {"$type": "string"}}),
    Index(COLLECTION, "by_due", (("due_on", 1), ("order", -1)), partial={"due_on": {"$type": "string"}}),
    _list_index("states"),
    _list_index("status"),
    _list_index("owner"),
    _list_index("owner", "status"),
    _list_index("states", "status"),
    _list_index("tokens"),
    *outbox_indexes(COLLECTION),
    *INBOX_INDEXES,
)


class Items:
    def __init__(self, database: Database[Document]) -> None:
        self._collection: Collection[Document] = database[COLLECTION]

    def get(self, id: str) -> Document | None:
        return self._collection.find_one({"_id": id})

    def add(self, item: Item, entry: Entry) -> None:
        """Store a new item. Raises `shared.outbox.aggregates.Taken`."""
        insert(self._collection, opening_document(item, entry))

    def move(self, document: Document, after: Item, entry: Entry) -> bool:
        """Write what a command led to, guarded by the document's `seq`; False if it has moved on."""
        return append(self._collection, document, entry, _state(after))

    def children(self, parent: str) -> list[Document]:
        """The States' parts of a resolution, by State."""
        found = self._collection.find({"children_of": parent}, _NOT_IN_LISTS).hint("by_parent")
        return sorted(found, key=lambda document: document["states"])

    def newest(self, wanted: Mapping[str, Any], today: dt.date, cursor: str | None) -> Page:
        """A page of the register. `wanted` may hold `origin`, `state`, `status`, `owner`, `overdue`, `q`."""
        query = _filter(wanted, today)
        return page_of(self._collection, query, "order", cursor, projection=_NOT_IN_LISTS)

    def count(self, wanted: Mapping[str, Any], today: dt.date) -> int:
        """How many match, counted to COUNTED_TO."""
        return self._collection.count_documents(_filter(wanted, today), limit=COUNTED_TO)


def _filter(wanted: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    names = {"origin": "origins.submission", "state": "states", "status": "status", "owner": "owner"}
    query: dict[str, Any] = {names[name]: wanted[name] for name in names if wanted.get(name)}
    if wanted.get("q"):
        query["tokens"] = {"$all": query_tokens(wanted["q"]) or [""]}
    late = {"$type": "string", "$lt": today.isoformat()}
    if wanted.get("overdue") is True:
        query["due_on"] = late
    elif wanted.get("overdue") is False:
        query["due_on"] = {"$not": {"$lt": today.isoformat()}}
    return query


def opening_document(item: Item, entry: Entry) -> Document:
    """The document of a new item. `order` is unique and sorts by the time of opening."""
    numbers = [origin.tracking_number for origin in item.origins]
    numbers += [origin.file_number for origin in item.origins if origin.file_number]
    texts = [item.title, *(origin.details for origin in item.origins), item.resolution or ""]
    extra = {"order": f"{item.opened_at}/{item.id}", "tokens": search_tokens(texts, numbers)}
    return new_document(item.id, {**_state(item), **extra}, [entry])


def _state(item: Item) -> dict[str, Any]:
    state = asdict(item)
    del state["id"]
    due = item.target_date if item.status in _DUE_STATUSES else None
    plain: dict[str, Any] = _plain({**state, "pending_with": pending_with(item), "due_on": due})
    return plain


def _plain(value: Any) -> Any:
    """Tuples as lists, as BSON and JSON have them."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


def to_item(document: Document) -> Item:
    """The item that a document holds."""
    known = {f.name for f in fields(Item)}
    state: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in document.items() if name in known
    }
    state["origins"] = tuple(Origin(**{"details": "", **origin}) for origin in document["origins"])
    state["beneficiaries"] = tuple(Beneficiary(**beneficiary) for beneficiary in document["beneficiaries"])
    state["hold"] = Hold(**document["hold"]) if document["hold"] else None
    return Item(id=document["_id"], **state)


class EventEncoder:
    """The event of an item's entry: everything is in the entry, the snapshot and the origins as of then. What
    was given with the command stays in the history."""

    def __init__(self, topic_prefix: str) -> None:
        self._prefix = topic_prefix

    def __call__(self, document: Document, entry: Entry) -> Message:
        data = {name: value for name, value in entry["data"].items() if name != "given"}
        data.update(snapshot=entry["snapshot"], by=entry["by"]["organisation"])
        return entry_message("actions", self._prefix, document["_id"], entry, data)
