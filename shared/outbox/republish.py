"""Sending history entries to Kafka again. Always safe: consumers are free of order and repetition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from shared.messaging.message import Message, Publisher
from shared.outbox.history import Entry
from shared.outbox.staged import StagedDocuments
from shared.storage.client import Document

CHUNK = 200

# Makes the Kafka message of one entry: a pure function of the document's immutable fields and the entry, so
# that sending it again sends the same bytes.
Encoder = Callable[[Document, Entry], Message]


def republish(
    staged: StagedDocuments,
    encode: Encoder,
    publisher: Publisher,
    *,
    since: dt.datetime | None,
    type: str | None = None,
    aggregate: str | None = None,
    dry_run: bool = False,
) -> Iterator[int]:
    """Send what is already published once more; yields the number of entries of each acknowledged chunk, so
    that the caller can stop in between. `since=None` sends everything. Raises RetryableError."""
    chunk: list[Message] = []
    for document in staged.published_since(since, type=type, aggregate=aggregate):
        chunk.extend(encode(document, entry) for entry in document["history"])
        if len(chunk) >= CHUNK:
            if not dry_run:
                publisher.publish(chunk)
            yield len(chunk)
            chunk = []
    if chunk:
        if not dry_run:
            publisher.publish(chunk)
        yield len(chunk)
