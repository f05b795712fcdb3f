"""Security headers on every answer: only our own content, no inline script, never in a frame."""

from __future__ import annotations

from flask import Flask, Response, request

from shared.settings import WebSettings

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Bootstrap's stylesheet draws its own controls with data: images
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def register(app: Flask, settings: WebSettings) -> None:
    https = settings.public_url.startswith("https://")

    @app.after_request
    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint not in ("assets", "bootstrap.static"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
