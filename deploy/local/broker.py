"""The broker: Tansu from a wheel (in memory), or Apache Kafka itself (see `apache_kafka`)."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Unusable, tansu
from deploy.local.supervisor import Child


def tansu_child(port: int, log: Path) -> Child:
    """Speaks Kafka's protocol and forgets everything when it ends; the relays make that good."""
    address = f"tcp://{HOST}:{port}"
    command = [
        tansu(),
        "broker",
        *("--listener-url", address, "--advertised-listener-url", address, "--storage-engine", "memory://tansu/"),
    ]
    return Child("broker", command, {}, log)


def wait_until_listening(port: int, server: Child, seconds: float) -> None:
    """Wait until something accepts connections on `port`. Raises Unusable."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not server.alive():
            raise Unusable(f"{server.name} has ended. Its last lines ({server.log}):\n{server.last_lines()}")
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise Unusable(f"{server.name} does not listen on port {port} after {seconds:.0f} s. Its log is {server.log}.")
