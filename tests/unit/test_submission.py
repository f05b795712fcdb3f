"""The rules of a submission."""

from __future__ import annotations

import datetime as dt

import pytest

from services.feedback.domain.errors import InvalidSubmission
from services.feedback.domain.submission import Content, Meeting, check

TODAY = dt.date(2025, 1, 15)
MEETING = Meeting("ITSC2024", frozenset({"data-exchange"}), frozenset({"aadhaar"}))


def content(**changes) -> Content:
    values = {"meeting": "ITSC2024", "kind": "request", "state": "AR", "theme": "data-exchange"}
    return Content(**{**values, "title": "Map layers", "details": "The districts ask for them.", **changes})


def flaws(made: Content, meeting: Meeting | None = MEETING) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as invalid:
        check(made, meeting, TODAY)
    return {flaw.field: flaw.reason for flaw in invalid.value.flaws}


@pytest.mark.parametrize("changes", [{}, {"initiative": "aadhaar"}, {"target_date": "2025-01-15"}])
def test_a_submission_that_keeps_the_rules_passes(changes):
    check(content(**changes), MEETING, TODAY)


def test_an_unknown_meeting_is_named_and_its_themes_are_not_guessed_at():
    assert flaws(content(theme="astrology"), None) == {"meeting": "meeting_unknown"}


def test_every_flaw_is_named_at_once():
    made = content(theme="astrology", initiative="alchemy", target_date="2025-01-14")
    assert flaws(made) == {"theme": "theme_unknown", "initiative": "initiative_unknown", "target_date": "date_past"}
