"""The web process of notifier: `python -m services.notifier.entrypoints.wsgi`."""

from __future__ import annotations

import os

from shared.web.server import prepare_metrics, serve


def main() -> None:
    prepare_metrics(os.environ.get("METRICS_DIR", ""))

    from services.notifier.bootstrap import build
    from services.notifier.config import Config
    from services.notifier.web.app import create_app
    from shared.process import settings_or_exit
    from shared.settings import Environment, read_role, read_web

    env = Environment(os.environ)
    config, role, web = settings_or_exit(lambda: (Config.read(os.environ), read_role(env), read_web(env)))
    serve("notifier", lambda: create_app(build(config), web), web, role)


if __name__ == "__main__":
    main()
