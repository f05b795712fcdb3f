"""The three web applications of a world, and requests as clients make them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.actions.web.app import create_app as create_actions
from services.feedback.web.app import create_app as create_feedback
from services.notifier.web.app import create_app as create_notifier
from shared.clock import FixedClock
from shared.ids import new_id
from shared.settings import Environment, read_web
from tests.support.world import SUBMISSION, FakeBus, World, settings_of


@dataclass
class Site:
    """A world with its web applications."""

    world: World
    apps: dict[str, Flask]

    def client(self, service: str) -> FlaskClient:
        return self.apps[service].test_client()

    def post_feedback(self, key: str | None = None, headers: dict[str, str] | None = None, **body: Any) -> TestResponse:
        """POST a submission that is valid but for what `body` says; `None` leaves a field out."""
        given = {name: value for name, value in {**SUBMISSION, **body}.items() if value is not None}
        named = {"Idempotency-Key": new_id() if key is None else key, **(headers or {})}
        return self.client("feedback").post("/api/v1/feedback", json=given, headers=named)

    def an_item(self, **body: Any) -> dict[str, Any]:
        """An action item that a new submission has become, as the API tells it."""
        sent = self.post_feedback(**body).json
        assert sent
        self.world.step("feedback", "actions")
        return self.item_of(sent["id"])

    def item_of(self, submission: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get("actions", f"/api/v1/actions?origin={submission}")["items"][0]
        return found

    def get(self, service: str, path: str) -> Any:
        answer = self.client(service).get(path)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def command(
        self, id: str, command: str, *, revision: int | None = None, key: str | None = None, **fields: Any
    ) -> TestResponse:
        """Give a command; `as_` is the organisation that acts, `class_` the treatment. Without `revision` the
        present one is asked for first."""
        renamed = {name.rstrip("_"): value for name, value in fields.items()}
        if revision is None:
            revision = self.get("actions", f"/api/v1/actions/{id}")["revision"]
        headers = {"If-Match": f'"{revision}"', **({"Idempotency-Key": key} if key else {})}
        return self.client("actions").post(
            f"/api/v1/actions/{id}/commands", json={"command": command, **renamed}, headers=headers
        )


def site_of(world: World) -> Site:
    web = read_web(Environment(world.environ))
    apps = {
        "feedback": create_feedback(world.feedback, web),
        "actions": create_actions(world.actions, web),
        "notifier": create_notifier(world.notifier, web),
    }
    return Site(world, apps)


@contextmanager
def site_at(mongo_uri: str, clock: FixedClock) -> Iterator[Site]:
    """A site whose clock moves only when told to."""
    world = World(settings_of(mongo_uri), FakeBus(), clock)
    yield site_of(world.set_up())
    world.close()


def fields_of(problem: Any) -> dict[str, str]:
    """The fields that a problem names, with what it says of each."""
    return {error["field"]: error["message"] for error in problem.get("errors", [])}
