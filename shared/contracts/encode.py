"""From a history entry to its Kafka message: the last step of every outbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.clock import parse_timestamp
from shared.contracts.events import CONTRACTS, current_version
from shared.messaging.envelope import Event, to_message
from shared.messaging.message import Message
from shared.outbox.history import Entry


def entry_message(source: str, topic_prefix: str, subject: str, entry: Entry, data: Mapping[str, Any]) -> Message:
    """The message of `entry` with `data` as its contract wants them. Raises KeyError for an unknown type."""
    version = current_version(entry["type"])
    event = Event(
        id=entry["id"],
        source=source,
        type=entry["type"],
        version=version,
        subject=subject,
        time=parse_timestamp(entry["at"]),
        sequence=entry["seq"],
        correlation_id=entry["correlation_id"],
        causation_id=entry.get("causation_id"),
        entry_hash=entry["hash"],
        traceparent=entry.get("traceparent"),
        data=data,
    )
    return to_message(event, topic_prefix + CONTRACTS[entry["type"], version].topic.name)
