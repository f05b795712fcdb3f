"""The shapes of notifier's API."""

from __future__ import annotations

from marshmallow import Schema, fields

from shared.contracts.vocabulary import CHANNELS, DELIVERY_STATUSES
from shared.web.fields import Choice, OrganisationCode, StrictSchema
from shared.web.pagination import CursorField


class InboxQuery(StrictSchema):
    organisation = OrganisationCode(metadata={"description": "whose inbox; all where it is left out, until sign-in"})
    unread = fields.Boolean(metadata={"description": "true: only unread; false: only read"})
    cursor = CursorField(metadata={"description": "next_cursor of the page before"})


class LogQuery(StrictSchema):
    organisation = OrganisationCode()
    status = Choice(DELIVERY_STATUSES)
    channel = Choice(CHANNELS)
    cursor = CursorField()


class DeliveryOut(Schema):
    """What became of one channel."""

    status = fields.String(required=True, metadata={"description": "pending, sent, failed or skipped"})
    reason = fields.String(allow_none=True, metadata={"description": "why it failed or was skipped, a stable word"})
    attempts = fields.Integer(required=True)
    at = fields.String(allow_none=True, metadata={"description": "when it was settled"})


class NotificationOut(Schema):
    id = fields.String(required=True)
    organisation = fields.String(required=True)
    event_id = fields.String(required=True, metadata={"description": "the event that is announced"})
    event_type = fields.String(required=True)
    action_id = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "in the language of Accept-Language"})
    text = fields.String(required=True)
    occurred_at = fields.String(required=True)
    read_at = fields.String(allow_none=True)
    delivery = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(DeliveryOut),
        required=True,
        metadata={"description": "by channel: inbox, email"},
    )
