"""What actions does with the events of others: every submission becomes exactly one item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.actions.adapters.items import COLLECTION, opening_document
from services.actions.domain.item import Item, public_snapshot
from services.actions.domain.opening import Routing, from_submission
from shared.clock import parse_timestamp, timestamp
from shared.contracts.identity import item_of_submission
from shared.ids import derive_id
from shared.inbox.processor import Handler
from shared.inbox.shapes import Create, Write
from shared.messaging.envelope import Event
from shared.outbox.history import Context, Entry, new_entry


def handlers(routing: Callable[[], Routing]) -> Mapping[str, Handler]:
    """The table from event type to handler. `routing` gives the routing in force."""

    def open_item(event: Event) -> Sequence[Write]:
        id = item_of_submission(event.subject)
        item = from_submission(id, event.subject, event.data, routing(), timestamp(event.time))
        context = Context(
            by={"organisation": event.data["state"], "principal": "system"},
            correlation_id=event.correlation_id,
            causation_id=event.id,
            traceparent=event.traceparent,
        )
        return [Create(COLLECTION, opening_document(item, opening_entry(item, derive_id(event.id, "opened"), context)))]

    return {"feedback.submitted": open_item}


def opening_entry(item: Item, id: str, context: Context) -> Entry:
    """The first entry of an item's history."""
    return new_entry(
        item.id,
        None,
        id=id,
        type="action.opened",
        at=parse_timestamp(item.opened_at),
        context=context,
        data={"origins": [origin.submission for origin in item.origins]},
        snapshot=public_snapshot(item),
    )
