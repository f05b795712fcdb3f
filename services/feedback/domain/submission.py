"""What a State submits, and the rules that it must keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from services.feedback.domain.errors import Flaw, InvalidSubmission

KINDS = ("suggestion", "commitment", "request", "issue")


@dataclass(frozen=True)
class Meeting:
    """What a meeting lets a submission refer to."""

    code: str
    themes: frozenset[str]
    initiatives: frozenset[str]


@dataclass(frozen=True)
class Content:
    """The content of a submission, as cleaned by the edge. `target_date` is `YYYY-MM-DD`; `contact` holds
    `name`, `designation`, `phone`, `email`, each optional, and never leaves this service."""

    meeting: str
    kind: str
    state: str
    theme: str
    title: str
    details: str
    target_date: str | None = None
    initiative: str | None = None
    file_number: str | None = None
    contact: Mapping[str, str] | None = None
    sample: bool = False


def check(content: Content, meeting: Meeting | None, today: dt.date) -> None:
    """Raise InvalidSubmission, naming every field that breaks a rule.

    `today` is the calendar day in India. A proposed target date may be today, not earlier.
    """
    flaws = []
    if meeting is None:
        flaws.append(Flaw("meeting", "meeting_unknown"))
    else:
        if content.theme not in meeting.themes:
            flaws.append(Flaw("theme", "theme_unknown"))
        if content.initiative is not None and content.initiative not in meeting.initiatives:
            flaws.append(Flaw("initiative", "initiative_unknown"))
    if content.target_date is not None and dt.date.fromisoformat(content.target_date) < today:
        flaws.append(Flaw("target_date", "date_past"))
    if flaws:
        raise InvalidSubmission(tuple(flaws))
