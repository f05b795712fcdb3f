"""The web application of feedback."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from services.feedback.bootstrap import Feedback
from services.feedback.web import api, pages
from services.feedback.web.problems import PROBLEMS
from shared.settings import WebSettings
from shared.web.app import WebService, create_base
from shared.web.health import database_not_ready


def create_app(feedback: Feedback, settings: WebSettings) -> Flask:
    service = feedback.service
    app = create_base(
        WebService(
            name=service.name,
            package="services.feedback",
            settings=settings,
            not_ready=lambda: database_not_ready(service.database, service.indexes),
            problems=PROBLEMS,
            translations=(Path(__file__).parent / "translations",),
        )
    )
    api.register(app, feedback)
    pages.register(app, feedback)
    return app
