"""Who may come in. Until people can sign in there are two states and no third: closed, or open to this very
machine alone."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import SecurityError

from shared import metrics
from shared.settings import WebSettings, is_loopback
from shared.web.problem import Problem, ProblemError

# Endpoints that answer without sign-in: probes, and the look of the error page.
OPEN_ENDPOINTS = frozenset({"healthz", "readyz", "assets", "bootstrap.static"})

# Who acts until sign-in exists (HTTP's idempotency keys are scoped by it).
LOCAL_PRINCIPAL = "local"


def register(app: Flask, service: str, settings: WebSettings) -> None:
    @app.before_request
    def check() -> None:
        # A request under a host name that is not ours is told so by the router.
        if request.endpoint in OPEN_ENDPOINTS or isinstance(request.routing_exception, SecurityError):
            return
        if not settings.open_on_loopback:
            metrics.REFUSED.labels(service, "no sign-in").inc()
            raise ProblemError(
                Problem(
                    401,
                    "sign-in-required",
                    _l("Please sign in"),
                    _l("This installation answers only to people who have signed in."),
                    headers={"WWW-Authenticate": 'Bearer realm="sankalp"'},
                )
            )
        if not is_loopback(request.remote_addr or ""):
            metrics.REFUSED.labels(service, "not this machine").inc()
            raise ProblemError(
                Problem(
                    403,
                    "this-machine-only",
                    _l("Only from this machine"),
                    _l("Without sign-in this installation answers only to the machine that it runs on."),
                )
            )
