"""The app factory that every service starts from."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.settings import WebSettings
from shared.web import access, errors, headers, health, i18n, observe, pages

MAX_BODY_BYTES = 1024 * 1024

csrf = CSRFProtect()


@dataclass(frozen=True)
class WebService:
    """What the base needs to know of a service: its name, its package's folder, when it is ready, and how its
    own errors are told over HTTP."""

    name: str
    package: str
    settings: WebSettings
    not_ready: Callable[[], str | None]
    problems: Mapping[type[Exception], errors.Teller]
    translations: Sequence[Path] = ()


def create_base(service: WebService) -> Flask:
    """A Flask app with everything but the service's own routes."""
    # `static_url_path` is what Bootstrap-Flask puts before the path of its own files.
    app = Flask(service.package, static_folder=None, static_url_path="")
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_prefix=1)  # type: ignore[method-assign]
    configure(app, service.settings)
    own = PackageLoader(service.package, "web/templates")
    app.jinja_loader = ChoiceLoader([own, PackageLoader("shared.web", "templates")])
    Bootstrap5(app)
    csrf.init_app(app)
    observe.register(app, service.name)
    access.register(app, service.name, service.settings)
    i18n.register(app, service.translations)
    headers.register(app, service.settings)
    errors.register(app, service.problems)
    health.register(app, service.not_ready)
    pages.register(app, service.name, service.settings)
    return app


def configure(app: Flask, settings: WebSettings) -> None:
    https = settings.public_url.startswith("https://")
    options: dict[str, Any] = {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY_BYTES,
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "SESSION_COOKIE_NAME": "__Host-sankalp" if https else "sankalp",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,  # a form may stay open all day; the token lives as long as the session
        "WTF_CSRF_SSL_STRICT": https,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "TEMPLATES_AUTO_RELOAD": False,
    }
    app.config.update(options)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]


def form_key() -> str:
    """An idempotency key that a form carries from birth."""
    return secrets.token_urlsafe(18)
