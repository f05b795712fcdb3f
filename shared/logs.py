"""Structured logs: one JSON object a line on standard error, with the correlation id of the request or event
in hand. Form bodies, tokens, contacts and message texts are never logged; ids, names and counts are."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

__all__ = ["bind_correlation", "configure", "correlation_id", "get_logger"]


def configure(service: str, role: str, level: str = "INFO") -> None:
    """Set up structlog and the standard library's logging for this process."""
    shared_processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_of_process(service, role),
    ]
    structlog.configure(
        processors=[
            *shared_processors,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # kafka-python tells of every reconnect at WARNING and of an expected outage at ERROR; the loops log the
    # outage once, in our words.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    logging.getLogger("pymongo").setLevel(logging.WARNING)


def _name_of_process(service: str, role: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["service"] = service
        event["role"] = role
        return event

    return add


def get_logger(name: str) -> Any:
    return structlog.stdlib.get_logger(name)


def bind_correlation(correlation_id: str, **more: str) -> None:
    """Start a new unit of work in this thread: everything logged from here on names it."""
    clear_contextvars()
    bind_contextvars(correlation_id=correlation_id, **more)


def correlation_id() -> str | None:
    value = get_contextvars().get("correlation_id")
    return str(value) if value is not None else None
