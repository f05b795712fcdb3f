"""E-mail: one message with text and HTML in the mailbox's languages, through any SMTP server."""

from __future__ import annotations

import datetime as dt
import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, select_autoescape

from services.notifier.adapters.wording import wording, words_of
from services.notifier.config import MailSettings
from shared.contracts.organisations import organisation_label
from shared.errors import PermanentError, RetryableError

_TEMPLATES = Environment(
    loader=PackageLoader("services.notifier", "web/templates/mail"),
    autoescape=select_autoescape(("html",)),
    trim_blocks=True,
    lstrip_blocks=True,
)


class Mailer(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hand one message over. Raises RetryableError when it may be accepted later, PermanentError when the
        server will never take it."""

    def close(self) -> None: ...


def compose(notification: Mapping[str, Any], settings: MailSettings, public_url: str, now: dt.datetime) -> EmailMessage:
    """The mail of a notification. `Message-ID` is made from the notification's id: a repeat carries the same."""
    languages = notification["languages"]
    parts = [
        {
            "language": language,
            "words": words_of(notification, language),
            "wording": wording(language),
            "organisation": organisation_label(notification["organisation"], language),
        }
        for language in languages
    ]
    link = f"{public_url}/actions/items/{notification['action_id']}"
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = notification["address"]
    message["Subject"] = " ".join(words_of(notification, languages[0]).title.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{notification['_id']}@{parseaddr(settings.sender)[1].split('@')[1]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_TEMPLATES.get_template("mail.txt").render(parts=parts, link=link))
    message.add_alternative(_TEMPLATES.get_template("mail.html").render(parts=parts, link=link), subtype="html")
    # After the contents: setting them takes Content-* headers away.
    message["Content-Language"] = ", ".join(languages)
    return message


class SmtpMailer:
    """Keeps one connection and makes a new one after an error. Not thread-safe."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        try:
            self._connected().send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self._forget()
            raise _by_code(next(iter(error.recipients.values()))[0]) from error
        except smtplib.SMTPDataError as error:
            self._forget()
            raise _by_code(error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            # Also a refused sender or password: that is ours to mend, and no reason to give up a mail.
            raise RetryableError(f"the mail server cannot be used: {type(error).__name__}") from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            settings = self._settings
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
            if settings.starttls:
                connection.starttls()
            if settings.username:
                connection.login(settings.username, settings.password)
            self._connection = connection
        return self._connection


def _by_code(code: int) -> Exception:
    """RFC 5321: 4yz may succeed later, 5yz never will."""
    if 500 <= code < 600:
        return PermanentError(f"refused with {code}")
    return RetryableError(f"not accepted now, {code}")
