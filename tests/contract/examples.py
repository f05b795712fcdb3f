"""The examples of the event contracts, as events."""

from __future__ import annotations

import json
from typing import Any

from shared.clock import parse_timestamp
from shared.contracts.document import example_path
from shared.contracts.events import CONTRACTS, Contract
from shared.messaging.envelope import Event
from shared.messaging.message import Message, Partition, Record

NAMES = [f"{type}.v{version}" for type, version in CONTRACTS]


def contract_of(name: str) -> Contract:
    type, _, version = name.rpartition(".v")
    return CONTRACTS[type, int(version)]


def example(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(example_path(contract_of(name)).read_text(encoding="utf-8"))
    return loaded


def event_of(name: str, **changes: Any) -> Event:
    """The event of an example; `changes` replace fields of the envelope."""
    contract, told = contract_of(name), example(name)
    values = {
        **{field: told[field] for field in ("id", "source", "subject", "sequence", "correlation_id", "data")},
        "type": contract.type,
        "version": contract.version,
        "time": parse_timestamp(told["time"]),
        "causation_id": "01938a3c-7c30-7e4f-9d22-0000000000ff",
        "entry_hash": "ab" * 32,
        "traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01",
        **changes,
    }
    return Event(**values)


def record_of(message: Message, offset: int = 7) -> Record:
    """The message as a consumer gets it."""
    return Record(Partition(message.topic, 2), offset, message.key, message.value, message.headers)
