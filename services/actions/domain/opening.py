"""How items come into being: from a submission, and from a resolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.actions.domain.item import MINISTRY, Beneficiary, Item, Origin


@dataclass(frozen=True)
class Routing:
    """Which division owns what: by initiative where one is named, else by theme, else the ministry's desk."""

    by_theme: Mapping[str, str] = field(hash=False)
    by_initiative: Mapping[str, str] = field(hash=False)

    def owner(self, theme: str, initiative: str | None) -> str:
        return self.by_initiative.get(initiative or "") or self.by_theme.get(theme) or MINISTRY


def from_submission(id: str, submission: str, data: Mapping[str, Any], routing: Routing, at: str) -> Item:
    """The item that a submission becomes. A commitment is owned by its State and agreed by the ministry;
    anything else is owned by the division that routing names and agreed by the State."""
    state = data["state"]
    commitment = data["kind"] == "commitment"
    return Item(
        id=id,
        kind=data["kind"],
        title=data["title"],
        meeting=data["meeting"],
        theme=data["theme"],
        initiative=data.get("initiative"),
        opened_at=at,
        sample=bool(data.get("sample")),
        origins=(
            Origin(
                submission=submission,
                tracking_number=data["tracking_number"],
                state=state,
                title=data["title"],
                details=data["details"],
                file_number=data.get("file_number"),
            ),
        ),
        states=(state,),
        beneficiaries=(Beneficiary(MINISTRY if commitment else state),),
        owner=state if commitment else routing.owner(data["theme"], data.get("initiative")),
        trail=({"status": "open", "at": at, "by": state},),
    )


def from_resolution(id: str, meeting: str, resolution: Mapping[str, Any], states: tuple[str, ...], at: str) -> Item:
    """The item of a resolution as a whole. It moves by its States' parts; `states` may be empty while the
    coordinator has still to choose them."""
    return Item(
        id=id,
        kind="resolution",
        title=resolution["title"]["en"],
        meeting=meeting,
        theme=resolution["theme"],
        resolution=resolution["code"],
        is_parent=True,
        opened_at=at,
        states=states,
        beneficiaries=(Beneficiary(MINISTRY),),
        trail=({"status": "open", "at": at, "by": MINISTRY},),
    )


def part_of_resolution(id: str, parent: Item, state: str, at: str) -> Item:
    """One State's part of a resolution: owned by the State, agreed by the ministry."""
    return Item(
        id=id,
        kind="resolution",
        title=parent.title,
        meeting=parent.meeting,
        theme=parent.theme,
        resolution=parent.resolution,
        children_of=parent.id,
        opened_at=at,
        states=(state,),
        beneficiaries=(Beneficiary(MINISTRY),),
        owner=state,
        trail=({"status": "open", "at": at, "by": MINISTRY},),
    )
