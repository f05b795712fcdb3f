"""The relay of feedback: `python -m services.feedback.entrypoints.relay`."""

from __future__ import annotations

import os

from services.feedback.bootstrap import build
from services.feedback.config import Config, role_settings
from shared.process import settings_or_exit
from shared.roles import run_relay


def main() -> None:
    config, role = settings_or_exit(lambda: (Config.read(os.environ), role_settings(os.environ)))
    run_relay(build(config).service, role)


if __name__ == "__main__":
    main()
