"""What the lifecycle refuses."""

from __future__ import annotations


class IllegalMove(Exception):
    """The table has no such move from here for this organisation. `open_commands` are the moves that it has;
    `reason` is a stable word: status, role, later, children or too_late."""

    def __init__(self, command: str, status: str, open_commands: tuple[str, ...], reason: str) -> None:
        super().__init__(command, status)
        self.command = command
        self.status = status
        self.open_commands = open_commands
        self.reason = reason


class Unmet(Exception):
    """A move lacks what it requires, or has a value that breaks a rule. `flaws` are (field, stable word)."""

    def __init__(self, *flaws: tuple[str, str]) -> None:
        super().__init__(flaws)
        self.flaws = flaws
