"""A real mail server of a test's own: the sink of the local stack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller

from deploy.local.mail_sink import KeepInFolder
from tests.support.servers import free_port


@contextmanager
def running_mail_sink(folder: Path) -> Iterator[int]:
    """Keeps what it gets in `folder`; gives its port."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    controller = Controller(KeepInFolder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
