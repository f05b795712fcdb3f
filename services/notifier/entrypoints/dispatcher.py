"""The dispatcher of notifier: `python -m services.notifier.entrypoints.dispatcher`."""

from __future__ import annotations

import os

from services.notifier.adapters.announcements import COLLECTION
from services.notifier.bootstrap import build
from services.notifier.config import Config
from shared.process import settings_or_exit
from shared.roles import run_worker
from shared.settings import Environment, read_role


def main() -> None:
    config, role = settings_or_exit(lambda: (Config.read(os.environ), read_role(Environment(os.environ))))
    notifier = build(config)
    run_worker(notifier.service, "dispatcher", role, COLLECTION, notifier.dispatch, notifier.dispatch.measure)


if __name__ == "__main__":
    main()
