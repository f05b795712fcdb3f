"""The sender of notifier: `python -m services.notifier.entrypoints.sender`."""

from __future__ import annotations

import os

from services.notifier.adapters.notifications import COLLECTION
from services.notifier.bootstrap import build
from services.notifier.config import Config
from shared.process import settings_or_exit
from shared.roles import run_worker
from shared.settings import Environment, read_role


def main() -> None:
    config, role = settings_or_exit(lambda: (Config.read(os.environ), read_role(Environment(os.environ))))
    notifier = build(config)
    run_worker(notifier.service, "sender", role, COLLECTION, notifier.send, notifier.send.measure)


if __name__ == "__main__":
    main()
