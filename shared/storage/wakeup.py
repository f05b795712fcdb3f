"""A change stream that wakes a polling loop early. It carries no information: the loop looks for itself, and
goes on looking on its own while the stream is down."""

from __future__ import annotations

import threading
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from shared.logs import get_logger
from shared.stop import Stop
from shared.storage.client import Document

log = get_logger(__name__)

# Every insert, and every update that moved `seq`; marks of the relay do not match and so wake nobody.
NEW_ENTRIES: list[dict[str, Any]] = [
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"updateDescription.updatedFields.seq": {"$exists": True}},
            ]
        }
    },
    {"$project": {"_id": 1}},
]
INSERTS: list[dict[str, Any]] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]


def wake_on_change(collection: Collection[Document], pipeline: list[dict[str, Any]], stop: Stop) -> threading.Thread:
    """Start a daemon thread that calls `stop.wake()` for every matching change."""

    def watch() -> None:
        while not stop:
            try:
                with collection.watch(pipeline, max_await_time_ms=1000) as stream:
                    while not stop and stream.alive:
                        if stream.try_next() is not None:
                            stop.wake()
            except PyMongoError as error:
                log.debug("change stream is down, polling goes on", error=type(error).__name__)
                threading.Event().wait(1.0)

    thread = threading.Thread(target=watch, name="wakeup", daemon=True)
    thread.start()
    return thread
