"""From a parsed form or body to the use case: what the API and the page have in common."""

from __future__ import annotations

from typing import Any

from flask import g

from services.feedback.application.submit import Request
from services.feedback.bootstrap import Feedback
from services.feedback.domain.submission import Content
from shared.outbox.history import Context
from shared.storage.client import Document
from shared.web.access import LOCAL_PRINCIPAL
from shared.web.conditional import body_hash
from shared.web.observe import traceparent


def submit(feedback: Feedback, parsed: dict[str, Any], key: str) -> tuple[Document, bool]:
    """Submit what `SubmissionIn` has parsed. Raises as the use case does."""
    content_hash = body_hash(parsed)
    context = Context(
        by={"organisation": parsed["state"], "principal": LOCAL_PRINCIPAL},
        correlation_id=g.correlation_id,
        traceparent=traceparent(),
        idempotency={"principal": LOCAL_PRINCIPAL, "key": key, "body_hash": content_hash},
    )
    return feedback.submit(Request(Content(**parsed), key, LOCAL_PRINCIPAL, content_hash, context))
