"""Messages that were put away: kept raw, listed, inspected, and driven through the handler again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

from bson import Binary
from pymongo import DESCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared import metrics
from shared.clock import Clock
from shared.errors import StopConsumerError
from shared.logs import get_logger
from shared.messaging.message import Partition, Record
from shared.storage.client import Document

log = get_logger(__name__)


class DeadLetters:
    """The dead letters of one consumer group, and how many came in a row.

    The count is kept in the database: a release that breaks every message must not empty the topic into dead
    letters by being restarted.
    """

    def __init__(self, database: Database[Document], service: str, group: str, stop_after: int, clock: Clock) -> None:
        self._letters = database["dead_letters"]
        self._state = database["consumer_state"]
        self._service = service
        self._group = group
        self._stop_after = stop_after
        self._clock = clock
        self._reset_due = 0.0

    def put(self, record: Record, reason: str, error: str, event_type: str | None) -> None:
        """Keep the message as it came. Raises StopConsumerError instead when too many came in a row.

        `error` is our own description; it never quotes the message.
        """
        if self.in_a_row() >= self._stop_after:
            raise StopConsumerError(f"{self._stop_after} messages in a row failed ({reason}: {error})")
        letter = {
            "_id": _letter_id(record, self._group),
            "topic": record.partition.topic,
            "partition": record.partition.number,
            "offset": record.offset,
            "group": self._group,
            "key": record.key,
            "value": record.value,
            "headers": [[name, Binary(value)] for name, value in record.headers],
            "reason": reason,
            "error": error,
            "event_type": event_type,
            "at": self._clock.now(),
            "state": "waiting",
        }
        try:
            self._letters.insert_one(letter)
        except DuplicateKeyError:  # put away before, and still failing; an operator's "discarded" stands
            again = {"_id": letter["_id"], "state": {"$ne": "discarded"}}
            self._letters.update_one(again, {"$set": {"state": "waiting", "error": error, "reason": reason}})
        self._state.update_one({"_id": self._group}, {"$inc": {"dead_in_a_row": 1}}, upsert=True)
        self._reset_due = 0.0
        metrics.DEAD_LETTERS.labels(self._service, record.partition.topic, reason).inc()
        log.error("message put away", place=record.place, reason=reason, error=error, event_type=event_type)

    def in_a_row(self) -> int:
        state = self._state.find_one({"_id": self._group})
        return int(state["dead_in_a_row"]) if state else 0

    def succeeded(self) -> None:
        """A message had an effect: the row is broken. Written at most once a second, and only where there is one."""
        now = time.monotonic()
        if now >= self._reset_due:
            self._reset_due = now + 1.0
            self._state.update_one({"_id": self._group, "dead_in_a_row": {"$gt": 0}}, {"$set": {"dead_in_a_row": 0}})

    def waiting(self, limit: int = 100) -> Iterator[Document]:
        """The newest letters that still wait, without their contents."""
        hidden = {"value": 0, "key": 0, "headers": 0}
        return iter(self._letters.find({"state": "waiting"}, hidden, limit=limit).sort("at", DESCENDING))

    def get(self, id: str) -> Document | None:
        return self._letters.find_one({"_id": id})

    def settle(self, id: str, state: str, note: str) -> None:
        """Close a letter as `redriven` or `discarded`."""
        self._letters.update_one({"_id": id}, {"$set": {"state": state, "note": note, "settled_at": self._clock.now()}})


def _letter_id(record: Record, group: str) -> str:
    """Where the message lay and what it held: a broker that lost its data gives the same places away again."""
    content = hashlib.sha256(repr((record.headers, record.key, record.value)).encode()).hexdigest()[:12]
    return f"{record.place}:{content}:{group}"


def record_of(letter: Document) -> Record:
    """The message that a letter keeps, as it was consumed."""
    headers: tuple[tuple[str, bytes], ...] = tuple((name, bytes(value)) for name, value in letter["headers"])
    return Record(
        partition=Partition(letter["topic"], letter["partition"]),
        offset=letter["offset"],
        key=letter["key"],
        value=letter["value"],
        headers=headers,
    )


def shape_of(record: Record) -> Any:
    """The data of a message as an operator may see them: names and types, no values."""
    try:
        return redacted(json.loads(record.value or b"null"))
    except (ValueError, RecursionError):
        return f"<{len(record.value or b'')} bytes that are not JSON>"


def redacted(value: Any) -> Any:
    """The shape of JSON data with every value replaced by its type: what an operator may see of a form."""
    if isinstance(value, dict):
        return {name: redacted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return f"<{type(value).__name__}>"
