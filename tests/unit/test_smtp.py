"""The SMTP adapter against a real SMTP server that accepts, refuses, or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from services.notifier.adapters.mail import SmtpMailer, compose
from shared.errors import PermanentError, RetryableError
from tests.support.servers import free_port
from tests.unit.items import NOW
from tests.unit.notifications import ID, a_notification, mail_settings


class Server:
    """Answers RCPT and DATA as it is told to; `drop` closes the connection instead."""

    def __init__(self) -> None:
        self.rcpt, self.data, self.drop = "250 OK", "250 OK", False
        self.sender = "250 OK"
        self.messages: list[bytes] = []
        self.connections = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.drop:
            server.transport.abort()
        elif self.data.startswith("250"):
            self.messages.append(envelope.content)
        return self.data


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler, port = Server(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def mailer(server) -> Iterator[SmtpMailer]:
    made = SmtpMailer(mail_settings(port=server[1]))
    yield made
    made.close()


MAIL = compose(a_notification(), mail_settings(), "https://s.example", NOW)


def test_what_the_server_accepts_is_handed_over_over_one_connection(server, mailer):
    mailer.send(MAIL)
    mailer.send(MAIL)
    assert len(server[0].messages) == 2
    assert server[0].connections == 1
    assert ID.encode() in server[0].messages[0]


@pytest.mark.parametrize("where", ["rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 busy", RetryableError),
        ("451 later", RetryableError),
        ("550 nobody", PermanentError),
        ("554 no", PermanentError),
    ],
)
def test_4xx_is_tried_again_and_5xx_is_given_up(server, mailer, where, answer, error):
    setattr(server[0], where, answer)
    with pytest.raises(error, match=answer[:3]):
        mailer.send(MAIL)
    assert server[0].messages == []
    setattr(server[0], where, "250 OK")
    mailer.send(MAIL)  # a refusal leaves nothing behind that would spoil the next mail
    assert len(server[0].messages) == 1


def test_a_connection_that_is_dropped_may_be_tried_again_on_a_new_one(server, mailer):
    server[0].drop = True
    with pytest.raises(RetryableError, match="cannot be used"):
        mailer.send(MAIL)
    server[0].drop = False
    mailer.send(MAIL)
    assert (len(server[0].messages), server[0].connections) == (1, 2)


def test_a_server_that_is_not_there_may_come_back():
    with pytest.raises(RetryableError, match="cannot be used: ConnectionRefusedError"):
        SmtpMailer(mail_settings(port=free_port())).send(MAIL)


def test_a_server_without_starttls_gets_no_mail_where_it_is_required(server):
    mailer = SmtpMailer(mail_settings(port=server[1], starttls=True))
    with pytest.raises(RetryableError):
        mailer.send(MAIL)
    assert server[0].messages == []


def test_a_server_that_refuses_our_sender_is_no_reason_to_give_up_the_mail(server, mailer):
    server[0].sender = "550 wrong sender"
    with pytest.raises(RetryableError):
        mailer.send(MAIL)
    server[0].sender = "250 OK"
    mailer.send(MAIL)
    assert len(server[0].messages) == 1


def test_a_server_that_wants_no_password_of_ours_is_no_reason_to_give_up_the_mail(server):
    settings = replace(mail_settings(port=server[1]), username="sankalp", password="outdated")
    made = SmtpMailer(settings)
    with pytest.raises(RetryableError):
        made.send(MAIL)
    made.close()
