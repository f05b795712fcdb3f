"""Builders of notifications, as the dispatcher stores them."""

from __future__ import annotations

from typing import Any

from services.notifier.config import Config, MailSettings
from tests.contract.examples import example

ID = "5b0e7a4e-5f0a-5b7c-8f6e-1d2c3b4a5e6f"


def mail_settings(**changes: Any) -> MailSettings:
    settings = Config.read({}).mail
    return MailSettings(**{**settings.__dict__, "timeout_seconds": 5.0, **changes})


def a_notification(event: str = "action.assigned", audience: str = "owner", **changes: Any) -> dict[str, Any]:
    """A mail to NIC; `title`, `command` and `snapshot` change the event's data."""
    data = example(f"{event}.v1")["data"]
    snapshot = {**data["snapshot"], **changes.pop("snapshot", {})}
    if "title" in changes:
        snapshot["title"] = changes.pop("title")
    command = changes.pop("command", data["command"])
    return {
        "_id": ID,
        "event_type": event,
        "action_id": "01938a3c-5a10-7c1e-9a52-2f6d2c0b7a11",
        "organisation": "NIC",
        "audience": audience,
        "address": "nic@sankalp.example",
        "languages": ["en", "hi"],
        "data": {**data, "snapshot": snapshot, "command": command},
        **changes,
    }
