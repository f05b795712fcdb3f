"""The shapes of actions' API. The same schema reads the form and the JSON body."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from services.actions.domain.commands import HOLD_REASONS, TREATMENTS
from services.actions.domain.item import STATUSES
from services.actions.domain.lifecycle import TABLE
from shared.web.fields import Choice, Day, OrganisationCode, StateCode, StrictSchema, Text, Whole
from shared.web.pagination import CursorField

COMMANDS = tuple(move.command for move in TABLE if "system" not in move.who)


class MilestoneIn(StrictSchema):
    title = Text(most=200, required=True)
    due = Day()
    done = fields.Boolean()


# `as` and `class` are words of Python, so the schema is written as a mapping.
CommandIn = StrictSchema.from_dict(
    {
        "command": Choice(COMMANDS, required=True, metadata={"description": "the move"}),
        "as": OrganisationCode(metadata={"description": "the organisation that acts (default MEITY), until sign-in"}),
        "owner": OrganisationCode(metadata={"description": "organisation that must act"}),
        "supporting": fields.List(
            OrganisationCode(),
            validate=validate.Length(max=20, error=_l("At most 20 entries are possible.")),
            metadata={"description": "organisations that help"},
        ),
        "target_date": Day(metadata={"description": "today or later in India"}),
        "reason": Text(least=3, most=2000, multiline=True),
        "percent": Whole(0, 100, metadata={"description": "progress"}),
        "text": Text(most=10_000, multiline=True),
        "milestones": fields.List(
            fields.Nested(MilestoneIn), validate=validate.Length(max=50, error=_l("At most 50 entries are possible."))
        ),
        "class": Choice(TREATMENTS, metadata={"description": "how the ministry treats the report"}),
        "remark": Text(least=3, most=5000, multiline=True),
        "rating": Whole(1, 5, metadata={"description": "5 is best"}),
        "reason_class": Choice(HOLD_REASONS, metadata={"description": "why it rests"}),
        "review_on": Day(metadata={"description": "when to look again"}),
        "into": Text(most=40, metadata={"description": "id of the item to merge into"}),
        "title": Text(least=5, most=200, metadata={"description": "the ministry's title"}),
    },
    name="CommandIn",
)


class ActionQuery(StrictSchema):
    origin = Text(most=40, metadata={"description": "id of the submission that it answers"})
    state = StateCode(metadata={"description": "only of this State or UT"})
    status = Choice(STATUSES)
    owner = OrganisationCode(metadata={"description": "only of this owner"})
    overdue = fields.Boolean(metadata={"description": "true: only what is late; false: only what is not"})
    q = Text(most=200, metadata={"description": "words that must all occur, or a number or its beginning"})
    cursor = CursorField(metadata={"description": "next_cursor of the page before"})


class ActingQuery(StrictSchema):
    acting = OrganisationCode(data_key="as", metadata={"description": "for whom open_commands are told; default MEITY"})


class OriginOut(Schema):
    submission = fields.String(required=True)
    tracking_number = fields.String(required=True)
    state = fields.String(required=True)
    title = fields.String(required=True)
    details = fields.String(metadata={"description": "not in lists"})
    file_number = fields.String(allow_none=True)


class BeneficiaryOut(Schema):
    organisation = fields.String(required=True)
    verdict = fields.String(required=True, metadata={"description": "pending, accepted or contested"})
    rating = fields.Integer(allow_none=True)


class HoldOut(Schema):
    reason_class = fields.String(required=True)
    review_on = fields.String(required=True)
    status_before = fields.String(required=True)


class MilestoneOut(Schema):
    title = fields.String(required=True)
    due = fields.String()
    done = fields.Boolean()


class ActionSummaryOut(Schema):
    id = fields.String(required=True)
    revision = fields.Integer(required=True, metadata={"description": "moves with every command; the ETag"})
    status = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    meeting = fields.String(required=True)
    theme = fields.String(required=True)
    initiative = fields.String(allow_none=True)
    resolution = fields.String(allow_none=True)
    parent = fields.String(allow_none=True, metadata={"description": "the resolution's item that this is part of"})
    is_parent = fields.Boolean(required=True, metadata={"description": "moves by its States' parts"})
    sample = fields.Boolean(required=True)
    origins = fields.List(fields.Nested(OriginOut), required=True)
    states = fields.List(fields.String(), required=True)
    beneficiaries = fields.List(fields.Nested(BeneficiaryOut), required=True)
    owner = fields.String(allow_none=True)
    supporting = fields.List(fields.String(), required=True)
    pending_with = fields.List(fields.String(), required=True)
    target_date = fields.String(allow_none=True)
    overdue = fields.Boolean(required=True)
    percent = fields.Integer(required=True)
    escalation_level = fields.Integer(required=True)
    reopen_count = fields.Integer(required=True)
    opened_at = fields.String(required=True)
    assigned_at = fields.String(allow_none=True)
    closed_at = fields.String(allow_none=True)


class ChildOut(Schema):
    id = fields.String(required=True)
    state = fields.String(required=True)
    status = fields.String(required=True)
    percent = fields.Integer(required=True)


class ActionOut(ActionSummaryOut):
    first_target_date = fields.String(allow_none=True)
    target_revision = fields.Integer(required=True)
    treatment = fields.String(allow_none=True)
    hold = fields.Nested(HoldOut, allow_none=True)
    milestones = fields.List(fields.Nested(MilestoneOut), required=True)
    children = fields.List(fields.Nested(ChildOut), required=True, metadata={"description": "of a resolution"})
    open_commands = fields.List(fields.String(), required=True, metadata={"description": "moves open to `as`"})


class ByOut(Schema):
    organisation = fields.String(required=True)
    principal = fields.String(required=True)


class EntryOut(Schema):
    seq = fields.Integer(required=True)
    id = fields.String(required=True, metadata={"description": "also the id of the event"})
    type = fields.String(required=True)
    at = fields.String(required=True)
    by = fields.Nested(ByOut, required=True)
    command = fields.String(allow_none=True)
    status = fields.String(required=True, metadata={"description": "status after it"})
    given = fields.Dict(metadata={"description": "what was given with the command, texts aside"})
    texts = fields.Dict(metadata={"description": "the texts by field; null where erased"})
    hash = fields.String(required=True, metadata={"description": "links the entry to the one before"})


class HistoryOut(Schema):
    items = fields.List(fields.Nested(EntryOut), required=True)
    verified = fields.Boolean(required=True, metadata={"description": "every link of the chain holds"})
    problems = fields.List(fields.String(), required=True)
