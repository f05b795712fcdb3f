"""The resolutions of a conference become items: what the conference named, and nothing more."""

from __future__ import annotations

from typing import Any

from services.actions.adapters.items import Items
from services.actions.application.handlers import opening_entry
from services.actions.domain.item import MINISTRY, Item
from services.actions.domain.opening import from_resolution, part_of_resolution
from shared.clock import Clock, timestamp
from shared.ids import derive_id, new_id
from shared.outbox.aggregates import Taken
from shared.outbox.history import Context

# Namespace of the ids of resolutions' items.
_RESOLUTIONS = "6c1f3c5e-5d0f-5a63-9a0c-1d5be9f9d0c4"


def load_resolutions(items: Items, conference: dict[str, Any], clock: Clock) -> None:
    """Open an item for each resolution, and one for each State that the resolution names. Idempotent."""
    meeting = conference["meeting"]["code"]
    for resolution in conference["resolutions"]:
        at = timestamp(clock.now())
        parent_id = derive_id(_RESOLUTIONS, meeting, resolution["code"])
        parent = from_resolution(parent_id, meeting, resolution, tuple(resolution["states"]), at)
        _open(items, parent)
        for state in resolution["states"]:
            _open(items, part_of_resolution(derive_id(parent_id, state), parent, state, at))


def _open(items: Items, item: Item) -> None:
    context = Context(by={"organisation": MINISTRY, "principal": "system"}, correlation_id=new_id())
    try:
        items.add(item, opening_entry(item, derive_id(item.id, "opened"), context))
    except Taken as taken:
        if taken.key != ("_id",):
            raise
