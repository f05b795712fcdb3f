"""The JSON API of feedback."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from services.feedback.adapters.tracking import parse_tracking_number
from services.feedback.bootstrap import Feedback
from services.feedback.web import present
from services.feedback.web.intake import submit
from services.feedback.web.schemas import (
    MeetingsOut,
    SubmissionIn,
    SubmissionOut,
    SubmissionQuery,
    SubmissionSummaryOut,
)
from shared import metrics
from shared.ids import is_id
from shared.storage.client import Document
from shared.web.api import ApiBlueprint, create_api
from shared.web.app import csrf
from shared.web.conditional import idempotency_key
from shared.web.pagination import page_schema
from shared.web.problem import Problem, ProblemError

DESCRIPTION = "What States and Union Territories submit after a conference, and where each submission stands."


def register(app: Flask, feedback: Feedback) -> None:
    api = create_api(app, "Sankalp feedback", DESCRIPTION)
    blueprint = ApiBlueprint("api", __name__, url_prefix="/api/v1")
    csrf.exempt(blueprint)

    @blueprint.post("/feedback")
    @blueprint.arguments(SubmissionIn())
    @blueprint.response(201, SubmissionOut(), description="Stored; the same key and body again give the same answer.")
    @blueprint.doc(
        summary="Send a submission",
        parameters=[
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "a value of your own, new for each submission; makes it safe to repeat",
            }
        ],
    )
    def create(parsed: dict[str, Any]) -> Any:
        key = idempotency_key(required=True)
        document, replayed = submit(feedback, parsed, key or "")
        metrics.COMMANDS.labels("feedback", "submit", "replayed" if replayed else "done").inc()
        location = url_for("api.read", reference=document["_id"])
        return (
            as_submitted(document),
            201,
            {"Location": location, **({"Idempotent-Replayed": "true"} if replayed else {})},
        )

    @blueprint.get("/feedback/<reference>")
    @blueprint.response(200, SubmissionOut())
    @blueprint.doc(summary="Read a submission by id or tracking number")
    def read(reference: str) -> dict[str, Any]:
        return present.whole(find(feedback, reference))

    @blueprint.get("/feedback")
    @blueprint.arguments(SubmissionQuery(), location="query")
    @blueprint.response(200, page_schema(SubmissionSummaryOut)())
    @blueprint.doc(summary="List submissions, newest first")
    def index(query: dict[str, Any]) -> dict[str, Any]:
        page = feedback.submissions.newest(query, query.get("cursor"))
        return {"items": [present.summary(document) for document in page.items], "next_cursor": page.cursor}

    @blueprint.get("/meetings")
    @blueprint.response(200, MeetingsOut())
    @blueprint.doc(summary="The meetings with their themes and initiatives")
    def meetings() -> dict[str, Any]:
        return {"items": [{**meeting, "code": meeting["_id"]} for meeting in feedback.meetings.all()]}

    api.register_blueprint(blueprint)


def as_submitted(document: Document) -> dict[str, Any]:
    """The answer to a submission: as it was when it was stored, so that a repeat gets the same."""
    return present.whole({**document, "follow_up": {"shown": {"status": "submitted"}}})


def find(feedback: Feedback, reference: str) -> Document:
    """The submission by id or tracking number; 404 as a problem."""
    number = parse_tracking_number(reference)
    if is_id(reference):
        document = feedback.submissions.by_id(reference)
    else:
        document = feedback.submissions.by_tracking_number(number) if number else None
    if document is None:
        raise ProblemError(
            Problem(404, "not-found", _l("Not found"), _l("There is no submission with this number. Check the number."))
        )
    return document
