"""Every event, its topic, and the schema of its data, by type and version.

Optional fields may be added to a version. Anything else is a new version with an upcaster, deployed to the
consumers first. Consumers ignore fields that they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from shared.contracts.topics import ACTIONS_EVENTS, FEEDBACK_EVENTS, NOTIFICATIONS_EVENTS, Topic
from shared.errors import PoisonError, UnknownVersionError
from shared.messaging.envelope import Event


def _code(description: str, **options: Any) -> fields.String:
    return fields.String(required=True, metadata={"description": description}, **options)


def _codes(description: str) -> fields.List[str]:
    return fields.List(fields.String(), required=True, metadata={"description": description})


def _maybe(description: str) -> fields.String:
    return fields.String(allow_none=True, load_default=None, metadata={"description": description})


def _day(description: str) -> fields.String:
    return _maybe(description + " (YYYY-MM-DD)")


class _EventData(Schema):
    class Meta:
        unknown = EXCLUDE


class FeedbackSubmitted(_EventData):
    """A State has sent a submission. It never changes after this."""

    tracking_number = _code("what the State quotes; gives no right of access")
    meeting = _code("code of the meeting")
    kind = _code("suggestion, commitment, request or issue")
    state = _code("code of the State or UT")
    theme = _code("code of the agenda theme")
    initiative = _maybe("code of the initiative")
    title = _code("the State's title")
    details = _code("the State's text")
    target_date = _day("the date that the State proposes")
    file_number = _maybe("e-Office file number")
    submitted_at = _code("time of submission, RFC 3339 UTC")
    sample = fields.Boolean(load_default=False, metadata={"description": "a sample, not a real submission"})


class FeedbackSupplemented(_EventData):
    """A State has added to a submission that it had sent."""

    tracking_number = _code("the submission's tracking number")
    state = _code("code of the State or UT")
    text = _code("the State's addition")


class TrailStep(_EventData):
    """One change of status."""

    status = _code("status from then on")
    at = _code("time, RFC 3339 UTC")
    by = _code("organisation that moved it")


class ActionSnapshot(_EventData):
    """The public state of an action item as of the event: no submission's text, and where an item has several
    origins the title is the ministry's."""

    status = _code("status of the lifecycle table")
    kind = _code("kind of the item")
    title = _code("title")
    meeting = _code("code of the meeting")
    theme = _code("code of the agenda theme")
    initiative = _maybe("code of the initiative")
    resolution = _maybe("code of the resolution that opened it")
    parent = _maybe("id of the resolution's item that this is a State's part of")
    states = _codes("codes of the States concerned")
    owner = _maybe("organisation that must act")
    supporting = _codes("organisations that help the owner")
    beneficiaries = _codes("organisations that must agree that it is done")
    pending_with = _codes("organisations that must make the next move")
    target_date = _day("target date in force")
    percent = fields.Integer(required=True, metadata={"description": "progress, 0 to 100"})
    escalation_level = fields.Integer(required=True, metadata={"description": "0 at first"})
    reopen_count = fields.Integer(required=True, metadata={"description": "how often it was reopened"})
    merged_into = _maybe("id of the item that it was merged into")
    trail = fields.List(fields.Nested(TrailStep), required=True, metadata={"description": "newest changes of status"})


class _ActionEvent(_EventData):
    origins = _codes("ids of the submissions that the item answers; empty for resolutions and imports")
    snapshot = fields.Nested(ActionSnapshot, required=True)
    command = _maybe("the command that led to it; null when the system did")
    by = _code("organisation that acted")


class ActionOpened(_ActionEvent):
    """An item exists."""


class ActionAssigned(_ActionEvent):
    """An owner has it, with a target date."""

    owner = _code("organisation that must act")
    previous_owner = _maybe("organisation that had it before, if another")
    target_date = _code("target date (YYYY-MM-DD)")


class ActionStatusChanged(_ActionEvent):
    """A command moved it to another status."""

    previous = _code("status before")
    outcome = _maybe("the ministry's treatment of the report, or the class of the reason for a hold")


class ActionProgressReported(_ActionEvent):
    """The owner recorded progress, or sent the Action Taken Report."""

    previous = _code("status before")


class ActionTargetRevised(_ActionEvent):
    """The target date moved."""

    previous = _day("target date before, null if there was none")
    target_date = _code("target date now (YYYY-MM-DD)")
    revision = fields.Integer(required=True, metadata={"description": "1 for the first revision"})


class ActionMerged(_ActionEvent):
    """It goes on as part of another item."""

    into = _code("id of that item")


