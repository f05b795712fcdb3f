"""A lease on server time: of several processes one is active, and another takes over within its length.

The database compares times by its own clock (`$$NOW`), so the machines' clocks do not matter. A holder counts
from the moment *before* it asked and stops acting at two thirds of the length: a holder that was suspended
finds its time over when it wakes.
"""

from __future__ import annotations

import datetime as dt
import threading
import time

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.ids import new_id
from shared.logs import get_logger
from shared.storage.client import Document

log = get_logger(__name__)

_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Lease:
    """One named lease. `held()` is cheap and true only while acting is safe."""

    def __init__(self, collection: Collection[Document], name: str, seconds: float) -> None:
        self._collection = collection
        self._name = name
        self._seconds = seconds
        self._holder = new_id()
        self._safe_until = 0.0
        self.other_holds = False  # as of the last attempt
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Keep acquiring and renewing in a daemon thread, at three tenths of the length."""
        self._thread = threading.Thread(target=self._keep, name=f"lease-{self._name}", daemon=True)
        self._thread.start()

    def held(self) -> bool:
        return time.monotonic() < self._safe_until

    def acquire(self) -> bool:
        """Take or renew the lease. True if it is ours now; raises PyMongoError when the database is away."""
        asked = time.monotonic()
        if not self._take() and not (self._create() and self._take()):
            self.other_holds = True
            return False
        self._safe_until = asked + self._seconds * 2 / 3
        self.other_holds = False
        return True

    def _take(self) -> bool:
        """Take it if it is free or ours; `$$NOW` is the server's time."""
        free_or_ours = {"$or": [{"$eq": ["$holder", self._holder]}, {"$lt": ["$until", "$$NOW"]}]}
        taken = [{"$set": {"holder": self._holder, "until": {"$add": ["$$NOW", int(self._seconds * 1000)]}}}]
        return self._collection.update_one({"_id": self._name, "$expr": free_or_ours}, taken).matched_count == 1

    def _create(self) -> bool:
        """Make the lease's document, long run out, if there is none (an upsert may not use `$expr`)."""
        try:
            self._collection.insert_one({"_id": self._name, "holder": None, "until": _LONG_AGO})
        except DuplicateKeyError:
            return False
        return True

    def release(self) -> None:
        """Stop renewing and let another process in at once."""
        self._closed.set()
        self._safe_until = 0.0
        if self._thread is not None:
            self._thread.join(timeout=5)
        try:
            self._collection.delete_one({"_id": self._name, "holder": self._holder})
        except PyMongoError:
            log.info("lease not released, it runs out by itself", lease=self._name)

    def _keep(self) -> None:
        while not self._closed.is_set():
            try:
                self.acquire()
            except PyMongoError as error:
                log.warning("lease cannot be renewed", lease=self._name, error=type(error).__name__)
            self._closed.wait(self._seconds * 0.3)
