"""From a parsed form or body to the use case: what the API and the page have in common."""

from __future__ import annotations

from typing import Any

from flask import g

from services.actions.application.command import Request
from services.actions.bootstrap import Actions
from services.actions.domain.commands import Command
from services.actions.domain.errors import IllegalMove, Unmet
from services.actions.domain.item import MINISTRY
from shared import metrics
from shared.outbox.history import Context
from shared.storage.client import Document
from shared.web.access import LOCAL_PRINCIPAL
from shared.web.conditional import body_hash
from shared.web.observe import traceparent


def give(
    actions: Actions, item_id: str, parsed: dict[str, Any], revision: int | None, key: str | None
) -> tuple[Document, bool]:
    """Give the command that `CommandIn` has parsed. Raises as the use case does."""
    fields = dict(parsed)
    name, organisation = fields.pop("command"), fields.pop("as", MINISTRY)
    idempotency = None
    if key is not None:
        idempotency = {"principal": LOCAL_PRINCIPAL, "key": key, "body_hash": body_hash(parsed)}
    context = Context(
        by={"organisation": organisation, "principal": LOCAL_PRINCIPAL},
        correlation_id=g.correlation_id,
        traceparent=traceparent(),
        idempotency=idempotency,
    )
    try:
        done = actions.give_command(Request(item_id, Command(name, organisation, fields), revision, context))
    except (IllegalMove, Unmet):
        metrics.COMMANDS.labels("actions", name, "refused").inc()
        raise
    metrics.COMMANDS.labels("actions", name, "replayed" if done[1] else "done").inc()
    return done
