"""What actions' own refusals say to a person."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from services.actions.application.command import ChangedMeanwhile, HistoryFull, KeyReused, NoSuchItem
from services.actions.domain.errors import IllegalMove, Unmet
from shared.contracts.vocabulary import COMMANDS, STATUSES
from shared.web.conditional import key_reused, stale
from shared.web.problem import FieldProblem, Problem

_FLAWS = {
    "required": _l("This move requires it."),
    "not_here": _l("It does not belong to this move. Leave it out."),
    "date_past": _l("This date has passed. Choose today or a later day."),
    "changes_hands": _l("The item changes hands: give a reason."),
    "late": _l("The target date has passed: give the reason for the delay."),
    "percent_or_text": _l("Give the progress in percent, or a text, or both."),
    "unchanged": _l("This is the date already in force."),
}
_WHY = {
    "status": _l("This is not possible while the item is “{status}”."),
    "role": _l("This is not a move of the organisation that acts."),
    "later": _l("This move is not available yet."),
    "children": _l("A resolution moves by its States' parts. Open the part of a State."),
    "too_late": _l("It is too late for this. Ask the ministry."),
}


def illegal(error: IllegalMove) -> Problem:
    why = str(_WHY[error.reason]).format(status=STATUSES[error.status])
    return Problem(
        409,
        "illegal-move",
        _l("This move is not open"),
        f"{why} {open_moves(error.open_commands)}",
        extra={"open_commands": list(error.open_commands)},
    )


def open_moves(commands: tuple[str, ...]) -> Any:
    if not commands:
        return gettext("No move is open to this organisation now.")
    return gettext("Open now: %(moves)s.", moves=", ".join(f"{COMMANDS[name]} ({name})" for name in commands))


def flaws(error: Unmet) -> tuple[FieldProblem, ...]:
    return tuple(FieldProblem(name, _FLAWS[reason]) for name, reason in error.flaws)


def _unmet(error: Unmet) -> Problem:
    return Problem(
        422,
        "invalid",
        _l("Something must be corrected"),
        _l("Correct the fields that are named and send again."),
        flaws(error),
    )


def _no_such_item(error: NoSuchItem) -> Problem:
    return Problem(404, "not-found", _l("Not found"), _l("There is no action item with this id. Check the address."))


def history_full() -> Problem:
    return Problem(
        409,
        "history-full",
        _l("This item holds too much"),
        _l("Its history has reached the size that can be stored. Please tell the operator of this installation."),
    )


PROBLEMS: dict[type[Exception], Any] = {
    IllegalMove: illegal,
    Unmet: _unmet,
    NoSuchItem: _no_such_item,
    ChangedMeanwhile: lambda error: stale(error.revision),
    HistoryFull: lambda error: history_full(),
    KeyReused: lambda error: key_reused(),
}
