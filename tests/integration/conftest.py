"""One world for all tests of the web, emptied before each: making indexes anew takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared import logs
from tests.integration.clients import Site, site_of
from tests.support.world import FakeBus, World, settings_of

# What the set-up step loads, and no test changes.
REFERENCE = {"meetings", "directory", "routing"}


@pytest.fixture(scope="session")
def web_world(mongo_uri: str) -> Iterator[World]:
    logs.configure("tests", "integration", "CRITICAL")
    made = World(settings_of(mongo_uri), FakeBus())
    yield made.set_up()
    made.close()


@pytest.fixture
def site(web_world: World) -> Site:
    web_world.restart()
    web_world.bus = FakeBus()
    web_world.mailer.sent.clear()
    admin = web_world.bus.admin()
    for service in web_world.services.values():
        for name in set(service.database.list_collection_names()) - REFERENCE:
            if service.database[name].find_one({}, {"_id": 1}):
                service.database[name].delete_many({})
        admin.ensure([service.topic_name(service.publishes)])
    return site_of(web_world)
