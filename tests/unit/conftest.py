"""A database of its own on the real MongoDB, for what only the server can answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pymongo.database import Database

from shared import logs
from shared.settings import MongoSettings
from shared.storage.client import open_database

# On a busy machine an example may take its time; what is drawn is the same in every run.
settings.register_profile("tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """One line of JSON per entry, as in production: coloured tracebacks of expected failures take seconds each."""
    logs.configure("tests", "unit", "CRITICAL")


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    opened = open_database(MongoSettings(mongo_uri, f"u{uuid.uuid4().hex[:12]}"), "tests")
    yield opened
    opened.client.drop_database(opened.name)
    opened.client.close()
