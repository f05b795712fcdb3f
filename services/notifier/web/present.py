"""How stored notifications are told to a client or a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.notifier.adapters.wording import words_of
from services.notifier.bootstrap import Notifier
from shared.storage.client import Document
from shared.web.i18n import language

# Of several mailboxes of an organisation the one that needs attention is told.
_URGENCY = ("failed", "pending", "skipped", "sent")


def inbox(notifier: Notifier, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Inbox notifications, each with what became of every channel to the same organisation."""
    deliveries: dict[tuple[str, str], dict[str, Any]] = {}
    for sibling in notifier.notifications.siblings(documents):
        of_event = deliveries.setdefault((sibling["announcement"], sibling["organisation"]), {})
        known = of_event.get(sibling["channel"])
        if known is None or _URGENCY.index(sibling["status"]) < _URGENCY.index(known["status"]):
            of_event[sibling["channel"]] = delivery(sibling)
    return [
        {
            "id": document["_id"],
            "organisation": document["organisation"],
            "event_id": document["announcement"],
            "event_type": document["event_type"],
            "action_id": document["action_id"],
            **words_of(document, language()).__dict__,
            "occurred_at": document["occurred_at"],
            "read_at": document["read_at"],
            "delivery": deliveries[document["announcement"], document["organisation"]],
        }
        for document in documents
    ]


def delivery(document: Document) -> dict[str, Any]:
    return {
        "status": document["status"],
        "reason": document["reason"],
        "attempts": document["attempts"],
        "at": document["settled_at"],
    }


def log_line(document: Document) -> dict[str, Any]:
    """One line of the delivery log."""
    return {
        **delivery(document),
        "organisation": document["organisation"],
        "channel": document["channel"],
        "address": document["address"],
        "action_id": document["action_id"],
        "title": words_of(document, language()).title,
        "occurred_at": document["occurred_at"],
    }
