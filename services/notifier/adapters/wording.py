"""The words of notifications: data per event, command, audience and language (`data/wording/<language>.json`).

A key is `<event>[:<command or kind of item>][/<audience>]`; the most specific one that exists is taken. A further
language is a further file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from shared.contracts.organisations import organisation_label

_FOLDER = resources.files("services.notifier.data").joinpath("wording")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Words:
    title: str
    text: str


@cache
def wording(language: str) -> dict[str, Any]:
    """The wording of a language; English where there is none."""
    file = _FOLDER.joinpath(f"{language}.json")
    if not file.is_file():
        return wording(DEFAULT_LANGUAGE)
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def words_of(notification: Mapping[str, Any], language: str) -> Words:
    """What a notification says in a language."""
    words = wording(language)
    event, audience, data = notification["event_type"], notification["audience"], notification["data"]
    variant = data.get("command") or data["snapshot"]["kind"]
    keys = (f"{event}:{variant}/{audience}", f"{event}:{variant}", f"{event}/{audience}", event)
    entry = next(words["events"][key] for key in keys if key in words["events"])
    values = _values(notification["data"], words, language)
    return Words(entry["title"].format_map(values), entry["text"].format_map(values))


def _values(data: Mapping[str, Any], words: Mapping[str, Any], language: str) -> dict[str, Any]:
    snapshot = data["snapshot"]

    def names(codes: list[str]) -> str:
        return ", ".join(organisation_label(code, language) for code in codes) or words["nobody"]

    date = snapshot.get("target_date")
    return {
        "title": snapshot["title"],
        "kind": words["kinds"][snapshot["kind"]],
        "status": words["statuses"][snapshot["status"]],
        "owner": names([snapshot["owner"]] if snapshot.get("owner") else []),
        "states": names(snapshot["states"]),
        "pending_with": names(snapshot["pending_with"]),
        "target_date": "-".join(reversed(date.split("-"))) if date else words["no_date"],
        "percent": snapshot["percent"],
        "escalation_level": snapshot["escalation_level"],
        "by": names([data["by"]]),
    }
