"""How a stored submission is told to a client or a page."""

from __future__ import annotations

from typing import Any

from shared.storage.client import Document

_ABSENT: dict[str, Any] = {
    "action_id": None,
    "owner": None,
    "pending_with": [],
    "target_date": None,
    "percent": None,
    "updated_at": None,
}


def summary(document: Document) -> dict[str, Any]:
    """The fields of a list."""
    shown = document["follow_up"]["shown"]
    return {
        "id": document["_id"],
        "status": "submitted",
        **{
            name: document.get(name)
            for name in (
                "tracking_number",
                "meeting",
                "kind",
                "state",
                "theme",
                "initiative",
                "title",
                "target_date",
                "submitted_at",
            )
        },
        "sample": bool(document.get("sample")),
        "follow_up": {**_ABSENT, **shown},
    }


def whole(document: Document) -> dict[str, Any]:
    """Everything but the contact, which is masked."""
    return {
        **summary(document),
        "details": document["details"],
        "file_number": document.get("file_number"),
        "contact": masked(document.get("contact")),
    }


def masked(contact: dict[str, str] | None) -> dict[str, str] | None:
    """A contact as anybody may see it: initials, the last digits, the first letter of the mailbox."""
    if not contact:
        return None
    shown = dict(contact)
    if "name" in shown:
        shown["name"] = " ".join(word[0] + "…" for word in shown["name"].split())
    if "phone" in shown:
        shown["phone"] = "…" + shown["phone"][-3:]
    if "email" in shown:
        mailbox, _, domain = shown["email"].partition("@")
        shown["email"] = f"{mailbox[:1]}…@{domain}"
    return shown
