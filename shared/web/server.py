"""gunicorn as the web server, set up in code so that each role is one Python entrypoint."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication


def prepare_metrics(folder: str) -> str:
    """Point prometheus_client at `folder` (a new temporary one if empty), emptied; it may be a mount.

    Must run before prometheus_client is imported for the first time: it decides on import whether it counts
    in memory or in files that all workers share.
    """
    folder = folder or tempfile.mkdtemp(prefix="sankalp-metrics-")
    os.makedirs(folder, exist_ok=True)
    for entry in os.scandir(folder):
        if entry.is_file():
            os.unlink(entry.path)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    return folder


class Server(BaseApplication):  # type: ignore[misc,unused-ignore]
    """gunicorn with these settings; `create` makes the WSGI app in each worker, after the fork."""

    def __init__(self, options: dict[str, Any], create: Callable[[], Any]) -> None:
        self._options = options
        self._create = create
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return self._create()


def options(service: str, web: Any) -> dict[str, Any]:
    """The settings of gunicorn for a service's web process; `web` are its `WebSettings`. The benchmark's
    reference server uses the same."""
    return {
        "bind": f"{web.bind_host}:{web.port}",
        "workers": web.workers,
        "threads": web.threads,
        "worker_class": "gthread",
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 30,
        "max_requests": 50_000,
        "max_requests_jitter": 5_000,
        "limit_request_line": 4094,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "control_socket_disable": True,  # two services of one user would share the socket
        "proc_name": f"sankalp-{service}-web",
        "accesslog": None,  # the app writes one structured line per request
        "forwarded_allow_ips": "*",
    }


def serve(service: str, create_app: Callable[[], Any], web: Any, role: Any) -> None:
    """Serve until SIGTERM. The app is made in each worker, after the fork, and each worker serves the internal
    port; whichever worker answers adds up the counters of all."""
    from prometheus_client import CollectorRegistry, multiprocess

    from shared import crash, logs
    from shared.process import serve_internal

    logs.configure(service, "web", role.log_level)

    def all_workers() -> CollectorRegistry:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        return registry

    def start_worker(worker: Any) -> None:
        logs.configure(service, "web", role.log_level)
        if role.crash_at:
            crash.kill_at(role.crash_at)
        ready = worker.wsgi.extensions["sankalp.not_ready"]
        serve_internal(role.bind_host, role.internal_port, ready, all_workers, shared_port=True)

    hooks = {
        "post_worker_init": start_worker,
        "child_exit": lambda _server, worker: multiprocess.mark_process_dead(worker.pid),
    }
    Server({**options(service, web), **hooks}, create_app).run()
