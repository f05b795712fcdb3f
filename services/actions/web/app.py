"""The web application of actions."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.actions.bootstrap import Actions
from services.actions.web import api, pages
from services.actions.web.problems import PROBLEMS
from shared.settings import WebSettings
from shared.web.app import WebService, create_base
from shared.web.health import database_not_ready


def create_app(actions: Actions, settings: WebSettings) -> Flask:
    service = actions.service
    app = create_base(
        WebService(
            name=service.name,
            package="services.actions",
            settings=settings,
            not_ready=lambda: database_not_ready(service.database, service.indexes),
            problems=PROBLEMS,
            translations=(Path(__file__).parent / "translations",),
        )
    )
    api.register(app, actions)
    pages.register(app, actions)
    return app
