"""The frame of every process that is not a web server: logs, signals, an internal port, a clean end."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from shared import crash, logs
from shared.errors import SettingError
from shared.messaging import stall
from shared.settings import RoleSettings
from shared.stop import Stop

T = TypeVar("T")

# A role's readiness: None when ready, else the reason why not, in plain words.
Readiness = Callable[[], str | None]


def run_role(service: str, role: str, settings: RoleSettings, ready: Readiness, main: Callable[[Stop], None]) -> None:
    """Run `main` until it returns or raises, then end the process for good.

    `os._exit`, because a client of a broker that is down may leave a thread that never ends.
    """
    logs.configure(service, role, settings.log_level)
    log = logs.get_logger(__name__)
    if settings.crash_at:
        crash.kill_at(settings.crash_at)
    stop = Stop().on_signals()
    stall.end_when_stuck()
    serve_internal(settings.bind_host, settings.internal_port, ready)
    log.info("started", internal_port=settings.internal_port)
    code = 0
    try:
        main(stop)
        log.info("stopped")
    except Exception:
        log.exception("ended by an error")
        code = 1
    sys.stderr.flush()
    sys.stdout.flush()
    os._exit(code)


def settings_or_exit(read: Callable[[], T]) -> T:
    """Read the configuration; a setting that cannot be used ends the process with one clear line."""
    try:
        return read()
    except SettingError as error:
        print(f"sankalp: cannot start: {error}", file=sys.stderr)
        sys.exit(2)


def serve_internal(
    host: str,
    port: int,
    ready: Readiness,
    registry: Callable[[], CollectorRegistry] = lambda: REGISTRY,
    shared_port: bool = False,
) -> None:
    """Serve /metrics, /healthz and /readyz in a daemon thread. The port is internal: no front door leads here.

    With `shared_port` several processes listen on it (SO_REUSEPORT): each web worker does, and whichever
    answers adds up the counters of all.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(registry()))
            elif self.path == "/healthz":
                self._answer(200, "application/json", b'{"status": "alive"}')
            elif self.path == "/readyz":
                reason = ready()
                body = {"status": "ready"} if reason is None else {"status": "not ready", "reason": reason}
                self._answer(200 if reason is None else 503, "application/json", json.dumps(body).encode())
            else:
                self._answer(404, "text/plain", b"/metrics, /healthz and /readyz are served here\n")

        def _answer(self, code: int, content_type: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass  # probes and scrapes every few seconds are no news

    class Server(ThreadingHTTPServer):
        allow_reuse_port = shared_port
        daemon_threads = True

    server = Server((host, port), Handler)
    threading.Thread(target=server.serve_forever, name="internal-port", daemon=True).start()
