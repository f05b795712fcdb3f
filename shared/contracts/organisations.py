"""The organisations: 28 States, 8 Union Territories, the ministry's desk, its divisions and line ministries.

The codes of States are those of ISO 3166-2:IN without the prefix; LGD codes are those of the Local
Government Directory. Codes that older systems use are read as aliases and never written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

MINISTRY = "MEITY"

_FOLDER = resources.files("shared.contracts.reference")


@dataclass(frozen=True)
class Organisation:
    """`kind` is state, ut, ministry, division or line_ministry; `name` and `short` (for tables) are by language
    code."""

    code: str
    kind: str
    name: dict[str, str]
    short: dict[str, str]
    aliases: tuple[str, ...] = ()

    @property
    def is_state(self) -> bool:
        return self.kind in ("state", "ut")

    def label(self, language: str) -> str:
        return self.name.get(language) or self.name["en"]


@cache
def organisations() -> dict[str, Organisation]:
    rows = json.loads((_FOLDER / "organisations.json").read_text(encoding="utf-8"))
    return {
        row["code"]: Organisation(
            row["code"], row["kind"], row["name"], row.get("short", row["name"]), tuple(row.get("aliases", ()))
        )
        for row in rows
    }


@cache
def states() -> dict[str, Organisation]:
    """The 36 States and UTs, by code, in the order of their English names."""
    found = [organisation for organisation in organisations().values() if organisation.is_state]
    return {o.code: o for o in sorted(found, key=lambda o: o.name["en"])}


def state_code(text: str) -> str | None:
    """The code of a State from `AP`, `IN-AP`, any case, or an old alias (`OR`, `TG`, `UT`, …); else None."""
    code = text.strip().upper().removeprefix("IN-")
    if code in states():
        return code
    for state in states().values():
        if code in state.aliases:
            return state.code
    return None


def organisation_code(text: str) -> str | None:
    """The code of any organisation, States by `state_code`; else None."""
    code = text.strip().upper()
    return code if code in organisations() else state_code(text)


def organisation_label(code: str, language: str) -> str:
    """What people read instead of the code; the code itself if it is not one of ours."""
    organisation = organisations().get(code)
    return organisation.label(language) if organisation else code


def organisation_short(code: str, language: str) -> str:
    """As `organisation_label`, short enough for a table: MeitY, NIC, Andhra Pradesh."""
    organisation = organisations().get(code)
    return (organisation.short.get(language) or organisation.short["en"]) if organisation else code


@cache
def first_conference() -> dict[str, Any]:
    """The conference of 17 December 2024 as data: meeting, themes, initiatives, resolutions (from the Press
    Information Bureau's release 2087321)."""
    text = (_FOLDER / "conference-2024-12-17.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
