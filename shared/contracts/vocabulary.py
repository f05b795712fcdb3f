"""The words of the field, and what people see for each. Labels are translated when they are shown.

The domains keep their own lists (they import nothing from here); a test holds the two against each other.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KINDS = {
    "suggestion": _l("Suggestion"),
    "commitment": _l("Commitment"),
    "request": _l("Request"),
    "issue": _l("Issue"),
}

# An item opened by a resolution has this kind; nobody submits one.
ITEM_KINDS = {**KINDS, "resolution": _l("Resolution")}

STATUSES = {
    "submitted": _l("Submitted"),
    "open": _l("Open"),
    "assigned": _l("Assigned"),
    "in_progress": _l("In progress"),
    "reported": _l("Reported"),
    "disposed": _l("Disposed"),
    "closed": _l("Closed"),
    "contested": _l("Contested"),
    "declined": _l("Declined"),
    "on_hold": _l("On hold"),
    "merged": _l("Merged"),
    "withdrawn": _l("Withdrawn"),
}

# Status is never told by colour alone: each has an icon (Bootstrap Icons) and a tone of the stylesheet.
STATUS_ICONS = {
    "submitted": "send",
    "open": "inbox",
    "assigned": "person-check",
    "in_progress": "play-circle",
    "reported": "file-earmark-text",
    "disposed": "hourglass-split",
    "closed": "check-circle",
    "contested": "exclamation-triangle",
    "declined": "x-circle",
    "on_hold": "pause-circle",
    "merged": "union",
    "withdrawn": "arrow-counterclockwise",
}

COMMANDS = {
    "assign": _l("Assign"),
    "return": _l("Return"),
    "start": _l("Start work"),
    "progress": _l("Record progress"),
    "report": _l("Send Action Taken Report"),
    "treat": _l("Treat the report"),
    "accept": _l("Accept"),
    "contest": _l("Contest"),
    "decline": _l("Decline"),
    "hold": _l("Put on hold"),
    "resume": _l("Resume"),
    "revise_date": _l("Revise the target date"),
    "withdraw": _l("Withdraw"),
    "reopen": _l("Reopen"),
    "note": _l("Add a note"),
}

# How the ministry treats a report: the closed list of the committees of Parliament.
TREATMENTS = {
    "accepted": _l("Accepted"),
    "not_pursued": _l("Not to be pursued further"),
    "reiterated": _l("Reiterated"),
    "final_awaited": _l("Final report awaited"),
    "interim": _l("Interim reply"),
}

HOLD_REASONS = {
    "policy": _l("Policy decision awaited"),
    "sub_judice": _l("Sub judice"),
    "awaiting_state": _l("Awaiting the State"),
    "awaiting_ministry": _l("Awaiting the ministry"),
}

VERDICTS = {"pending": _l("Verdict pending"), "accepted": _l("Accepted"), "contested": _l("Contested")}

CHANNELS = {"inbox": _l("Inbox"), "email": _l("E-mail")}

DELIVERY_STATUSES = {
    "pending": _l("Waiting"),
    "sent": _l("Sent"),
    "failed": _l("Failed"),
    "skipped": _l("Skipped"),
}
