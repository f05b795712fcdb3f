"""Ids that more than one service derives for itself, and that therefore are part of the contract."""

from __future__ import annotations

from shared.ids import derive_id


def item_of_submission(submission_id: str) -> str:
    """The id of the action item that a submission becomes: exactly one, however often the event arrives."""
    return derive_id(submission_id, "action-item")
