"""The shapes of feedback's API. The same schema reads the form and the JSON body."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.feedback.domain.submission import KINDS
from shared.contracts.vocabulary import STATUSES
from shared.web.fields import Choice, Day, Email, Phone, StateCode, StrictSchema, Text
from shared.web.pagination import CursorField


class ContactIn(StrictSchema):
    """Whom the ministry may call about this submission. Stays in this service and is shown masked."""

    name = Text(most=120)
    designation = Text(most=120)
    phone = Phone()
    email = Email()


class SubmissionIn(StrictSchema):
    meeting = Text(most=40, required=True, metadata={"description": "code of the meeting, such as ITSC2024"})
    kind = Choice(KINDS, required=True, metadata={"description": "what it is"})
    state = StateCode(required=True, metadata={"description": "State or UT: AP, IN-AP or an old alias"})
    theme = Text(most=60, required=True, metadata={"description": "code of an agenda theme of the meeting"})
    initiative = Text(most=60, metadata={"description": "code of an initiative of the meeting"})
    title = Text(least=5, most=200, required=True, metadata={"description": "the matter in one line"})
    details = Text(least=10, most=10_000, multiline=True, required=True, metadata={"description": "the full text"})
    target_date = Day(metadata={"description": "proposed date, today or later in India"})
    file_number = Text(most=80, metadata={"description": "e-Office file number"})
    contact = fields.Nested(ContactIn, metadata={"description": "for a phone call about this submission"})
    sample = fields.Boolean(metadata={"description": "true for a demonstration; it is labelled as a sample"})


class FollowUpOut(Schema):
    """Where the submission stands, by the newest event of its action item."""

    status = fields.String(required=True, metadata={"description": "status of the item; submitted before there is one"})
    action_id = fields.String(allow_none=True)
    owner = fields.String(allow_none=True, metadata={"description": "organisation that must act"})
    pending_with = fields.List(fields.String(), metadata={"description": "who must make the next move"})
    target_date = fields.String(allow_none=True)
    percent = fields.Integer(allow_none=True)
    updated_at = fields.String(allow_none=True, metadata={"description": "time of that event"})


class ContactOut(Schema):
    """The contact, masked."""

    name = fields.String()
    designation = fields.String()
    phone = fields.String()
    email = fields.String()


class SubmissionSummaryOut(Schema):
    id = fields.String(required=True)
    tracking_number = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "always submitted; see follow_up.status"})
    meeting = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    theme = fields.String(required=True)
    initiative = fields.String(allow_none=True)
    title = fields.String(required=True)
    target_date = fields.String(allow_none=True)
    submitted_at = fields.String(required=True, metadata={"description": "RFC 3339, UTC"})
    sample = fields.Boolean(required=True)
    follow_up = fields.Nested(FollowUpOut, required=True)


class SubmissionOut(SubmissionSummaryOut):
    details = fields.String(required=True)
    file_number = fields.String(allow_none=True)
    contact = fields.Nested(ContactOut, allow_none=True)


class SubmissionQuery(StrictSchema):
    state = StateCode(metadata={"description": "only of this State or UT"})
    theme = Text(most=60, metadata={"description": "only of this theme"})
    status = Choice(STATUSES, metadata={"description": "only where the follow-up has this status"})
    q = Text(most=200, metadata={"description": "words that must all occur, or a number or its beginning"})
    cursor = CursorField(metadata={"description": "next_cursor of the page before"})


class TitledOut(Schema):
    code = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "title by language"})


class MeetingOut(Schema):
    code = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "title by language"})
    date = fields.String(required=True)
    themes = fields.List(fields.Nested(TitledOut))
    initiatives = fields.List(fields.Nested(TitledOut))


class MeetingsOut(Schema):
    items = fields.List(fields.Nested(MeetingOut), required=True)
