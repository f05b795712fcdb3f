"""Fixtures: real servers once a session, and a world of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import crash, logs
from shared.settings import Environment, read_kafka
from tests.support.servers import BrokerServer, running_broker, running_mongo
from tests.support.world import FakeBus, KafkaBus, World, settings_of

# Without this structlog draws its own coloured tracebacks, slowly.
logs.configure("tests", "tests", "WARNING")

IN_CI = bool(os.environ.get("CI"))


def skip(reason: str) -> None:
    """Skip by name on a machine that lacks something; in CI that is a failure."""
    if IN_CI:
        pytest.fail(f"in CI nothing may be skipped: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_mongo(tmp_path_factory.mktemp("mongo")) as uri:
        yield uri


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerServer]:
    with running_broker(tmp_path_factory.mktemp("broker")) as server:
        yield server


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[BrokerServer]:
    """A broker that a test may kill."""
    with running_broker(tmp_path / "broker") as server:
        yield server


@pytest.fixture(autouse=True)
def no_crash_hook() -> Iterator[None]:
    yield
    crash.install(None)


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest, mongo_uri: str) -> Iterator[World]:
    """A world on the fake broker, and the same on the real one."""
    if request.param == "fake":
        made = World(settings_of(mongo_uri), FakeBus())
    else:
        made = real_world(mongo_uri, request.getfixturevalue("broker"))
    yield made.set_up()
    made.close()


@pytest.fixture
def fake_world(mongo_uri: str) -> Iterator[World]:
    made = World(settings_of(mongo_uri), FakeBus())
    yield made.set_up()
    made.close()


def real_world(mongo_uri: str, server: BrokerServer, **extra: str) -> World:
    environ = settings_of(mongo_uri, server.bootstrap, **extra)
    return World(environ, KafkaBus(read_kafka(Environment(environ))))
