"""What notifier does with the events of others: each becomes exactly one announcement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.notifier.adapters.announcements import COLLECTION, announcement_of
from shared.contracts.events import CONTRACTS
from shared.contracts.topics import ACTIONS_EVENTS
from shared.inbox.processor import Handler
from shared.inbox.shapes import Create, Write
from shared.messaging.envelope import Event


def announce(event: Event) -> Sequence[Write]:
    return [Create(COLLECTION, announcement_of(event))]


HANDLERS: Mapping[str, Handler] = {
    contract.type: announce for contract in CONTRACTS.values() if contract.topic == ACTIONS_EVENTS
}
