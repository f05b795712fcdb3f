"""A mailer that keeps what it is given, or refuses as it is told to."""

from __future__ import annotations

from email.message import EmailMessage


class FakeMailer:
    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []
        self.refuse_with: Exception | None = None

    def send(self, message: EmailMessage) -> None:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.sent.append(message)

    def close(self) -> None:
        pass