class ActionUnmerged(_ActionEvent):
    """A merge was undone."""

    out_of = _code("id of the item that it had been merged into")


class ActionNoted(_ActionEvent):
    """A party added a note."""


class ActionReminderDue(_ActionEvent):
    """The target date is near, or over."""

    step = _code("T-7, T-1, T or T+3, in working days")


class ActionEscalated(_ActionEvent):
    """It went one level up."""

    level = fields.Integer(required=True, metadata={"description": "the new level"})


class _NotificationEvent(_EventData):
    announcement = _code("id of the event that was announced")
    organisation = _code("organisation addressed")
    channel = _code("inbox or email")


class NotificationDelivered(_NotificationEvent):
    """Handed to the provider, or placed in the inbox."""

    attempts = fields.Integer(required=True, metadata={"description": "attempts made, 1 or more"})


class NotificationFailed(_NotificationEvent):
    """Given up."""

    reason = _code("why, as a stable word")
    attempts = fields.Integer(required=True, metadata={"description": "attempts made"})


class NotificationSkipped(_NotificationEvent):
    """Not sent on purpose."""

    reason = _code("why, as a stable word")


SchemaClass = type[Schema]


@dataclass(frozen=True)
class Contract:
    type: str
    version: int
    topic: Topic
    schema: SchemaClass

    @property
    def summary(self) -> str:
        return " ".join((self.schema.__doc__ or "").split())


CONTRACTS: dict[tuple[str, int], Contract] = {
    (contract.type, contract.version): contract
    for contract in (
        Contract("feedback.submitted", 1, FEEDBACK_EVENTS, FeedbackSubmitted),
        Contract("feedback.supplemented", 1, FEEDBACK_EVENTS, FeedbackSupplemented),
        Contract("action.opened", 1, ACTIONS_EVENTS, ActionOpened),
        Contract("action.assigned", 1, ACTIONS_EVENTS, ActionAssigned),
        Contract("action.status_changed", 1, ACTIONS_EVENTS, ActionStatusChanged),
        Contract("action.progress_reported", 1, ACTIONS_EVENTS, ActionProgressReported),
        Contract("action.target_revised", 1, ACTIONS_EVENTS, ActionTargetRevised),
        Contract("action.merged", 1, ACTIONS_EVENTS, ActionMerged),
        Contract("action.unmerged", 1, ACTIONS_EVENTS, ActionUnmerged),
        Contract("action.noted", 1, ACTIONS_EVENTS, ActionNoted),
        Contract("action.reminder_due", 1, ACTIONS_EVENTS, ActionReminderDue),
        Contract("action.escalated", 1, ACTIONS_EVENTS, ActionEscalated),
        Contract("notification.delivered", 1, NOTIFICATIONS_EVENTS, NotificationDelivered),
        Contract("notification.failed", 1, NOTIFICATIONS_EVENTS, NotificationFailed),
        Contract("notification.skipped", 1, NOTIFICATIONS_EVENTS, NotificationSkipped),
    )
}

_NEWEST = {type: max(v for t, v in CONTRACTS if t == type) for type, _ in CONTRACTS}


def current_version(type: str) -> int:
    """The version that is published now. Raises KeyError for a type that no contract names."""
    return _NEWEST[type]


def require_valid(type: str, data: Mapping[str, Any]) -> None:
    """Check the data of an event before it is written: nothing may be stored that no consumer could read. Raises
    ValueError, which is a fault of ours."""
    try:
        CONTRACTS[type, current_version(type)].schema().load(dict(data))
    except ValidationError as error:
        raise ValueError(f"data of {type} break their schema in: {', '.join(sorted(error.messages_dict))}") from None


def checked_data(event: Event) -> dict[str, Any]:
    """The event's data as its contract describes them, with fields that we do not know left out.

    Raises PoisonError when they break their schema or the type is not one of ours, and UnknownVersionError
    for a version newer than this release knows.
    """
    contract = CONTRACTS.get((event.type, event.version))
    if contract is None:
        if event.version > _NEWEST.get(event.type, 0) and event.type in _NEWEST:
            raise UnknownVersionError(f"{event.type} v{event.version} is newer than this release")
        raise PoisonError(f"no contract for {event.type} v{event.version}")
    try:
        return dict(contract.schema().load(dict(event.data)))
    except ValidationError as error:
        names = ", ".join(sorted(error.messages_dict))
        raise PoisonError(f"the data of {event.type} v{event.version} break their schema in: {names}") from None
