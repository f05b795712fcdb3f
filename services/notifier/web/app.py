"""The web application of notifier."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.notifier.bootstrap import Notifier
from services.notifier.web import api, pages
from shared.settings import WebSettings
from shared.web.app import WebService, create_base
from shared.web.health import database_not_ready


def create_app(notifier: Notifier, settings: WebSettings) -> Flask:
    service = notifier.service
    app = create_base(
        WebService(
            name=service.name,
            package="services.notifier",
            settings=settings,
            not_ready=lambda: database_not_ready(service.database, service.indexes),
            problems={},
            translations=(Path(__file__).parent / "translations",),
        )
    )
    api.register(app, notifier)
    pages.register(app, notifier)
    return app
