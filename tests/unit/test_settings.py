"""Settings fail loudly: every error names the key and the remedy."""

from __future__ import annotations

import pytest

from services.notifier.config import Config as NotifierConfig
from shared.errors import SettingError
from shared.settings import SETTINGS, Environment, is_loopback, read_kafka, read_mongo, read_role, read_web

GOOD = {"PORT": "8001", "INTERNAL_PORT": "9101", "SECRET_KEY": "s" * 32, "ACCESS": "loopback"}
PUBLIC = {"BIND_HOST": "0.0.0.0", "PUBLIC_URL": "https://sankalp.example", "TRUSTED_HOSTS": "sankalp.example"}


def read(reader, **changes):
    return reader(Environment({**GOOD, **changes}))


def refusal(reader, **changes) -> str:
    with pytest.raises(SettingError) as refused:
        read(reader, **changes)
    return str(refused.value)


def notifier(env):
    return NotifierConfig.read(env._values)


def test_the_defaults_are_usable():
    """Negative control of every refusal below."""
    assert read(read_web).open_on_loopback
    assert read(read_role).recovery_days == 30
    assert read(read_kafka).partitions == 12
    assert read(lambda env: read_mongo(env, "feedback")).database == "sankalp_feedback"
    assert read(notifier).mail.port == 1025


@pytest.mark.parametrize(
    ("reader", "key", "value", "remedy"),
    [
        (read_web, "PORT", "http", "takes a whole number"),
        (read_web, "PORT", "70000", "from 0 to 65535"),
        (read_web, "ACCESS", "open", "takes one of sign-in, loopback"),
        (read_web, "SECRET_KEY", "short", "openssl rand -hex 32"),
        (read_web, "WEB_WORKERS", "0", "from 1 to 64"),
        (read_role, "POLL_SECONDS", "soon", "takes a number"),
        (read_role, "LEASE_SECONDS", "0", "a number above 0"),
        (read_role, "LEASE_SECONDS", "nan", "a number above 0"),
        (read_role, "LOG_LEVEL", "LOUD", "takes one of DEBUG, INFO"),
        (read_role, "RECOVERY_DAYS", "7", "at least the retention"),
        (read_kafka, "KAFKA_PARTITIONS", "-1", "from 1 to 1000"),
        (notifier, "MAIL_FROM", "Sankalp", "takes a mailbox such as"),
        (notifier, "SMTP_STARTTLS", "true", "takes one of yes, no"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_key_and_remedy(reader, key, value, remedy):
    said = refusal(reader, **{key: value})
    assert key in said
    assert remedy in said


@pytest.mark.parametrize("key", [key for key, setting in SETTINGS.items() if setting.default is None])
def test_a_missing_required_setting_is_named_with_its_purpose(key):
    env = Environment({name: value for name, value in GOOD.items() if name != key})
    with pytest.raises(SettingError, match=f"{key} is not set"):
        env.text(key)


def test_a_secret_never_stands_in_an_error():
    assert "hunter2" not in refusal(read_web, SECRET_KEY="hunter2")


def test_the_recovery_window_is_never_shorter_than_the_retention():
    assert read(read_role, RECOVERY_DAYS="14", KAFKA_RETENTION_DAYS="14").recovery_days == 14
    assert "RECOVERY_DAYS" in refusal(read_role, RECOVERY_DAYS="30", KAFKA_RETENTION_DAYS="31")


def test_any_setting_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("f" * 40 + "\n")
    env = {**GOOD, "SECRET_KEY_FILE": str(tmp_path / "key")}
    assert read_web(Environment(env)).secret_key == "f" * 40
    assert "SECRET_KEY_FILE" in refusal(read_web, SECRET_KEY_FILE=str(tmp_path / "none"))


@pytest.mark.parametrize("key", PUBLIC)
def test_without_sign_in_no_other_machine_may_reach_it(key):
    said = refusal(read_web, **{key: PUBLIC[key]})
    assert key in said
    assert "ACCESS=sign-in" in said
    assert not read(read_web, ACCESS="sign-in", **PUBLIC).open_on_loopback


def test_crash_points_work_on_loopback_only():
    assert read(read_role, CRASH_AT="relay.marked").crash_at == "relay.marked"
    assert "CRASH_AT" in refusal(read_role, CRASH_AT="relay.marked", BIND_HOST="0.0.0.0")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost"])
def test_loopback_addresses_are_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "192.168.0.1", "::", "localhost.example", "127.0.0.1.example"])
def test_other_addresses_are_not_loopback(host):
    assert not is_loopback(host)
