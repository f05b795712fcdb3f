"""Who is told of an event, on which channel, and whom we leave out and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MINISTRY = "MEITY"

# Why a notification is skipped: stable words, shown to people by the edge.
OWN_ACTION, NO_MAILBOX, TOO_OLD = "own_action", "no_mailbox", "too_old"


@dataclass(frozen=True)
class Mailbox:
    """An organisation's mailbox; mails to it hold these languages, in this order."""

    organisation: str
    address: str
    languages: tuple[str, ...] = ("en", "hi")


@dataclass(frozen=True)
class Rule:
    """Of one event type: the audiences, each with its channels. `command` narrows the rule to one command."""

    event: str
    audiences: Mapping[str, Sequence[str]] = field(hash=False)
    command: str | None = None


@dataclass(frozen=True)
class Recipient:
    """One notification to be: `skip` is None, or the reason why it will not be sent."""

    organisation: str
    audience: str
    channel: str
    address: str | None = None
    languages: tuple[str, ...] = ()
    skip: str | None = None


def resolve(
    event_type: str,
    data: Mapping[str, Any],
    occurred_at: dt.datetime,
    now: dt.datetime,
    rules: Sequence[Rule],
    directory: Mapping[str, Sequence[Mailbox]],
    too_old: dt.timedelta,
) -> tuple[Recipient, ...]:
    """The recipients of one event, once for each organisation and channel.

    `data` is the event's data with its `snapshot` and `by`. An organisation that belongs to several audiences
    is addressed as the first of them. Nobody is told what it did itself.
    """
    found: dict[tuple[str, str], Recipient] = {}
    late = now - occurred_at > too_old
    for audience, channels in _audiences(event_type, data, rules).items():
        for organisation in _members(audience, data["snapshot"]):
            skip = OWN_ACTION if organisation == data.get("by") else None
            for channel in channels:
                for recipient in _addressed(organisation, audience, channel, directory, skip, late):
                    found.setdefault((recipient.address or organisation, channel), recipient)
    return tuple(found.values())


def _audiences(event_type: str, data: Mapping[str, Any], rules: Sequence[Rule]) -> Mapping[str, Sequence[str]]:
    """The most specific rule: one for this command before one for the event type."""
    fitting = [rule for rule in rules if rule.event == event_type and rule.command in (None, data.get("command"))]
    return max(fitting, key=lambda rule: rule.command is not None).audiences if fitting else {}


def _members(audience: str, snapshot: Mapping[str, Any]) -> Sequence[str]:
    if audience == "ministry":
        return [MINISTRY]
    if audience == "states" and snapshot.get("kind") == "resolution" and not snapshot.get("parent"):
        return []  # a resolution as a whole: its States are told of their own parts
    if audience == "owner":
        return [snapshot["owner"]] if snapshot.get("owner") else []
    members: Sequence[str] = snapshot[audience]  # beneficiaries, supporting, states
    return members


def _addressed(
    organisation: str,
    audience: str,
    channel: str,
    directory: Mapping[str, Sequence[Mailbox]],
    skip: str | None,
    late: bool,
) -> list[Recipient]:
    if channel != "email":
        return [Recipient(organisation, audience, channel, skip=skip)]
    mailboxes = directory.get(organisation, ())
    if not mailboxes:
        return [Recipient(organisation, audience, channel, skip=skip or NO_MAILBOX)]
    skip = skip or (TOO_OLD if late else None)
    return [Recipient(organisation, audience, channel, box.address, box.languages, skip) for box in mailboxes]


def retry_after(attempts: int) -> dt.timedelta:
    """The pause after the n-th failed attempt: 5 s, doubled each time, at most 15 minutes."""
    return dt.timedelta(seconds=min(5 * 2 ** (attempts - 1), 900))
