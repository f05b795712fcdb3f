"""The guarded writes of aggregates: the only code that changes a document that has a history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from shared.clock import parse_timestamp
from shared.crash import crash_point
from shared.errors import NotVisibleError
from shared.logs import get_logger
from shared.outbox.history import Entry
from shared.storage.client import Document

log = get_logger(__name__)

# How often a command is decided again because an entry came between (a reminder, say) before it gives up.
ATTEMPTS = 5

# A document of MongoDB holds 16 MB; operators hear of every further thousand entries.
LONG_HISTORY = 1000


class Taken(Exception):
    """An insert met a document that has the same value under a unique index.

    `key` is the index's key pattern as a tuple of field names: `("_id",)` is this very document, anything
    else is another one. Of several violated indexes the server reports only one.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        super().__init__(key)
        self.key = key


def new_document(id: str, state: Mapping[str, Any], history: Sequence[Entry]) -> Document:
    """A document with its history, all of it still to be published."""
    at = parse_timestamp(history[-1]["at"])
    return {
        "_id": id,
        "revision": 1,
        "seq": len(history),
        "published_seq": 0,
        "staged_at": at,
        "changed_at": at,
        **state,
        "history": list(history),
    }


def insert(collection: Collection[Document], document: Document) -> None:
    """Insert once. Raises Taken on a duplicate."""
    try:
        collection.insert_one(document)
    except DuplicateKeyError as error:
        pattern: Mapping[str, Any] = (error.details or {}).get("keyPattern", {})
        raise Taken(tuple(pattern)) from error
    crash_point("write.committed")


def append(
    collection: Collection[Document],
    document: Document,
    entry: Entry,
    changes: Mapping[str, Any],
    *,
    unset: Sequence[str] = (),
    by_a_person: bool = True,
) -> bool:
    """Write `changes` and `entry` in one guarded update; False if the document has moved on meanwhile.

    `staged_at` is only ever lowered, so that a busy document keeps its place in the relay's queue.
    `revision` (the ETag) moves with a person's command alone.
    """
    at: dt.datetime = parse_timestamp(entry["at"])
    update: dict[str, Any] = {
        "$set": {**changes, "changed_at": at},
        "$push": {"history": entry},
        "$inc": {"seq": 1, "revision": 1 if by_a_person else 0},
        "$min": {"staged_at": at},
    }
    if unset:
        update["$unset"] = dict.fromkeys(unset, "")
    result = collection.update_one({"_id": document["_id"], "seq": document["seq"]}, update)
    crash_point("write.committed")
    if entry["seq"] % LONG_HISTORY == 0:
        log.warning("a document has a long history", collection=collection.name, id=document["_id"], seq=entry["seq"])
    return result.modified_count == 1


def read_back(collection: Collection[Document], filter: Mapping[str, Any]) -> Document:
    """The document that a duplicate key told of. Raises NotVisibleError while no majority shows it: then
    neither "done" nor "not done" would be a true answer."""
    document = collection.find_one(filter)
    if document is None:
        raise NotVisibleError("a duplicate was reported that a majority does not show yet")
    return document
