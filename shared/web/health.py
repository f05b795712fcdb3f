"""`/healthz`: the process is alive, no I/O. `/readyz`: it can take a submission, which needs MongoDB and the
unique indexes, and never Kafka: a broker outage must not refuse a submission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from pymongo.database import Database
from pymongo.errors import PyMongoError

from shared.storage.client import Document
from shared.storage.indexes import Index, missing_unique_indexes


def register(app: Flask, not_ready: Callable[[], str | None]) -> None:
    app.extensions["sankalp.not_ready"] = not_ready

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> tuple[dict[str, Any], int]:
        reason = not_ready()
        if reason is None:
            return {"status": "ready"}, 200
        return {"status": "not ready", "reason": reason}, 503


def database_not_ready(database: Database[Document], indexes: tuple[Index, ...]) -> str | None:
    """Why the database cannot be used, or None."""
    try:
        missing = missing_unique_indexes(database, indexes)
    except PyMongoError:
        return "MongoDB does not answer"
    return f"unique indexes are missing: {', '.join(missing)}" if missing else None
