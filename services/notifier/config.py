"""The settings of the notifier service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

from shared.errors import SettingError
from shared.settings import Environment, KafkaSettings, MongoSettings, read_kafka, read_mongo


@dataclass(frozen=True)
class MailSettings:
    """The mail server and how long to be patient with it. `sender` is an RFC 5322 mailbox."""

    host: str
    port: int
    starttls: bool
    username: str
    password: str
    timeout_seconds: float
    sender: str
    too_old_hours: int


@dataclass(frozen=True)
class Config:
    mongo: MongoSettings
    kafka: KafkaSettings
    mail: MailSettings
    public_url: str

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Config:
        env = Environment(environ)
        return cls(
            mongo=read_mongo(env, "notifier"),
            kafka=read_kafka(env),
            mail=_read_mail(env),
            public_url=env.text("PUBLIC_URL").rstrip("/"),
        )


def _read_mail(env: Environment) -> MailSettings:
    sender = env.text("MAIL_FROM")
    if not parseaddr(sender)[1].count("@") == 1:
        raise SettingError(f"MAIL_FROM is {sender!r}; it takes a mailbox such as 'Sankalp <sankalp@example.org>'.")
    return MailSettings(
        host=env.text("SMTP_HOST"),
        port=env.integer("SMTP_PORT", least=1, most=65_535),
        starttls=env.choice("SMTP_STARTTLS", "yes", "no") == "yes",
        username=env.text("SMTP_USERNAME"),
        password=env.text("SMTP_PASSWORD"),
        timeout_seconds=env.seconds("SMTP_TIMEOUT_SECONDS"),
        sender=sender,
        too_old_hours=env.integer("MAIL_TOO_OLD_HOURS", least=1),
    )
