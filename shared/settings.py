"""Every setting of every process, and how it is read.

Configuration is read once, at the entrypoint, into frozen dataclasses (`services/*/config.py`). A setting
that is missing or unusable stops the process with a message that names the key and the remedy. Every setting
may also come from a file named by `<KEY>_FILE`, as container platforms mount secrets.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shared.errors import SettingError


@dataclass(frozen=True)
class Setting:
    key: str
    default: str | None  # None: required
    purpose: str


SETTINGS: dict[str, Setting] = {
    setting.key: setting
    for setting in (
        # --- where the parts are
        Setting("MONGODB_URI", "mongodb://127.0.0.1:27017/?replicaSet=rs0", "MongoDB; a replica set"),
        Setting("MONGODB_PREFIX", "sankalp_", "database name = this prefix + the service's name"),
        Setting("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092", "comma-separated host:port of the broker"),
        Setting("KAFKA_TOPIC_PREFIX", "", "put before every topic and consumer group name"),
        Setting("KAFKA_PARTITIONS", "12", "partitions of a topic that this system creates"),
        Setting("KAFKA_REPLICATION", "1", "replication factor of a topic that this system creates (3 in production)"),
        Setting("KAFKA_RETENTION_DAYS", "14", "how long a topic keeps its events, in days"),
        Setting("KAFKA_SESSION_TIMEOUT_MS", "45000", "consumer session timeout, ms (6000 locally)"),
        Setting("KAFKA_FETCH_MAX_WAIT_MS", "100", "how long the broker may hold a fetch, ms (25 on Tansu)"),
        # --- the web
        Setting("BIND_HOST", "127.0.0.1", "address that the web process and the internal port listen on"),
        Setting("PORT", None, "port of the web process"),
        Setting("INTERNAL_PORT", None, "port of /metrics, /healthz and /readyz of this process; never public"),
        Setting("PUBLIC_URL", "http://127.0.0.1:8000", "address of the front door, as people type it"),
        Setting("TRUSTED_HOSTS", "127.0.0.1,localhost", "comma-separated Host values that are answered"),
        Setting("ACCESS", "sign-in", "'sign-in' (everywhere) or 'loopback' (no sign-in; only while bound to loopback)"),
        Setting("SECRET_KEY", None, "signs form tokens and the language cookie; at least 32 characters"),
        Setting("WEB_WORKERS", "2", "gunicorn worker processes"),
        Setting("WEB_THREADS", "8", "threads of each worker"),
        Setting("METRICS_DIR", "", "folder for the counters of the web workers; empty: a temporary one"),
        # --- pace and patience
        Setting("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR"),
        Setting("POLL_SECONDS", "1.0", "how often a loop looks by itself; a change stream wakes it earlier"),
        Setting("LEASE_SECONDS", "10", "how long the relay's lease lasts; renewed at three tenths of it"),
        Setting("BROKER_CHECK_SECONDS", "5", "how often the relay compares the topics' ids with its own record"),
        Setting("RECOVERY_DAYS", "30", "entries this young are sent again by themselves when the broker forgot"),
        Setting("RETRY_MAX_SECONDS", "60", "longest pause between two tries after a passing failure"),
        Setting("CONSUMER_STOP_AFTER", "20", "dead letters in a row after which a consumer stops"),
        Setting("WATCHDOG_SECONDS", "60", "a consumer that has a lag and does not move for so long ends itself"),
        # --- notifications
        Setting("SMTP_HOST", "127.0.0.1", "mail server"),
        Setting("SMTP_PORT", "1025", "port of the mail server"),
        Setting("SMTP_STARTTLS", "no", "'yes' to require STARTTLS"),
        Setting("SMTP_USERNAME", "", "empty: no authentication"),
        Setting("SMTP_PASSWORD", "", "password of SMTP_USERNAME"),
        Setting("SMTP_TIMEOUT_SECONDS", "10", "patience with the mail server"),
        Setting("MAIL_FROM", "Sankalp <sankalp@meity.example>", "sender of every e-mail"),
        Setting("MAIL_TOO_OLD_HOURS", "48", "an event older than this at first sight goes to the inbox only"),
        # --- tests only
        Setting("CRASH_AT", "", "end the process with SIGKILL at this point (see shared/crash.py); loopback only"),
    )
}


class Environment:
    """Reads declared settings from a mapping such as `os.environ`."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, key: str) -> str:
        setting = SETTINGS[key]
        path = self._values.get(f"{key}_FILE")
        if path is not None:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingError(f"{key}_FILE names {path!r}, which cannot be read: {error.strerror}") from error
        value = self._values.get(key, setting.default)
        if value is None:
            raise SettingError(f"{key} is not set. It is the {setting.purpose}.")
        return value

    def integer(self, key: str, least: int = 0, most: int = 1_000_000_000) -> int:
        value = self.text(key)
        try:
            number = int(value)
        except ValueError:
            raise SettingError(f"{key} is {value!r}; it takes a whole number.") from None
        if not least <= number <= most:
            raise SettingError(f"{key} is {number}; it takes a number from {least} to {most}.")
        return number

    def seconds(self, key: str) -> float:
        value = self.text(key)
        try:
            number = float(value)
        except ValueError:
            raise SettingError(f"{key} is {value!r}; it takes a number.") from None
        if not 0 < number < 10_000_000:
            raise SettingError(f"{key} is {value!r}; it takes a number above 0.")
        return number

    def choice(self, key: str, *choices: str) -> str:
        value = self.text(key)
        if value not in choices:
            raise SettingError(f"{key} is {value!r}; it takes one of {', '.join(choices)}.")
        return value

    def items(self, key: str) -> tuple[str, ...]:
        return tuple(item.strip() for item in self.text(key).split(",") if item.strip())


