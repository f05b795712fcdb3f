"""The web process of feedback: `python -m services.feedback.entrypoints.wsgi`."""

from __future__ import annotations

import os

from shared.web.server import prepare_metrics, serve


def main() -> None:
    prepare_metrics(os.environ.get("METRICS_DIR", ""))

    from services.feedback.bootstrap import build
    from services.feedback.config import Config, role_settings, web_settings
    from services.feedback.web.app import create_app
    from shared.process import settings_or_exit

    config, role, web = settings_or_exit(
        lambda: (Config.read(os.environ), role_settings(os.environ), web_settings(os.environ))
    )
    serve("feedback", lambda: create_app(build(config), web), web, role)


if __name__ == "__main__":
    main()
