"""Real servers for tests: MongoDB, and the broker that the run is for (`BROKER=tansu` or `kafka`)."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import apache_kafka, broker, mongo
from deploy.local.supervisor import Child, Supervisor

ROOT = Path(__file__).parent.parent.parent
BROKER = os.environ.get("BROKER", "tansu")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_mongo(folder: Path) -> Iterator[str]:
    """A MongoDB of its own; gives its URI."""
    supervisor, port = Supervisor(), free_port()
    child = mongo.child(port, folder / "mongo", folder / "mongo.log")
    supervisor.start(child)
    try:
        mongo.wait_until_primary(port, child)
        yield mongo.uri(port)
    finally:
        supervisor.stop()


class BrokerServer:
    """A broker of its own that can be killed, and started again with or without its data."""

    def __init__(self, folder: Path, kind: str = BROKER) -> None:
        self.kind = kind
        self.port = free_port()
        self._controller_port = free_port()
        self._folder = folder
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "broker.log"
        if self.kind == "kafka":
            jars = apache_kafka.fetch(ROOT / "var" / "kafka-jars")
            self._child = apache_kafka.child(jars, self._folder / "kafka", self.port, self._controller_port, log)
        else:
            self._child = broker.tansu_child(self.port, log)
        self._child.start()
        broker.wait_until_listening(self.port, self._child, 60)

    def kill(self) -> None:
        if self._child and self._child.process:
            self._child.process.kill()
            self._child.process.wait()

    def forget(self) -> None:
        """Lose all data while down. Tansu has none to lose."""
        if self.kind == "kafka":
            shutil.rmtree(self._folder / "kafka", ignore_errors=True)


@contextmanager
def running_broker(folder: Path) -> Iterator[BrokerServer]:
    server = BrokerServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
