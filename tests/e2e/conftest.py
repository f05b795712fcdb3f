"""The whole system as `make run` starts it, once for all end-to-end tests, on ports of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.ports import Ports
from deploy.local.stack import Options, Stack
from tests.conftest import skip
from tests.support.servers import BROKER

OFFSET = 5000
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.access(path, os.X_OK)), None)

_FLAGS = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-sync")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stack")
    extra = (("BROKER_CHECK_SECONDS", "1"),)
    made = Stack(Options(folder, Ports(OFFSET), BROKER, extra=extra), print)
    try:
        made.start()
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(made, stop), daemon=True)
        watch.start()
        yield made
        stop.set()
        watch.join(5)
    finally:
        made.stop()


def _watch(stack: Stack, stop: threading.Event) -> None:
    """Restart what dies, as `make run` does."""
    while not stop.wait(0.2):
        stack.supervisor.check()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium. Skipped by name where there is none; in CI that is a failure."""
    if CHROMIUM is None:
        skip("no Chromium on this machine (on Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-sync",
            ],
        )
        yield made
        made.close()
