"""What feedback's own refusals say to a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from services.feedback.domain.errors import AlreadySent, InvalidSubmission
from shared.web.conditional import key_reused
from shared.web.problem import FieldProblem, Problem

_REASONS = {
    "meeting_unknown": _l("There is no such meeting. Use a code from GET /api/v1/meetings, such as ITSC2024."),
    "theme_unknown": _l("This meeting has no such theme. Choose one of the meeting's themes."),
    "initiative_unknown": _l("This meeting has no such initiative. Choose one of them, or leave it out."),
    "date_past": _l("This date has passed. Choose today or a later day, or leave it out."),
}


def flaws(error: InvalidSubmission) -> tuple[FieldProblem, ...]:
    return tuple(FieldProblem(flaw.field, _REASONS[flaw.reason]) for flaw in error.flaws)


def invalid(error: InvalidSubmission) -> Problem:
    return Problem(
        422,
        "invalid",
        _l("Something must be corrected"),
        _l("Correct the fields that are named and send again."),
        flaws(error),
    )


PROBLEMS = {InvalidSubmission: invalid, AlreadySent: lambda error: key_reused()}
