"""Correlation ids, one log line and two metrics per request. Paths and bodies are not logged: routes are."""

from __future__ import annotations

import re
import time

from flask import Flask, Response, g, request

from shared import metrics
from shared.ids import new_id
from shared.logs import bind_correlation, get_logger

log = get_logger(__name__)

HEADER = "X-Correlation-ID"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"healthz", "readyz", "assets", "bootstrap.static"})


def register(app: Flask, service: str) -> None:
    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        given = request.headers.get(HEADER, "")
        g.correlation_id = given if _ACCEPTABLE.fullmatch(given) else new_id()
        bind_correlation(g.correlation_id)

    @app.after_request
    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        method = request.method if request.method in _METHODS else "other"
        metrics.HTTP_REQUESTS.labels(service, route, method, str(response.status_code)).inc()
        metrics.HTTP_SECONDS.labels(service, route, method).observe(seconds)
        if "correlation_id" in g:
            response.headers[HEADER] = g.correlation_id
        if request.endpoint not in _QUIET:
            log.info(
                "request",
                method=method,
                route=route,
                status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response


def traceparent() -> str | None:
    """The caller's W3C trace context, if it sent a valid one."""
    given = request.headers.get("traceparent", "")
    return given if _TRACEPARENT.fullmatch(given) else None
