"""Somebody gives a command to an action item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bson
import rfc8785

from services.actions.adapters.items import Items, to_item
from services.actions.domain.commands import TEXT_FIELDS, Command, decide
from services.actions.domain.item import Item, public_snapshot
from shared.clock import Clock, timestamp, today_in_india
from shared.contracts.events import require_valid
from shared.errors import RetryableError
from shared.outbox.aggregates import ATTEMPTS
from shared.outbox.history import Context, Entry, new_entry
from shared.storage.client import Document

# A document may hold 16 MB. Only long histories are measured.
_MOST_BYTES, _LOOK_AT_SIZE = 12 * 1024 * 1024, 200


class NoSuchItem(Exception):
    """There is no item with this id, or none that the organisation may see."""


class ChangedMeanwhile(Exception):
    """The item has another revision than the one that the client had seen."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


class HistoryFull(Exception):
    """The item's document is near the size that the database can hold."""


class KeyReused(Exception):
    """The idempotency key was used for another command on this item."""


@dataclass(frozen=True)
class Request:
    """`revision` is what the client has seen (None: whatever it is); `context.idempotency` makes it safe to repeat."""

    item_id: str
    command: Command
    revision: int | None
    context: Context


class GiveCommand:
    def __init__(self, items: Items, clock: Clock) -> None:
        self._items = items
        self._clock = clock

    def __call__(self, request: Request) -> tuple[Document, bool]:
        """The item after the command, and whether this very request had been done before.

        Raises NoSuchItem, KeyReused, ChangedMeanwhile, the domain's IllegalMove and Unmet, and RetryableError
        when entries of the system keep coming between.
        """
        for _ in range(ATTEMPTS):
            document = self._items.get(request.item_id)
            if document is None:
                raise NoSuchItem
            if _done_before(document, request.context):
                return document, True
            if request.revision not in (None, document["revision"]):
                raise ChangedMeanwhile(document["revision"])
            if len(document["history"]) > _LOOK_AT_SIZE and len(bson.encode(document)) > _MOST_BYTES:
                raise HistoryFull
            after, entry = self._decide(document, request)
            if self._items.move(document, after, entry):
                stored = self._items.get(request.item_id)
                if stored is not None:
                    return stored, False
        raise RetryableError("the item is changing too fast")

    def _decide(self, document: Document, request: Request) -> tuple[Item, Entry]:
        now = self._clock.now()
        command = request.command
        decision = decide(to_item(document), command, now, timestamp(now), today_in_india(now))
        origins = [origin["submission"] for origin in document["origins"]]
        data = {**decision.data, "command": command.name, "origins": origins}
        snapshot = public_snapshot(decision.item)
        require_valid(decision.event, {**data, "snapshot": snapshot, "by": command.organisation})
        structured = {name: value for name, value in command.fields.items() if name not in TEXT_FIELDS}
        entry = new_entry(
            document["_id"],
            document["history"][-1],
            type=decision.event,
            at=now,
            context=request.context,
            data={**data, "given": structured},
            texts={name: _as_text(value) for name, value in command.fields.items() if name in TEXT_FIELDS and value},
            snapshot=snapshot,
        )
        return decision.item, entry


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else rfc8785.dumps(value).decode()


def _done_before(document: Document, context: Context) -> bool:
    """Whether the history holds this request already. Looked for before anything else is checked, so that a
    repeat whose answer was lost is answered. Raises KeyReused."""
    wanted = context.idempotency
    if wanted is None:
        return False
    for entry in document["history"]:
        known = entry.get("idempotency")
        if known and (known["principal"], known["key"]) == (wanted["principal"], wanted["key"]):
            if known["body_hash"] != wanted["body_hash"]:
                raise KeyReused
            return True
    return False
