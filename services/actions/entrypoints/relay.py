"""The relay of actions: `python -m services.actions.entrypoints.relay`."""

from __future__ import annotations

import os

from services.actions.bootstrap import build
from services.actions.config import Config
from shared.process import settings_or_exit
from shared.roles import run_relay
from shared.settings import Environment, read_role


def main() -> None:
    config, role = settings_or_exit(lambda: (Config.read(os.environ), read_role(Environment(os.environ))))
    run_relay(build(config).service, role)


if __name__ == "__main__":
    main()
