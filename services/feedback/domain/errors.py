"""What the rules of a submission refuse."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Flaw:
    """One field that breaks a rule. `reason` is a stable word; the edge has the sentence for it."""

    field: str
    reason: str


class InvalidSubmission(Exception):
    """The submission breaks a rule of the meeting it is for. `flaws` names every field, not only the first."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__(flaws)
        self.flaws = flaws


class AlreadySent(Exception):
    """The same key was used for a submission with another content."""

    def __init__(self, tracking_number: str) -> None:
        super().__init__(tracking_number)
        self.tracking_number = tracking_number