def is_loopback(host: str) -> bool:
    """Whether an address or name can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class MongoSettings:
    uri: str
    database: str


@dataclass(frozen=True)
class KafkaSettings:
    bootstrap_servers: tuple[str, ...]
    topic_prefix: str
    partitions: int
    replication: int
    retention_days: int
    session_timeout_ms: int
    fetch_max_wait_ms: int


@dataclass(frozen=True)
class WebSettings:
    bind_host: str
    port: int
    public_url: str
    trusted_hosts: tuple[str, ...]
    open_on_loopback: bool
    secret_key: str
    workers: int
    threads: int
    metrics_dir: str


@dataclass(frozen=True)
class RoleSettings:
    """What every process has, web or not."""

    bind_host: str
    internal_port: int
    log_level: str
    poll_seconds: float
    lease_seconds: float
    broker_check_seconds: float
    recovery_days: int
    retry_max_seconds: float
    stop_after: int
    watchdog_seconds: float
    crash_at: str


def read_mongo(env: Environment, service: str) -> MongoSettings:
    return MongoSettings(uri=env.text("MONGODB_URI"), database=env.text("MONGODB_PREFIX") + service)


def read_kafka(env: Environment) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=env.items("KAFKA_BOOTSTRAP_SERVERS"),
        topic_prefix=env.text("KAFKA_TOPIC_PREFIX"),
        partitions=env.integer("KAFKA_PARTITIONS", least=1, most=1000),
        replication=env.integer("KAFKA_REPLICATION", least=1, most=9),
        retention_days=env.integer("KAFKA_RETENTION_DAYS", least=1, most=3650),
        session_timeout_ms=env.integer("KAFKA_SESSION_TIMEOUT_MS", least=1000, most=300_000),
        fetch_max_wait_ms=env.integer("KAFKA_FETCH_MAX_WAIT_MS", least=1, most=10_000),
    )


def read_role(env: Environment) -> RoleSettings:
    """The settings that every process has. Raises SettingError."""
    settings = RoleSettings(
        bind_host=env.text("BIND_HOST"),
        internal_port=env.integer("INTERNAL_PORT", most=65_535),
        log_level=env.choice("LOG_LEVEL", "DEBUG", "INFO", "WARNING", "ERROR"),
        poll_seconds=env.seconds("POLL_SECONDS"),
        lease_seconds=env.seconds("LEASE_SECONDS"),
        broker_check_seconds=env.seconds("BROKER_CHECK_SECONDS"),
        recovery_days=env.integer("RECOVERY_DAYS", least=1, most=36_500),
        retry_max_seconds=env.seconds("RETRY_MAX_SECONDS"),
        stop_after=env.integer("CONSUMER_STOP_AFTER", least=1),
        watchdog_seconds=env.seconds("WATCHDOG_SECONDS"),
        crash_at=env.text("CRASH_AT"),
    )
    retention = env.integer("KAFKA_RETENTION_DAYS", least=1, most=3650)
    if settings.recovery_days < retention:
        raise SettingError(
            f"RECOVERY_DAYS is {settings.recovery_days}, shorter than KAFKA_RETENTION_DAYS ({retention}): "
            "consumers could have lost events that nobody would send again. Set it to at least the retention."
        )
    if settings.crash_at and not is_loopback(settings.bind_host):
        raise SettingError("CRASH_AT is for tests and works only while BIND_HOST is a loopback address.")
    return settings


def read_web(env: Environment) -> WebSettings:
    """The settings of a web process. Raises SettingError, also when it would be open to other machines."""
    host = env.text("BIND_HOST")
    public_url = env.text("PUBLIC_URL").rstrip("/")
    secret = env.text("SECRET_KEY")
    trusted = env.items("TRUSTED_HOSTS")
    open_on_loopback = env.choice("ACCESS", "sign-in", "loopback") == "loopback"
    if len(secret) < 32:
        raise SettingError("SECRET_KEY is shorter than 32 characters. Make one with `openssl rand -hex 32`.")
    if open_on_loopback:
        _require_loopback(host, public_url, trusted)
    return WebSettings(
        bind_host=host,
        port=env.integer("PORT", most=65_535),
        public_url=public_url,
        trusted_hosts=trusted,
        open_on_loopback=open_on_loopback,
        secret_key=secret,
        workers=env.integer("WEB_WORKERS", least=1, most=64),
        threads=env.integer("WEB_THREADS", least=1, most=256),
        metrics_dir=env.text("METRICS_DIR"),
    )


def _require_loopback(host: str, public_url: str, trusted: tuple[str, ...]) -> None:
    """Without sign-in nobody but this machine may reach the service: refuse to start otherwise."""
    reachable = {
        "BIND_HOST": [host],
        "PUBLIC_URL": [urlsplit(public_url).hostname or ""],
        "TRUSTED_HOSTS": list(trusted),
    }
    for key, hosts in reachable.items():
        for name in hosts:
            if not is_loopback(name):
                raise SettingError(
                    f"ACCESS is 'loopback' but {key} names {name!r}, which other machines may reach. "
                    "Bind to 127.0.0.1, or set ACCESS=sign-in."
                )
