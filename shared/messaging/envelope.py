"""The envelope: CloudEvents 1.0 in Kafka's binary content mode.

Attributes travel as `ce_*` headers, the data as the message's value (JSON). Our extensions: `sequence` (the
entry's number in its aggregate's history), `correlationid`, `causationid`, `entryhash` (the link that the
history gave this entry) and `traceparent`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from shared.clock import parse_timestamp, timestamp
from shared.errors import PoisonError
from shared.messaging.message import Headers, Message, Record

CONTENT_TYPE = "application/json"
_SCHEMA = re.compile(r"urn:sankalp:event:(?P<name>[a-z_]+\.[a-z_]+):v(?P<version>[0-9]{1,4})")


@dataclass(frozen=True)
class Event:
    """One event, as published and as consumed. `type` is `<noun>.<past participle>` without the prefix;
    `subject` is the aggregate's id; `data` is JSON."""

    id: str
    source: str
    type: str
    version: int
    subject: str
    time: dt.datetime
    sequence: int
    correlation_id: str
    data: Mapping[str, Any] = field(hash=False)
    causation_id: str | None = None
    entry_hash: str | None = None
    traceparent: str | None = None


def to_message(event: Event, topic: str) -> Message:
    """The Kafka message of an event: equal events give equal bytes."""
    attributes: dict[str, str | None] = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": f"/sankalp/{event.source}",
        "ce_type": f"sankalp.{event.type}",
        "ce_subject": event.subject,
        "ce_time": timestamp(event.time),
        "ce_dataschema": f"urn:sankalp:event:{event.type}:v{event.version}",
        "ce_sequence": str(event.sequence),
        "ce_correlationid": event.correlation_id,
        "ce_causationid": event.causation_id,
        "ce_entryhash": event.entry_hash,
        "ce_traceparent": event.traceparent,
    }
    headers: Headers = tuple((name, value.encode()) for name, value in attributes.items() if value is not None)
    return Message(topic=topic, key=event.subject.encode(), value=rfc8785.dumps(dict(event.data)), headers=headers)


def from_record(record: Record) -> Event:
    """Read an event. Raises PoisonError, naming what is wrong and never quoting the data."""
    try:
        headers = {name: value.decode() for name, value in record.headers}
    except UnicodeDecodeError:
        raise PoisonError("a header is not UTF-8") from None
    if headers.get("ce_specversion") != "1.0":
        raise PoisonError("no CloudEvents 1.0 envelope: ce_specversion is missing or another")
    schema = _SCHEMA.fullmatch(_required(headers, "ce_dataschema"))
    type = _required(headers, "ce_type")
    if schema is None or type != f"sankalp.{schema['name']}":
        raise PoisonError("ce_type and ce_dataschema do not name one of our events")
    try:
        data = json.loads(record.value or b"")
        time = parse_timestamp(_required(headers, "ce_time"))
        sequence = int(_required(headers, "ce_sequence"))
    except (ValueError, RecursionError) as error:
        raise PoisonError(f"the message cannot be decoded: {type_name(error)}") from None
    if not isinstance(data, dict):
        raise PoisonError("the data are not a JSON object")
    return Event(
        id=_required(headers, "ce_id"),
        source=_required(headers, "ce_source").removeprefix("/sankalp/"),
        type=schema["name"],
        version=int(schema["version"]),
        subject=_required(headers, "ce_subject"),
        time=time,
        sequence=sequence,
        correlation_id=headers.get("ce_correlationid") or _required(headers, "ce_id"),
        data=data,
        causation_id=headers.get("ce_causationid"),
        entry_hash=headers.get("ce_entryhash"),
        traceparent=headers.get("ce_traceparent"),
    )


def type_name(error: Exception) -> str:
    return type(error).__name__


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise PoisonError(f"the header {name} is missing")
    return value
